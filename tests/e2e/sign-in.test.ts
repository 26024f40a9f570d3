import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sessionTtlMs } from '../../core/org/sessions.js'
import { launchBrowser } from '../support/browser.js'
import { oauthPlatforms, openPlain, startSignInStand, type SignInStand } from '../support/sign-in-stand.js'
import { flawsOf, keepPicture } from '../support/walk-looks.js'

const phone = { width: 390, height: 844 }
const desktop = { width: 1440, height: 900 }

let browser: Browser
let stand: SignInStand
let problems: string[] = []

beforeAll(async () => {
  browser = await launchBrowser()
  stand = await startSignInStand()
})
afterAll(async () => {
  await browser?.close()
  await stand?.stop()
})
beforeEach(() => {
  problems = []
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  expect(problems).toEqual([])
})

/** What a refused sign-in or a missing session is bound to leave in the browser's console. */
const refusal = /(?:401|403) (?:\(|http\S+\/api\/)/

/** A plain browser at a page. Everything that goes wrong but the refusals that a gate consists of is a failure. */
async function comes(path: string, look = {}) {
  const opened = await openPlain(browser, look)
  const { page } = opened
  page.on('close', () => problems.push(...opened.problems.filter((line) => !refusal.test(line))))
  await page.goto(`${stand.origin}/app${path}`)
  return { page, at: (id: string) => page.locator(`[data-testid=${id}]`) }
}

const pathOf = (page: Page) => page.url().slice(`${stand.origin}/app`.length)

/** Keeps the gate as it looks on a phone and on a desk, by day and by night. */
async function looks(page: Page, name: string): Promise<void> {
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await flawsOf(page, { touch: size.width < 720 })).toEqual([])
      await keepPicture(page, `gate-${name}-${size.width}-${colorScheme}`)
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

describe('a plain browser', () => {
  it('is offered the platforms that are in use, and nothing else', async () => {
    const { page, at } = await comes(`/leads/${stand.lead.id}`)
    await at('gate-reason').waitFor()
    const offered = await page.locator('.ways > *').allInnerTexts()
    expect(offered.map((words) => words.replace(/\s+/g, ' '))).toEqual([
      '企 用企业微信登录',
      '钉 用钉钉登录',
      '飞 用飞书登录',
    ])
    await looks(page, 'plain')
  })

  it.each(oauthPlatforms)('signs in through %s and comes to the page first asked for', async (platform) => {
    stand.sits('manager')
    const { page, at } = await comes(`/leads/${stand.lead.id}`)
    await at(`gate-sign-in-${platform}`).click()
    await at('facts').waitFor()
    expect(pathOf(page)).toBe(`/leads/${stand.lead.id}`)
    expect(stand.pages.visits.at(-1)).toMatchObject({
      platform,
      sentTo: expect.stringContaining(`${stand.origin}/app/`),
    })
    const [session, ...others] = await page.context().cookies(`${stand.origin}/`)
    expect(session).toMatchObject({ name: 'gj_session', httpOnly: true, sameSite: 'Lax' })
    expect(others).toEqual([])
    // A browser is no client: nothing is offered that only a client can do.
    expect(await at('contact-colleague').count()).toBe(0)
    await page.reload()
    await at('facts').waitFor()
  })

  it.each(oauthPlatforms)(
    'is told that an account of another company on %s is none of ours',
    async (platform) => {
      stand.sits('outsider')
      const { page, at } = await comes(`/leads/${stand.lead.id}`)
      await at(`gate-sign-in-${platform}`).click()
      await at('gate-reason').filter({ hasText: '另一家企业' }).waitFor()
      await looks(page, `outsider-${platform}`)
      // The right person tries again in the same window and comes to the page that was asked for.
      stand.sits('manager')
      await at(`gate-sign-in-${platform}`).click()
      await at('facts').waitFor()
      expect(pathOf(page)).toBe(`/leads/${stand.lead.id}`)
    },
  )

  it.each(oauthPlatforms)('tells somebody whom nobody has bound on %s what to do', async (platform) => {
    stand.sits('unbound')
    const { page, at } = await comes('/today')
    await at(`gate-sign-in-${platform}`).click()
    await at('gate-reason').filter({ hasText: '请联系管理员' }).waitFor()
    await looks(page, `unbound-${platform}`)
  })

  it('does not take a way back that was begun elsewhere, nor a made-up code', async () => {
    stand.sits('manager')
    const elsewhere = await comes('/today')
    // Somebody sets out, and brings another browser to the address that they were sent back to.
    await elsewhere.page.route(`${stand.origin}/app/?*`, (route) => route.abort())
    await elsewhere.at('gate-sign-in-wecom').click()
    await expect.poll(() => stand.pages.visits.at(-1)?.sentTo).toContain('state=')
    const stolen = stand.pages.visits.at(-1)?.sentTo ?? ''
    elsewhere.page.removeAllListeners('close')
    const victim = await comes(stolen.slice(`${stand.origin}/app`.length))
    await victim.at('gate-reason').filter({ hasText: '不是从这个浏览器开始的' }).waitFor()
    expect(pathOf(victim.page)).not.toContain('code=')
    await looks(victim.page, 'state')

    const forger = await comes('/today')
    await forger.page.route(`${stand.pages.origin}/**`, async (route) => {
      const state = new URL(route.request().url()).searchParams.get('state') ?? ''
      const location = `${stand.origin}/app/?code=made-up-code&state=${state}`
      await route.fulfill({ status: 302, headers: { location } })
    })
    await forger.at('gate-sign-in-wecom').click()
    await forger.at('gate-reason').filter({ hasText: '请重新登录' }).waitFor()
    expect(await forger.page.context().cookies(`${stand.origin}/`)).toEqual([])
  })

  it('that said no on the platform’s page is asked again calmly', async () => {
    const { page, at } = await comes('/leads')
    await page.route(`${stand.pages.origin}/**`, async (route) => {
      const state = new URL(route.request().url()).searchParams.get('state') ?? ''
      const location = `${stand.origin}/app/?error=access_denied&state=${state}`
      await route.fulfill({ status: 302, headers: { location } })
    })
    await at('gate-sign-in-feishu').click()
    await at('gate-reason').filter({ hasText: '取消了登录' }).waitFor()
    await expect.poll(() => pathOf(page)).toBe('/leads')
    await looks(page, 'refused')
  })

  it('whose session has ended comes back to where it was', async () => {
    stand.sits('manager')
    const { page, at } = await comes(`/leads/${stand.lead.id}`)
    await at('gate-sign-in-dingtalk').click()
    await at('facts').waitFor()
    await page.goto(`${stand.origin}/app/leads?q=%E5%AE%8F%E8%BE%BE`)
    await at('leads').waitFor()
    stand.clock.advance(sessionTtlMs + 60_000)
    // Not by a new page: the window stays open over the weekend, and somebody taps in it.
    await at('tab-today').click()
    await at('gate-reason').waitFor()
    await looks(page, 'ended')
    await at('gate-sign-in-dingtalk').click()
    await at('today').waitFor()
    expect(pathOf(page)).toBe('/today')
  })
})
