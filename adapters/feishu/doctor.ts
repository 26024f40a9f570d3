import { PlatformError } from '../../core/errors.js'
import type { Card } from '../../core/ports/card.js'
import type { Doctor, Finding, WayIn } from '../../core/ports/doctor.js'
import type { Ids } from '../../core/ports/ids.js'
import type { Messenger } from '../../core/ports/messenger.js'
import type { FeishuSettings } from '../../core/ports/platform-settings.js'
import { connectionFinding } from '../shared/connection-finding.js'
import type { SignInProof } from '../shared/sign-in-proof.js'
import type { FeishuCalls } from './calls.js'
import type { FeishuClient } from './client.js'
import { explain } from './codes.js'
import { field, listField, objectField, textField, type Json } from './json.js'
import { eventNeeds, scopeNeeds, tapCallback, tenantNeed, type ScopeNeed } from './needs.js'

interface DoctorDeps {
  settings: FeishuSettings
  publicUrl: string
  client: FeishuClient
  calls: FeishuCalls
  messenger: Messenger
  ids: Ids
  signIns: SignInProof
  /** Whether this process holds an open long connection. */
  isOpen: () => boolean
  pause: (ms: number) => Promise<void>
}

type ExamineInput = Parameters<Doctor['examine']>[0]

/** How long the person who gets the test message has to look at it. */
const receiptTries = 5
const receiptPauseMs = 2000

