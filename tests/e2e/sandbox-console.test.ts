import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { startDemo } from '../support/sandbox-demo.js'

let browser: Browser
let demo: Awaited<ReturnType<typeof startDemo>>
let problems: string[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  demo = await startDemo()
  problems = []
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  await demo.end()
  expect(problems).toEqual([])
})

async function open(hash: string, size = { width: 1440, height: 900 }): Promise<Page> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (line) => line.type() === 'error' && problems.push(line.text()))
  await page.goto(`${demo.url}/${hash}`)
  await page.waitForSelector('[data-testid=console]')
  return page
}

const write = async (page: Page, text: string): Promise<void> => {
  await page.fill('[data-testid=composer]', text)
  await page.press('[data-testid=composer]', 'Enter')
}

/** What sticks out of the window at the sides. Page code is text here: these files are checked without DOM types. */
const sticksOut = (page: Page): Promise<string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('#app *')]
      .filter((element) => {
        const box = element.getBoundingClientRect()
        if (box.width === 0 || element.closest('.suggestions, .visually-hidden')) return false
        return box.right > innerWidth + 1 || box.left < -1
      })
      .map((element) => element.tagName + '.' + element.className)
  `)

describe('console', () => {
  it('takes a customer’s sentence to the rep’s card and back to an accepted one', async () => {
    const page = await open('#/p/zhang/g1')
    await write(page, '想了解报价，电话 13800138000')
    await page.waitForSelector('[data-testid=message] [data-state=delivered]')
    await page.waitForSelector('[data-persona=wang][data-unread="2"]')
    await page.waitForSelector('[data-testid=panel-deadline][data-kind="lead.accept"]')
    await page.click('[data-testid=persona][data-persona=wang]')
    await page.click('[data-chat="bot:wang"]')
    await page.click('[data-action="offer.accept"]')
    await page.waitForSelector('[data-testid=card][data-revision="1"]')
    expect(await page.textContent('[data-testid=card] h2')).toContain('已接单')
    await page.waitForSelector('[data-testid=tour][data-done="2"]')
  })

  it('asks for a required field, then sends the values along', async () => {
    const page = await open('#/p/wang/bot%3Awang')
    await write(page, '刚和张总通了电话')
    await page.click('[data-action=save]')
    await page.waitForSelector('text=请填写')
    await page.fill('[data-input=next]', '2026-12-01')
    await page.click('[data-action=save]')
    await page.waitForSelector('[data-testid=toast]')
  })

  it('asks before a button that cannot be taken back', async () => {
    const page = await open('#/p/wang/bot%3Awang')
    await write(page, '刚和张总通了电话')
    await page.click('[data-action=undo]')
    await page.waitForSelector('[role=alertdialog]')
    await page.click('[data-testid=card-cancel]')
    await page.waitForSelector('[data-action=undo]')
  })

  it('shows hostile text as text', async () => {
    const page = await open('#/p/zhang/g1')
    const text = `<img src=x onerror=alert(1)> {{ 1 + 1 }} =1+1 ${'长'.repeat(30_000)}`
    await page.fill('[data-testid=composer]', text)
    await page.press('[data-testid=composer]', 'Enter')
    await page.waitForSelector('[data-testid=message]')
    expect(await page.textContent('[data-testid=bubble] bdi')).toContain(
      '<img src=x onerror=alert(1)> {{ 1 + 1 }} =1+1',
    )
    expect(await page.locator('[data-testid=bubble] img').count()).toBe(0)
  })

  it('opens a chat with somebody from the group', async () => {
    const other = await open('#/p/zhang/g1')
    await write(other, '在吗')
    const page = await open('#/p/zhao/g1')
    await page.click('[data-testid=face]')
    await page.waitForSelector('[data-testid=chat][data-chat="direct:zhang:zhao"][aria-current=true]')
    await write(page, '在的')
    await page.waitForSelector('[data-testid=message] [data-state=delivered]')
  })

  it('pushes the clock forward and says by how much', async () => {
    const page = await open('#/p/wang')
    await page.click('[data-testid=clock-advance][data-ms="300000"]')
    await page.waitForSelector('[data-testid=clock-offset][data-offset="300000"]')
  })

  it('opens a page with a code in place of the panel', async () => {
    const page = await open('#/p/wang')
    await page.click('[data-testid=open-app]')
    const address = await page.getAttribute('[data-testid=page-frame]', 'src')
    expect(address).toMatch(/^\/app\/\?code=[\w-]{43}&platform=sandbox$/)
    await page.keyboard.press('Escape')
    await page.waitForSelector('[data-testid=panel]')
  })

  it.each([360, 390, 1024])('fits a screen of %i px, list, chat, people and panel', async (width) => {
    const page = await open('#/p/wang/bot%3Awang', { width, height: 740 })
    await write(page, '刚和张总通了电话，要报价，下周三再联系')
    await page.waitForSelector('[data-testid=card]')
    expect(await sticksOut(page)).toEqual([])
    if (width < 720) {
      await page.click('[data-testid=back]')
      expect(await sticksOut(page)).toEqual([])
    }
    await page.click('[data-testid=persona-switch]')
    await page.waitForSelector('[data-testid=persona-option]')
    expect(await sticksOut(page)).toEqual([])
    await page.click('[data-testid=sheet-close]')
    await page.click(width < 720 ? '[data-testid=open-system]' : '[data-testid=toggle-system]')
    await page.waitForSelector('[data-testid=panel]')
    expect(await sticksOut(page)).toEqual([])
  })
})
