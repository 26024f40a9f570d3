import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { silentLog } from '../../bot/log.js'
import { start } from '../../bot/main.js'
import { readConfig } from '../../core/config.js'
import { insertRows } from '../../core/db/rows.js'
import { BindingEntity } from '../../core/org/person.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import { startDingtalk } from '../simulators/dingtalk/start.js'
import {
  dingtalkScript,
  feishuScript,
  native,
  userAgents,
  wecomInjected,
} from '../simulators/clients/page-scripts.js'
import { startSignInPages, type OauthPlatform } from '../simulators/clients/sign-in-pages.js'
import { startFeishu } from '../simulators/feishu/start.js'
import { startWecom } from '../simulators/wecom/start.js'
import { makeCompany } from './company.js'
import { makeLead } from './make.js'
import { newDatabase } from './test-core.js'
import { openBrowser, watchProblems, type Look } from './walk.js'

export const oauthPlatforms = ['wecom', 'dingtalk', 'feishu'] as const

/** Who sits at a browser or holds a phone: a manager and a rep of ours, a colleague nobody has bound, an outsider. */
export type Visitor = 'manager' | 'rep' | 'unbound' | 'outsider'

export interface NativeCall {
  name: string
  params: Record<string, unknown>
}

/**
 * The product as an installation with all three platforms has it: the built pages, the process's own wiring, and
 * behind it the simulators' wires. The platforms' sign-in pages and scripts have a host of their own, as in life.
 */