/** Looks through a Feishu installation in the order in which an admin sets it up. */
export function createDoctor(deps: DoctorDeps): Doctor {
  const { settings, calls, client } = deps
  const consoleUrl = `${settings.domain}/app/${settings.appId}`
  const pageAddress = `${deps.publicUrl}/app/`
  /** What the console has for coming back to; null where the platform did not say. */
  let redirects: readonly unknown[] | null = null

  async function* examine({ testRecipient, wayIn }: ExamineInput): AsyncGenerator<Finding> {
    const credentials = await look('feishu.credentials', checkCredentials)
    yield credentials
    if (credentials.state === 'failed') {
      yield skipped('feishu.scopes', 'App ID 与 App Secret 可用之后才能继续检查')
      return
    }
    yield look('feishu.bot', checkBot)
    yield* checkScopes()
    yield look('feishu.tenant', checkTenant)
    yield look('feishu.contact-range', checkRange)
    yield* checkSubscriptions()
    yield look('feishu.connection', () => checkConnection(wayIn))
    if (settings.mode === 'webhook') yield checkCallback()
    yield* checkSignIn()
    yield { check: 'feishu.templates', state: 'ok', found: '飞书卡片由程序直接生成，不需要在后台导入模板' }
    yield look('feishu.test-message', () => checkMessage(testRecipient))
  }

  async function checkCredentials(): Promise<Finding> {
    if (!/^cli_[0-9a-zA-Z]{16}$/.test(settings.appId))
      return {
        check: 'feishu.credentials',
        state: 'failed',
        found: 'FEISHU_APP_ID 的格式不对，应为 cli_ 加 16 位字母或数字',
        mend: `${settings.domain}/app → 选择应用 → 凭证与基础信息 → 复制 App ID`,
      }
    await client.token()
    return { check: 'feishu.credentials', state: 'ok', found: 'App ID 与 App Secret 有效' }
  }

  async function checkBot(): Promise<Finding> {
    const bot = await calls.bot()
    return bot.status === '2'
      ? { check: 'feishu.bot', state: 'ok', found: `机器人“${bot.name}”已启用` }
      : {
          check: 'feishu.bot',
          state: 'failed',
          found: `机器人没有启用（状态 ${bot.status || '未知'}）`,
          mend: `${consoleUrl} → 应用能力 → 机器人 → 启用，然后 版本管理与发布 → 创建版本并发布`,
        }
  }

  async function* checkScopes(): AsyncGenerator<Finding> {
    let granted: Set<string>
    try {
      granted = await calls.grantedScopes()
    } catch (error) {
      yield problem('feishu.scopes', error)
      return
    }
    const needs = settings.tenantKey === null ? [...scopeNeeds, tenantNeed] : scopeNeeds
    for (const need of needs) yield scopeFinding(need, granted)
  }

  function scopeFinding(need: ScopeNeed, granted: Set<string>): Finding {
    const [name] = need.anyOf
    const check = `feishu.scope.${name}`
    if (need.anyOf.some((scope) => granted.has(scope)))
      return { check, state: 'ok', found: `权限 ${name} 已开通` }
    return {
      check,
      state: need.isVital ? 'failed' : 'warning',
      found: `权限 ${name} 没有开通：${need.without}`,
      mend: `${consoleUrl}/auth → 权限管理 → 搜索 ${name} → 开通，再到 版本管理与发布 发布新版本，由企业管理员审核`,
    }
  }

  async function checkTenant(): Promise<Finding> {
    if (settings.tenantKey !== null)
      return { check: 'feishu.tenant', state: 'ok', found: '只接受 FEISHU_TENANT_KEY 所指企业的成员登录' }
    await calls.tenantKey()
    return { check: 'feishu.tenant', state: 'ok', found: '只接受应用所属企业的成员登录' }
  }

  async function checkRange(): Promise<Finding> {
    const { departments, people } = await calls.contactScope(undefined)
    if (departments.includes('0'))
      return { check: 'feishu.contact-range', state: 'ok', found: '通讯录权限范围是全体员工' }
    const isEmpty = departments.length + people.length === 0
    return {
      check: 'feishu.contact-range',
      state: isEmpty ? 'failed' : 'warning',
      found: isEmpty
        ? '通讯录权限范围是空的，一个人也同步不到'
        : '通讯录权限范围只含一部分部门或成员，范围外的同事不会出现',
      mend: `${consoleUrl}/auth → 权限管理 → 通讯录权限范围 → 设为“全部成员”或补充部门，再发布新版本`,
    }
  }

  async function* checkSubscriptions(): AsyncGenerator<Finding> {
    let app: Json
    redirects = null
    try {
      app = await calls.app(settings.appId)
    } catch (error) {
      const why = error instanceof PlatformError ? explain(error.code) : '没有得到回答'
      yield skipped(
        'feishu.subscriptions',
        `没能读取应用的订阅设置：${why}。请对照清单检查：${eventNeeds.map((need) => need.event).join('、')}`,
        `${consoleUrl}/event → 事件与回调；开通 application:application:self_manage 后这里可自动检查`,
      )
      return
    }
    yield* checkIps(app)
    yield* checkEvents(app)
    yield checkTaps(app)
    const urls = field(objectField(app, 'security'), 'redirect_urls')
    redirects = Array.isArray(urls) ? urls : null
  }

  function* checkIps(app: Json): Generator<Finding> {
    const ips = listField(objectField(app, 'security'), 'allowed_ips')
    // A refused address would have shown itself by code 99991401 long before.
    if (ips.length)
      yield { check: 'feishu.ip', state: 'ok', found: `IP 白名单有 ${ips.length} 条，本机出口在其中` }
    else yield { check: 'feishu.ip', state: 'ok', found: '没有设置 IP 白名单，不限制出口地址' }
  }

  function* checkEvents(app: Json): Generator<Finding> {
    const event = objectField(app, 'event')
    if (!Array.isArray(field(event, 'subscribed_events'))) {
      yield skipped(
        'feishu.events',
        '飞书没有返回已订阅的事件，请在后台对照检查',
        `${consoleUrl}/event → 事件配置`,
      )
      return
    }
    yield mode(
      'feishu.event-mode',
      '事件',
      textField(event, 'subscription_type'),
      textField(event, 'request_url'),
      'event',
    )
    const subscribed = listField(event, 'subscribed_events')
    for (const need of eventNeeds) {
      const check = `feishu.event.${need.event}`
      yield subscribed.includes(need.event)
        ? { check, state: 'ok', found: `事件 ${need.event} 已订阅` }
        : {
            check,
            state: need.isVital ? 'failed' : 'warning',
            found: `事件 ${need.event} 没有订阅：${need.without}`,
            mend: `${consoleUrl}/event → 事件配置 → 添加事件 → ${need.event}，再发布新版本`,
          }
    }
  }

  function checkTaps(app: Json): Finding {
    const check = 'feishu.tap-callback'
    const callback = [objectField(app, 'callback_info'), objectField(app, 'callback')].find((found) =>
      Array.isArray(field(found, 'subscribed_callbacks')),
    )
    const mend = `${consoleUrl}/event → 回调配置 → 添加回调 → 卡片回传交互（${tapCallback}），再发布新版本`
    if (!callback) return skipped(check, '飞书没有返回已订阅的回调，请在后台对照检查', mend)
    if (!listField(callback, 'subscribed_callbacks').includes(tapCallback))
      return { check, state: 'failed', found: '没有订阅卡片回传交互：点卡片按钮会提示出错', mend }
    return mode(
      check,
      '卡片回调',
      textField(callback, 'callback_type'),
      textField(callback, 'request_url'),
      'card',
    )
  }

  /** Whether the console delivers by the way that this installation listens on. */
  function mode(check: string, what: string, type: string, url: string, path: 'event' | 'card'): Finding {
    const isSocket = settings.mode === 'socket'
    const own = `${deps.publicUrl}/hooks/feishu/${path}`
    if (type === 'websocket' || type === 'webhook') {
      if ((type === 'websocket') !== isSocket)
        return {
          check,
          state: 'failed',
          found: `${what}的接收方式与 FEISHU_MODE 不一致`,
          mend: `${consoleUrl}/event → 订阅方式 → 选择“${isSocket ? '使用长连接接收' : '将事件发送至开发者服务器'}”；或修改 FEISHU_MODE`,
        }
      if (!isSocket && url && url !== own)
        return {
          check,
          state: 'failed',
          found: `${what}的请求地址不是本系统的地址`,
          mend: `${consoleUrl}/event → 请求地址 → 填 ${own}`,
        }
    }
    return { check, state: 'ok', found: `${what}的接收方式正确` }
  }

  async function* checkSignIn(): AsyncGenerator<Finding> {
    yield await deps.signIns.finding('client', {
      check: 'feishu.sign-in-client',
      mend: `${consoleUrl}/safe → 安全设置 → H5 可信域名 → 添加 ${new URL(deps.publicUrl).origin}；应用能力 → 网页应用 → 桌面端主页与移动端主页填 ${pageAddress}`,
    })
    const check = 'feishu.redirect'
    const mend = `${consoleUrl}/safe → 安全设置 → 重定向 URL → 添加 ${pageAddress}`
    if (redirects === null) return yield await deps.signIns.finding('browser', { check, mend })
    // Letter by letter, the slash included: another path on the same host is refused with 20029.
    yield redirects.includes(pageAddress)
      ? { check, state: 'ok', found: '登录的重定向地址已登记' }
      : { check, state: 'failed', found: `重定向 URL 里没有 ${pageAddress}，网页登录会报错`, mend }
  }

  /** Whether our own address is reached from outside: an unsigned request has to be refused, and by us. */
  async function checkCallback(): Promise<Finding> {
    const check = 'feishu.callback'
    const url = `${deps.publicUrl}/hooks/feishu/event`
    const mend = '检查 PUBLIC_URL、域名解析、证书和防火墙；反向代理要把 /hooks/ 原样转给本系统 → 再查一次'
    try {
      const { status } = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(5_000) })
      return status === 400 || status === 401
        ? { check, state: 'ok', found: `回调地址 ${url} 能打开，未签名的请求会被拒绝` }
        : { check, state: 'failed', found: `回调地址 ${url} 回答了 ${status}，应当拒绝未签名的请求`, mend }
    } catch {
      return { check, state: 'failed', found: `访问不到回调地址 ${url}`, mend }
    }
  }

  async function checkConnection(wayIn: WayIn | undefined): Promise<Finding> {
    const check = 'feishu.connection'
    if (settings.mode === 'webhook')
      return settings.encryptKey === null
        ? {
            check,
            state: 'warning',
            found: '没有设置 Encrypt Key，回调只凭 Verification Token 辨认来源',
            mend: `${consoleUrl}/event → 加密策略 → 设置 Encrypt Key，并填入 FEISHU_ENCRYPT_KEY`,
          }
        : { check, state: 'ok', found: '回调加密并校验签名' }
    // Asking for an address opens nothing; where all places are taken, it is refused.
    await client.endpoint()
    const finding = connectionFinding(check, { wayIn, isOpen: deps.isOpen() })
    return finding.state === 'ok'
      ? {
          ...finding,
          found: `${finding.found}。飞书把每个事件随机发给一个连接且不告知有谁在连，测试环境与正式环境请使用不同的应用`,
        }
      : finding
  }

  async function checkMessage(recipient: string | undefined): Promise<Finding> {
    const check = 'feishu.test-message'
    if (!recipient) return skipped(check, '没有指定测试消息的接收人')
    const to = { externalId: recipient }
    const key = deps.ids.next()
    const { platformMessageId } = await deps.messenger.send({
      to,
      card: testCard,
      ref: key,
      idempotencyKey: key,
      urgent: false,
    })
    for (let tries = 0; tries < receiptTries; tries += 1) {
      const [receipt] = (await deps.messenger.pollReceipts?.([{ platformMessageId, to }])) ?? []
      if (receipt) return { check, state: 'ok', found: '测试消息已送达，对方已读' }
      await deps.pause(receiptPauseMs)
    }
    return {
      check,
      state: 'warning',
      found: '测试消息已发出，对方还没有读',
      mend: '请接收人在飞书里打开与机器人的会话，再检查一次',
    }
  }

  async function look(check: string, examineStep: () => Promise<Finding>): Promise<Finding> {
    try {
      return await examineStep()
    } catch (error) {
      return problem(check, error)
    }
  }

  function problem(check: string, error: unknown): Finding {
    if (!(error instanceof PlatformError)) return { check, state: 'failed', found: '检查时出错，详情见日志' }
    return {
      check,
      state: 'failed',
      found: explain(error.code),
      mend: mends[error.code]?.(consoleUrl) ?? `${consoleUrl} → 查看应用状态、权限与可用范围`,
    }
  }

  return { platform: 'feishu', examine }
}

