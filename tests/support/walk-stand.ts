import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchBrowser } from './browser.js'
import { openConsole, type Console, type Look } from './walk.js'
import { startWhole, type Whole } from './whole.js'

export const eastGroup = '华东客户交流群'
export const askForPrice = '想了解下你们的报价，预算20万左右，电话 13800138000'

/**
 * A product and a browser for every test of a file; afterwards nothing may have gone wrong unseen in any of its
 * windows. `expects` names problems that a test causes on purpose.
 */
export function useWhole() {
  let browser: Browser
  let whole: Whole
  let opened: Console[] = []
  let expected: RegExp[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    whole = await startWhole()
    opened = []
    expected = []
  })
  afterEach(async () => {
    const problems = opened.flatMap((one) => one.problems)
    for (const context of browser.contexts()) await context.close()
    await whole.stop()
    expect(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))).toEqual([])
  })

  return {
    get whole() {
      return whole
    },
    expects: (pattern: RegExp) => void expected.push(pattern),
    async open(look?: Look & { path?: string }): Promise<Console> {
      const one = await openConsole(browser, whole.origin, look)
      opened.push(one)
      return one
    },
  }
}

/** A customer asks in the group. @returns the name of the rep whom the panel counts down for. */
export async function customerAsks(me: Console, text = askForPrice, name = '刘志远'): Promise<string> {
  await me.be(name)
  await me.opens(eastGroup)
  await me.says(text)
  return me.waitedFor('lead.accept', name)
}

/** The rep whom the lead was offered to takes it. @returns their name. */
export async function repAccepts(me: Console, text?: string, name?: string): Promise<string> {
  const rep = await customerAsks(me, text, name)
  await me.be(rep)
  await me.opens('跟进')
  await me.taps('新线索', '接单')
  await me.card('已接单').waitFor()
  return rep
}