export async function startSignInStand() {
  const clock = createAdjustableClock()
  const sims = {
    wecom: await startWecom({ clock }),
    dingtalk: await startDingtalk({ clock }),
    feishu: await startFeishu({ clock }),
  }
  const pages = await startSignInPages({ '/dingtalk.js': dingtalkScript, '/feishu.js': feishuScript })
  const folder = mkdtempSync(join(tmpdir(), 'genjin-sign-in-'))
  const database = await newDatabase()
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  pages.register(`${origin}/app/`)
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: origin, DATA_DIR: folder },
    ...{ DATABASE_URL: database.url, SANDBOX: 'off', DEMO: 'off', LOG_LEVEL: 'silent' },
  })
  const host = pages.origin
  const running = await start(
    {
      ...config,
      platforms: {
        wecom: { ...sims.wecom.settings, oauthUrl: host, loginUrl: host },
        dingtalk: { ...sims.dingtalk.settings, loginUrl: host },
        feishu: { ...sims.feishu.settings, accountsUrl: host },
      },
      pageScripts: { dingtalk: `${host}/dingtalk.js`, feishu: `${host}/feishu.js` },
    },
    { log: silentLog, dist: fileURLToPath(new URL('../../dist', import.meta.url)), clock },
  )
  const { core } = running
  sims.wecom.connect(`${origin}/hooks`)
  const company = await makeCompany(core, { only: ['eastManager', 'wang'], platform: 'sandbox' })
  await core.write((tx) =>
    insertRows(
      tx,
      BindingEntity,
      oauthPlatforms.flatMap((platform) =>
        (['eastManager', 'wang'] as const).map((key) => ({
          platform,
          externalId: accounts[platform][key === 'wang' ? 'rep' : 'manager'],
          personId: company.people[key].id,
          state: 'bound' as const,
          boundAt: clock.now(),
        })),
      ),
    ),
  )
  const lead = await makeLead(core, { owner: company.people.wang, company: '宏达机械', name: '张建国' })

  /** A code as the platform gives it to whoever is there. */
  const codes: Record<OauthPlatform, (who: Visitor) => string> = {
    wecom: (who) => sims.wecom.signInCode(accounts.wecom[who], who === 'outsider'),
    dingtalk: (who) =>
      sims.dingtalk.signInCode(accounts.dingtalk[who], who === 'outsider' ? 'dingother' : undefined),
    feishu: (who) => sims.feishu.api.signInCode(accounts.feishu[who]),
  }
  const clientIds = {
    wecom: sims.wecom.settings.corpId,
    dingtalk: sims.dingtalk.settings.clientId,
    feishu: sims.feishu.settings.appId,
  }

  return {
    ...{ origin, pages, core, clock, company, lead, codes, sims },
    accountOf: (platform: OauthPlatform, who: Visitor) => accounts[platform][who],
    /** Who the platforms' sign-in pages find at the browser. */
    sits(who: Visitor): void {
      for (const platform of oauthPlatforms)
        pages.app(platform, { clientId: clientIds[platform], issueCode: () => codes[platform](who) })
    },
    async stop(): Promise<void> {
      await running.stop()
      await Promise.all([pages.stop(), ...Object.values(sims).map((sim) => sim.stop())])
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type SignInStand = Awaited<ReturnType<typeof startSignInStand>>

const accounts: Record<OauthPlatform, Record<Visitor, string>> = {
  wecom: { manager: 'li', rep: 'wang', unbound: 'gone', outsider: 'wmCustomer01' },
  dingtalk: { manager: 'u-li', rep: 'u-wang', unbound: 'u-chen', outsider: 'u-li' },
  feishu: { manager: 'ou_li', rep: 'ou_wang', unbound: 'ou_zhao', outsider: 'ou_zhang' },
}

/** The simulators' tickets for pages, by which a client checks that a page is signed by its app. */
const tickets: Record<OauthPlatform, string> = {
  wecom: 'tkt',
  dingtalk: 'ticket-of-the-page',
  feishu: 'page-ticket',
}

/** A window outside any client. */
export async function openPlain(browser: Browser, look: Look = {}) {
  const page = await openBrowser(browser, look)
  return { page, problems: watchProblems(page) }
}

export interface ClientFacts {
  /** Calls that the client refuses. */
  refuses?: string[]
  /** Signed instants are in seconds; else as each platform's samples have them. Told from memory for Feishu. */
  wantsSeconds?: boolean
}

/**
 * A page inside a platform's client, which has put its abilities there before the page's code runs and plays the
 * native side: it checks the page's signature, knows who is signed in, and records what it is asked for.
 */
export async function openClient(
  browser: Browser,
  stand: SignInStand,
  platform: OauthPlatform,
  who: Visitor,
  { refuses = [], wantsSeconds = false, ...look }: Look & ClientFacts = {},
) {
  const page = await openBrowser(browser, { ...look, userAgent: userAgents[platform] })
  const problems = watchProblems(page)
  const calls: NativeCall[] = []
  let isSigned = false
  stand.sits(who)

  async function answer(name: string, params: Record<string, unknown>): Promise<unknown> {
    calls.push({ name, params })
    const says = platform === 'wecom' ? wecomSays : scriptSays
    if (refuses.includes(name)) return says(name, { error: 'refused by the test' })
    if (name === 'config' || name === 'preVerifyJSAPI') {
      const isInUnit = !wantsSeconds || /^\d{10}$/.test(String(params['timestamp']))
      isSigned = isInUnit && isSignatureGood(platform, params, page)
      return says(name, isSigned ? {} : { error: 'invalid signature' })
    }
    if (codeCalls.has(name)) return says(name, { answer: { code: stand.codes[platform](who) } })
    if (!isSigned && needsSignature.has(name)) return says(name, { error: 'no permission' })
    return says(name, { answer: answers[name] ?? {} })
  }
  await page.exposeFunction(native, answer)
  if (platform === 'wecom') await page.addInitScript(wecomInjected)
  return {
    ...{ page, problems, calls },
    callsOf: (name: string) => calls.filter((call) => call.name === name).map(({ params }) => params),
  }
}

export type ClientWindow = Awaited<ReturnType<typeof openClient>>

const codeCalls = new Set(['runtime.permission.requestAuthCode', 'requestAccess', 'requestAuthCode'])
const needsSignature = new Set(['openEnterpriseChat', 'biz.chat.openSingleChat', 'enterChat', 'scanQRCode'])
const card =
  'BEGIN:VCARD\nVERSION:3.0\nFN:周明远\nORG:远航精密制造（苏州）有限公司\nTEL:13912345678\nEND:VCARD'
const answers: Record<string, unknown> = {
  // On an iPhone WeCom wraps what it read; its library takes it out again.
  scanQRCode: { resultStr: JSON.stringify({ scan_code: { scan_result: card } }) },
  'biz.util.scan': { text: card },
  scanCode: { result: card },
}

const wecomSays = (name: string, { error, answer = {} }: { error?: string; answer?: unknown }): unknown => ({
  ...(answer as object),
  err_msg: error ? `${name}:fail ${error}` : `${name}:ok`,
})
const scriptSays = (_name: string, { error, answer = {} }: { error?: string; answer?: unknown }): unknown =>
  error ? { error: { errMsg: error } } : { answer }

function isSignatureGood(platform: OauthPlatform, params: Record<string, unknown>, page: Page): boolean {
  const [nonce, timestamp, signature] = (
    {
      wecom: ['verifyNonceStr', 'verifyTimestamp', 'verifySignature'],
      dingtalk: ['nonceStr', 'timeStamp', 'signature'],
      feishu: ['nonceStr', 'timestamp', 'signature'],
    } satisfies Record<OauthPlatform, string[]>
  )[platform].map((name) => String(params[name]))
  const url = page.url().replace(/#.*$/, '')
  const text = `jsapi_ticket=${tickets[platform]}&noncestr=${nonce}&timestamp=${timestamp}&url=${url}`
  return createHash('sha1').update(text).digest('hex') === signature
}

/** A port that nobody listens on: `PUBLIC_URL` has to be known before the start. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
