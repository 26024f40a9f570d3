import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rememberKeys } from '../../core/dedupe/keys.js'
import { launchBrowser } from '../support/browser.js'
import {
  oauthPlatforms,
  openClient,
  startSignInStand,
  type ClientFacts,
  type SignInStand,
  type Visitor,
} from '../support/sign-in-stand.js'
import { flawsOf, keepPicture } from '../support/walk-looks.js'

const phone = { width: 390, height: 844 }

/** How each client calls the abilities, and whom its chat is opened with. */
const names = {
  wecom: { chat: 'openEnterpriseChat', close: 'closeWindow', scan: 'scanQRCode', signed: 'preVerifyJSAPI' },
  dingtalk: {
    chat: 'biz.chat.openSingleChat',
    close: 'biz.navigation.close',
    scan: 'biz.util.scan',
    signed: 'config',
  },
  feishu: { chat: 'enterChat', close: 'closeWindow', scan: 'scanCode', signed: 'config' },
} as const
const chatWithRep = {
  wecom: { useridlist: 'wang', userIds: 'wang', chatId: '' },
  dingtalk: { corpId: 'dingcorp0000000001', userId: 'u-wang' },
  feishu: { openid: 'ou_wang' },
} as const

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

/** What a page without a session is bound to leave in the console before the client says who is there. */
const refusal = /(?:401|403) (?:\(|http\S+\/api\/)/

describe.each(oauthPlatforms)('inside the client of %s', (platform) => {
  async function opens(path: string, who: Visitor, facts: ClientFacts = {}) {
    const opened = await openClient(browser, stand, platform, who, { size: phone, ...facts })
    const { page } = opened
    page.on('close', () => problems.push(...opened.problems.filter((line) => !refusal.test(line))))
    await page.goto(`${stand.origin}/app${path}`)
    const at = (id: string) => page.locator(`[data-testid=${id}]`)
    return { ...opened, at }
  }
  const leadPath = () => `/leads/${stand.lead.id}`

  it('a link of a card opens without anybody signing in', async () => {
    const me = await opens(leadPath(), 'manager')
    await me.at('facts').waitFor()
    expect(me.page.url()).toBe(`${stand.origin}/app${leadPath()}`)
    const [session] = await me.page.context().cookies(`${stand.origin}/`)
    expect(session).toMatchObject({ name: 'gj_session', httpOnly: true, sameSite: 'Lax' })
    // WeCom's way leads over its sign-in page for members; the others ask the client itself.
    const visit = stand.pages.visits.at(-1)
    if (platform === 'wecom') expect(visit).toMatchObject({ path: '/connect/oauth2/authorize' })
    else expect(visit?.platform).not.toBe(platform)
  })

  it('the chat with the lead’s owner opens, and the screen goes back to the chat', async () => {
    const me = await opens(leadPath(), 'manager')
    await me.at('contact-colleague').click()
    await expect.poll(() => me.callsOf(names[platform].chat)).toHaveLength(1)
    expect(me.callsOf(names[platform].chat)[0]).toMatchObject(chatWithRep[platform])
    expect(me.callsOf(names[platform].signed)).toHaveLength(1)
    expect(await flawsOf(me.page, { touch: true })).toEqual([])
    await keepPicture(me.page, `client-${platform}-lead`)
    await me.at('back-to-chat').click()
    await expect.poll(() => me.callsOf(names[platform].close)).toHaveLength(1)
  })

  it('the chat with the customer opens where the client has one', async () => {
    const accounts = { wecom: 'wmCustomer01', dingtalk: 'd-customer', feishu: 'ou_customer' }
    const account = { platform, externalId: accounts[platform] }
    const lead = { type: 'lead' as const, id: stand.lead.id }
    await stand.core.write((tx) => rememberKeys(tx, lead, { account }))
    const me = await opens(leadPath(), 'manager')
    await me.at('contact-colleague').waitFor()
    const isThere = platform === 'wecom'
    expect(await me.at('contact-customer').count()).toBe(isThere ? 1 : 0)
    if (!isThere) return
    await me.at('contact-customer').click()
    await expect.poll(() => me.callsOf(names.wecom.chat)).toHaveLength(1)
    expect(JSON.stringify(me.callsOf(names.wecom.chat)[0])).toContain(account.externalId)
    expect(await flawsOf(me.page, { touch: true })).toEqual([])
  })

  it('a business card is scanned into a new lead', async () => {
    const me = await opens('/leads', 'rep')
    await me.at('lead-new').click()
    await me.at('entry-scan').click()
    await expect.poll(() => me.at('entry-phone').inputValue()).toBe('13912345678')
    expect(await me.at('entry-name').inputValue()).toBe('周明远')
    expect(await me.at('entry-company').inputValue()).toBe('远航精密制造（苏州）有限公司')
    expect(me.callsOf(names[platform].scan)).toHaveLength(1)
    expect(await flawsOf(me.page, { touch: true })).toEqual([])
    await keepPicture(me.page, `client-${platform}-entry`)
  })

  it('nothing is offered that the client does not let the page do', async () => {
    const me = await opens(leadPath(), 'manager', { refuses: [names[platform].signed] })
    await me.at('facts').waitFor()
    await expect.poll(() => me.callsOf(names[platform].signed)).not.toHaveLength(0)
    expect(await me.at('contact-colleague').count()).toBe(0)
    expect(await me.at('back-to-chat').count()).toBe(0)
  })

  // Told from memory: in milliseconds, as the samples have it.
  if (platform === 'feishu')
    it('a client that counts in seconds offers less, and shows the lead', async () => {
      const me = await opens(leadPath(), 'manager', { wantsSeconds: true })
      await me.at('facts').waitFor()
      await expect.poll(() => me.callsOf(names[platform].signed)).not.toHaveLength(0)
      expect(await me.at('contact-colleague').count()).toBe(0)
    })

  it('a chat that does not open is said in a sentence', async () => {
    const me = await opens(leadPath(), 'manager', { refuses: [names[platform].chat] })
    await me.at('contact-colleague').click()
    await me.at('toast').filter({ hasText: '没能打开聊天' }).waitFor()
  })

  it('a session that ended is renewed without a word', async () => {
    const me = await opens(leadPath(), 'manager')
    await me.at('facts').waitFor()
    // From here on the page lives by its cookie, and was not signed in a moment ago.
    await me.page.reload()
    await me.at('facts').waitFor()
    const [session] = await me.page.context().cookies(`${stand.origin}/`)
    await stand.core.write((tx) => stand.core.sessions.close(tx, session?.value ?? ''))
    await me.at('back').click()
    await me.at('lead-row').first().waitFor()
    expect(me.page.url()).toBe(`${stand.origin}/app/leads`)
    expect(await me.at('gate').count()).toBe(0)
  })

  it.each(['unbound', 'outsider'] as const)('somebody %s is told why, with this way alone', async (who) => {
    // In its own client DingTalk gives a code to members of the company only.
    if (platform === 'dingtalk' && who === 'outsider') return
    const me = await opens(leadPath(), who)
    const words = who === 'unbound' ? '请联系管理员' : '另一家企业'
    await me.at('gate-reason').filter({ hasText: words }).waitFor()
    expect(await me.page.locator('.way').count()).toBe(1)
    await keepPicture(me.page, `gate-in-${platform}-${who}`)
  })
})
