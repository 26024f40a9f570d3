import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { flawsOf, keepPicture } from '../support/walk-looks.js'
import { customerAsks, repAccepts } from '../support/walk-stand.js'
import { openBrowser, openConsole, watchProblems } from '../support/walk.js'
import { startWhole, type Whole } from '../support/whole.js'

const sizes = [
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
]

let browser: Browser
let whole: Whole
/** Account ids of the people whose screens are looked at. */
let rep: string
let manager: string

beforeAll(async () => {
  browser = await launchBrowser()
  whole = await startWhole()
  const me = await openConsole(browser, whole.origin)
  const accountOf = async (name: string) => (await me.persona(name).getAttribute('data-persona')) ?? ''
  rep = await accountOf(await repAccepts(me))
  await me.says('刚和刘志远通了电话，预算20万，要报价，下周三再联系')
  await me.card('已记录跟进').waitFor()
  await customerAsks(me, '你们的系统可以先试用吗？我们十几个人，电话 13900139000', '高鹏')
  await me.advances('+5 分钟')
  manager = await accountOf(await me.waitedFor('lead.dispatch', '高鹏'))
  await me.page.context().close()
})
afterAll(async () => {
  await browser?.close()
  await whole?.stop()
})

/** Looks at the screen in light and in dark, and keeps a picture of each. */
async function look(page: Page, name: string): Promise<string[]> {
  const width = page.viewportSize()?.width ?? 0
  const flaws: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const found = await flawsOf(page, { touch: width < 720 })
    flaws.push(...found.map((flaw) => `${name}, ${colorScheme}: ${flaw}`))
    await keepPicture(page, `${name}-${width}-${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  return flaws
}

describe.each(sizes)('at $width × $height', (size) => {
  const isPhone = size.width < 720

  it('shows every screen of the messenger whole', async () => {
    const flaws: string[] = []
    const path = (account: string, chat = '') => `#/p/${account}${chat && `/${encodeURIComponent(chat)}`}`
    const { page, problems, ...me } = await openConsole(browser, whole.origin, { size, path: path(rep) })
    const see = async (name: string) => void flaws.push(...(await look(page, `console-${name}`)))
    const go = async (to: string) => {
      await page.goto(`${whole.origin}/${to}`)
      await page.locator('[data-testid=console]').waitFor()
    }
    await page.locator('[data-testid=chat]').first().waitFor()
    await see('chats')
    await go(path(rep, `bot:${rep}`))
    await me.card('已记录跟进').waitFor()
    await see('rep')
    await me.taps('已记录跟进', '修改')
    await me.card('已记录跟进').locator('[data-input=action]').waitFor()
    await see('edit')
    await me.taps('已记录跟进', '不改了')
    await me.taps('已记录跟进', '撤销')
    await page.locator('[role=alertdialog]').waitFor()
    await see('ask')
    await page.locator('[data-testid=card-cancel]').click()
    await page.locator('[data-testid=persona-switch]:visible, [data-testid=back]:visible').first().click()
    if (isPhone) await page.locator('[data-testid=persona-switch]').click()
    await page.locator('[data-testid=persona-option]').first().waitFor()
    await see('people')
    await page.locator('[data-testid=sheet-close]').click()
    await go(path(manager, `bot:${manager}`))
    await me.card('线索超时未接：高鹏').waitFor()
    await see('manager')
    await go(path('liu-zhiyuan', 'group-east'))
    await me.sees('想了解下你们的报价')
    await see('group')
    await go(path('deng-rui', 'direct:deng-rui:sun-hao'))
    await see('silent')
    if (isPhone) await page.locator('[data-testid=toggle-system]').click()
    await page.locator('[data-testid=panel]').waitFor()
    await page.locator('[data-testid=tour-all]:visible').last().click()
    await see('system')
    if (isPhone) await page.locator('[data-testid=sheet-close]').click()
    await go(path(rep, `bot:${rep}`))
    await me.card('已接单：刘志远').locator('[data-testid=card-page]').click()
    await me.frame().locator('[data-testid=lead-page]').waitFor()
    await see('page')
    expect([...flaws, ...problems]).toEqual([])
  })

  it.each(['rep', 'manager'] as const)('shows every page of a %s whole', async (role) => {
    const flaws: string[] = []
    const page = await openBrowser(browser, { size })
    const problems = watchProblems(page)
    const see = async (name: string) => void flaws.push(...(await look(page, `${role}-${name}`)))
    const open = async (path: string, testId: string) => {
      await page.goto(`${whole.origin}/app${path}`)
      await page.locator(`[data-testid=${testId}]`).first().waitFor()
      await page.locator('[data-testid=bones]').first().waitFor({ state: 'detached' })
    }
    const first = async (testId: string) =>
      page.locator(`[data-testid=${testId}]`).first().getAttribute('data-id')

    await page.goto(await signInAddress(role === 'rep' ? rep : manager))
    await page.locator('[data-testid=today]').waitFor()
    await see('today')
    await open('/leads', 'lead-row')
    await see('leads')
    const lead = await first('lead-row')
    await page.locator('[data-testid=leads-search]').fill('没有这样的线索')
    await page.locator('[data-testid=state]').waitFor()
    await see('leads-none')
    await open(`/leads/${lead}`, 'time-line')
    await see('lead')
    await open('/customers', 'customer-row')
    await see('customers')
    await open(`/customers/${await first('customer-row')}`, 'contacts')
    await see('customer')
    await open('/deals', 'deal-card')
    await see('deals')
    const deal = await first('deal-card')
    await open(`/deals/${deal}`, 'deal-stages')
    await see('deal')
    await open('/me', 'me')
    await see('me')
    await open('/leads', 'lead-row')
    await page.goto(`${whole.origin}/app/nowhere`)
    await page.locator('[data-testid=state]').waitFor()
    await see('missing')
    expect([...flaws, ...problems]).toEqual([])
  })
})

/** Where the messenger sends somebody who opens the pages from it. */
async function signInAddress(account: string): Promise<string> {
  const response = await fetch(`${whole.origin}/sandbox/pages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: account, path: '/' }),
  })
  const { url } = (await response.json()) as { url: string }
  return new URL(url, whole.origin).href
}
