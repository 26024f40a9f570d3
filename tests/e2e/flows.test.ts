import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { openConsole, type Console, type Look } from '../support/walk.js'
import { startWhole, type Whole } from '../support/whole.js'

const group = '华东客户交流群'
const ask = '想了解下你们的报价，预算20万左右，电话 13800138000'

let browser: Browser
let whole: Whole
let opened: Console[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  whole = await startWhole()
  opened = []
})
afterEach(async () => {
  const problems = opened.flatMap((one) => one.problems)
  for (const context of browser.contexts()) await context.close()
  await whole.stop()
  expect(problems).toEqual([])
})

async function open(look?: Look): Promise<Console> {
  const one = await openConsole(browser, whole.origin, look)
  opened.push(one)
  return one
}

/** A customer asks in the group. @returns the name of the rep whom the panel counts down for. */
async function customerAsks(me: Console, text = ask, name = '刘志远'): Promise<string> {
  await me.be(name)
  await me.opens(group)
  await me.says(text)
  return me.waitedFor('lead.accept', name)
}

describe('a newcomer in the messenger', () => {
  it('writes as a customer, finds the rep by the badge and accepts on a card that changes in place', async () => {
    const me = await open()
    const rep = await customerAsks(me)
    await me.persona(rep).and(me.page.locator(':not([data-unread="0"])')).waitFor()
    await me.be(rep)
    await me.opens('跟进')
    const card = me.card('新线索')
    expect(await card.textContent()).toContain('为什么给你')
    const message = me.page.locator('[data-testid=message]').last()
    const id = await message.getAttribute('data-message')
    await me.taps('新线索', '接单')
    await me.hears('接单成功')
    const same = me.page.locator(`[data-message="${id}"] [data-testid=card]`)
    await same.filter({ hasText: '已接单' }).waitFor()
    expect(await same.getByRole('button', { name: '接单', exact: true }).count()).toBe(0)
    await me.page.locator('[data-testid=panel-change][data-kind="lead.accepted"]').first().waitFor()
  })
})