const skipped = (check: string, found: string, mend?: string): Finding => ({
  check,
  state: 'skipped',
  found,
  ...(mend === undefined ? {} : { mend }),
})

const credentialsMend = (url: string): string =>
  `${url} → 凭证与基础信息 → 复制 App ID 与 App Secret，填入 FEISHU_APP_ID、FEISHU_APP_SECRET`

const mends: Readonly<Record<string, (consoleUrl: string) => string>> = {
  10003: credentialsMend,
  10014: credentialsMend,
  10015: credentialsMend,
  514: credentialsMend,
  99991401: (url) => `${url}/safe → 安全设置 → IP 白名单 → 添加服务器的出口 IP`,
  99991672: (url) => `${url}/auth → 权限管理 → 开通所需权限，再发布新版本`,
  99991662: () => '飞书管理后台 → 工作台 → 应用管理 → 启用该应用',
  230013: (url) => `${url}/version → 版本管理与发布 → 可用范围 → 加入接收人所在部门`,
  230006: (url) => `${url} → 应用能力 → 机器人 → 启用`,
  1000040350: () => '停掉使用同一个 App ID 的其他程序；测试环境请另建应用',
  unreachable: () => '检查服务器网络与 FEISHU_DOMAIN',
}

const testCard: Card = {
  kind: 'test.message',
  title: '测试消息',
  tone: 'info',
  blocks: [{ type: 'text', text: '这是安装检查发出的测试消息，看到即可，不需要处理。' }],
}
