import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from './browser.js'
import { openConsole } from './walk.js'
import { repAccepts } from './walk-stand.js'
import { startWhole, type Whole } from './whole.js'

/** Makes the pictures of the README anew from the built product: `npx tsx tests/support/picture.ts`. */
const docs = (name: string): string => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))

const phone = { width: 390, height: 844 }
const gapPx = 32

const whole = await startWhole()
const browser = await launchBrowser()
try {
  const account = await drawConsole(browser, whole)
  await drawPhones(browser, whole, account)
} finally {
  await browser.close()
  await whole.stop()
}

/** A rep's chat on a desktop: a lead that was accepted, a sentence that became a follow-up. @returns the rep's account. */
async function drawConsole(browser: Browser, { origin }: Whole): Promise<string> {
  const me = await openConsole(browser, origin)
  const rep = await repAccepts(me)
  await me.says('刚和刘志远通了电话，预算20万，要报价，下周三再联系')
  await me.card('已记录跟进').waitFor()
  await me.page.locator('[data-testid=toast]').first().waitFor({ state: 'detached' })
  await settle(me.page)
  await me.page.screenshot({ path: docs('console.png'), animations: 'disabled' })
  return (await me.persona(rep).getAttribute('data-persona')) ?? ''
}

/** The same on a phone, beside the page that the card opens. */
async function drawPhones(browser: Browser, { origin }: Whole, account: string): Promise<void> {
  const path = `#/p/${account}/${encodeURIComponent(`bot:${account}`)}`
  const me = await openConsole(browser, origin, { size: phone, path })
  await me.card('已接单：刘志远').scrollIntoViewIfNeeded()
  await settle(me.page)
  const chat = await me.page.screenshot({ animations: 'disabled' })
  await me.card('已接单：刘志远').locator('[data-testid=card-page]').click()
  await me.frame().locator('[data-testid=time-line]').waitFor()
  await settle(me.page)
  const page = await me.page.screenshot({ animations: 'disabled' })
  const width = 2 * phone.width + 3 * gapPx
  const height = phone.height + 2 * gapPx
  const sheet = await browser.newPage({ viewport: { width, height } })
  const images = [chat, page].map((bytes) => `<img src="data:image/png;base64,${bytes.toString('base64')}">`)
  await sheet.setContent(`
    <style>
      body { display: flex; gap: ${gapPx}px; margin: ${gapPx}px; background: #e9edf3 }
      img { border-radius: 24px; box-shadow: 0 8px 28px rgb(20 30 60 / 18%) }
    </style>
    ${images.join('')}`)
  await sheet.screenshot({ path: docs('phone.png') })
}

/** Until the fonts are there and nothing moves any more. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(
    'Promise.all([document.fonts.ready, ...document.getAnimations().map(({ finished }) => finished)])',
  )
}
