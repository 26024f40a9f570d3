import { setTimeout as pause } from 'node:timers/promises'
import { PlatformError } from '../../core/errors.js'
import type { Doctor, Finding, WayIn } from '../../core/ports/doctor.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { Messenger } from '../../core/ports/messenger.js'
import type { Ids } from '../../core/ports/ids.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import { connectionFinding } from '../shared/connection-finding.js'
import type { SignInProof } from '../shared/sign-in-proof.js'
import type { createCards } from './cards.js'
import { templateVersionKey } from './channel.js'
import type { DingtalkClient } from './client.js'
import { meaningOf } from './codes.js'
import { encodeCard } from './encode.js'
import { ipCodes, permissionCodes, permissionProbes } from './permissions.js'
import { makeTrackId } from './track-id.js'

/** Goes with the files in docs/dingtalk: raised when a variable is added there. */
export const templateVersion = '1'

const consolePath = '钉钉开放平台 open-dev.dingtalk.com → 应用开发 → 选中应用'

interface DoctorDeps {
  settings: DingtalkSettings
  client: DingtalkClient
  cards: ReturnType<typeof createCards>
  messenger: Messenger
  keys: KeyStore
  ids: Ids
  publicUrl: string
  signIns: SignInProof
  isOpen: () => boolean
  /** How long to wait for the test message's receipt before each look. */
  receiptWaitsMs: readonly number[]
}

/** Looks at a DingTalk installation in the order in which an admin sets it up. */
export function createDoctor(deps: DoctorDeps): Doctor {
  const { settings, client, keys } = deps

  async function credentials(): Promise<Finding> {
    const check = 'dingtalk.credentials'
    try {
      await client.token()
      return { check, state: 'ok', found: 'Client ID 和 Client Secret 可用。' }
    } catch (error) {
      const mend = `${consolePath} → 凭证与基础信息，复制 Client ID 和 Client Secret 到 DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET。`
      return { check, state: 'failed', found: sayError('取访问凭证失败', error), mend }
    }
  }

  async function* permissions(): AsyncIterable<Finding> {
    let isIpSeen = false
    for (const probe of permissionProbes(settings)) {
      const check = `dingtalk.permission.${probe.name}`
      const code = await codeOf(() => probe.ask(client))
      if (code !== null && ipCodes.includes(code) && !isIpSeen) {
        isIpSeen = true
        yield {
          check: 'dingtalk.ip-whitelist',
          state: 'failed',
          found: `服务器出口 IP 不在应用的白名单里（${code}），所有接口都会被拒绝。`,
          mend: `${consolePath} → 安全设置 → 服务器出口IP，填入这台服务器的公网 IP。`,
        }
      }
      if (code !== null && ipCodes.includes(code)) {
        yield { check, state: 'skipped', found: `“${probe.scope}”要等 IP 白名单放行后才能检查。` }
      } else if (code !== null && permissionCodes.includes(code)) {
        yield {
          check,
          state: probe.isNeeded ? 'failed' : 'warning',
          found: `没有“${probe.scope}”权限（${code}）：${probe.without}。`,
          mend: `${consolePath} → 权限管理，搜索“${probe.scope}”并申请，再到 版本管理与发布 发布新版本。`,
        }
      } else if (code !== null && meaningOf(code).retryable) {
        yield {
          check,
          state: 'warning',
          found: `“${probe.scope}”这次没有查到：${meaningOf(code).meaning}（${code}）。`,
          mend: '稍后再查一次。',
        }
      } else {
        yield { check, state: 'ok', found: `“${probe.scope}”权限可用。` }
      }
    }
    if (!isIpSeen) yield { check: 'dingtalk.ip-whitelist', state: 'ok', found: '出口 IP 没有被钉钉拒绝。' }
  }

  /** One address for all of them, letter by letter, with the slash at its end. */
  async function* signIn(): AsyncIterable<Finding> {
    const address = `${deps.publicUrl}/app/`
    yield await deps.signIns.finding('client', {
      check: 'dingtalk.sign-in-client',
      mend: `${consolePath} → 应用能力 → 网页应用，应用首页地址和 PC 端首页地址都填 ${address}，再到 版本管理与发布 发布新版本。`,
    })
    yield await deps.signIns.finding('browser', {
      check: 'dingtalk.sign-in-browser',
      mend: `${consolePath} → 安全设置 → 重定向URL（回调域名），填 ${address}。`,
    })
  }

  async function* gates(): AsyncIterable<Finding> {
    if (settings.mode === 'stream') return yield await stream()
    yield settings.callback
      ? await callback('event')
      : {
          check: 'dingtalk.callback',
          state: 'failed',
          found: '没有设置签名 token 和 aes_key，事件进不来。',
          mend: `${callbackMend('event')} 把页面上的两个值填到 DINGTALK_TOKEN、DINGTALK_AES_KEY。`,
        }
    yield await callback('robot')
    yield await callback('card')
  }

  const callbackMend = (path: 'event' | 'robot' | 'card'): string => {
    const url = `${deps.publicUrl}/hooks/dingtalk/${path}`
    const where = {
      event: `${consolePath} → 事件与回调，推送方式选“HTTP 推送”，地址填 ${url}。`,
      robot: `${consolePath} → 应用能力 → 机器人，消息接收模式选“HTTP 模式”，地址填 ${url}。`,
      card: `卡片的回调地址 ${url} 由本系统启动时登记，不用在后台填写。`,
    }
    return where[path]
  }

  async function stream(): Promise<Finding> {
    const check = 'dingtalk.stream'
    const code = await codeOf(() =>
      client.open('POST', `${settings.apiUrl}/v1.0/gateway/connections/open`, {
        body: {
          clientId: settings.clientId,
          clientSecret: settings.clientSecret,
          subscriptions: [{ type: 'EVENT', topic: '*' }],
          ua: 'genjin-doctor',
        },
      }),
    )
    if (code !== null)
      return {
        check,
        state: 'failed',
        found: `长连接网关拒绝了连接：${meaningOf(code).meaning}（${code}）。`,
        mend: `${consolePath} → 事件与回调，推送方式选“Stream 模式”；并确认服务器能访问 wss://wss-open-connection.dingtalk.com。`,
      }
    return { check, state: 'ok', found: '长连接网关可用。' }
  }

  async function callback(path: 'event' | 'robot' | 'card'): Promise<Finding> {
    const check = path === 'event' ? 'dingtalk.callback' : `dingtalk.callback.${path}`
    const what = { event: '事件', robot: '机器人消息', card: '卡片点击' }[path]
    const url = `${deps.publicUrl}/hooks/dingtalk/${path}`
    try {
      const response = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(5_000) })
      // An unsigned request has to be refused, by this product and not by something in between.
      if (response.status === 403)
        return { check, state: 'ok', found: `${what}的回调地址可以从公网访问，未签名的请求会被拒绝。` }
      return {
        check,
        state: 'failed',
        found: `${what}的回调地址回答了 ${response.status}，应当是 403。`,
        mend: `检查反向代理是否把 /hooks/ 原样转给了本系统。${callbackMend(path)}`,
      }
    } catch {
      return {
        check,
        state: 'failed',
        found: `访问不到${what}的回调地址 ${url}。`,
        mend: '检查 PUBLIC_URL、域名解析、证书和防火墙。',
      }
    }
  }

  function events(wayIn: WayIn | undefined): Finding {
    const check = 'dingtalk.events'
    if (wayIn?.lastAt.directory) return { check, state: 'ok', found: '30 天内收到过通讯录事件。' }
    // A company in which nobody came or went for a month is a sound one.
    return {
      check,
      state: 'skipped',
      found: '30 天内没有收到通讯录事件。钉钉不提供查询订阅的接口，只能等事件到来。',
      mend: `${consolePath} → 事件与回调，核对已勾选通讯录下的 用户增加、用户更改、用户离职、部门创建、部门修改、部门删除。`,
    }
  }

  function connection(wayIn: WayIn | undefined): Finding {
    const check = 'dingtalk.connection'
    if (settings.mode === 'http') return { check, state: 'skipped', found: 'HTTP 推送不需要长连接。' }
    const finding = connectionFinding(check, { wayIn, isOpen: deps.isOpen() })
    return finding.state === 'ok'
      ? {
          ...finding,
          found: `${finding.found}。钉钉把推送随机分给同一应用的每一条连接：测试环境和其他程序请另建应用，否则会各收到一部分。`,
        }
      : finding
  }

  async function* templates(testRecipient: string | undefined): AsyncIterable<Finding> {
    const names = { notice: 'DINGTALK_NOTICE_TEMPLATE', form: 'DINGTALK_FORM_TEMPLATE' }
    for (const template of ['notice', 'form'] as const) {
      const check = `dingtalk.template.${template}`
      const mend = `到 card.dingtalk.com 或 open-dev.dingtalk.com/fe/card 新建模板，导入 docs/dingtalk/${template}.json，关联应用并发布，再把模板 ID 填到 ${names[template]}。`
      const templateId = settings.templates[template]
      const without =
        template === 'form' ? '卡片里不能填写，只能到页面或在聊天里回答' : '旧版客户端看不到表单模板的卡片'
      if (!templateId)
        yield { check, state: 'warning', found: `没有设置 ${names[template]}：${without}。`, mend }
      else if (!testRecipient)
        yield { check, state: 'skipped', found: '检查卡片模板要发一张测试卡片，请指定接收人。' }
      else yield await tryTemplate(template, templateId, testRecipient, check, mend)
    }
    yield* copyVersion()
  }

  async function tryTemplate(
    template: 'notice' | 'form',
    templateId: string,
    userId: string,
    check: string,
    mend: string,
  ): Promise<Finding> {
    const variables = encodeCard(
      {
        kind: 'doctor',
        title: '跟进：测试卡片',
        tone: 'info',
        subtitle: '看到这张卡片，说明模板可用',
        blocks: [],
      },
      { capabilities: deps.messenger.capabilities(), template, pageUrl: (path) => path },
    )
    const outTrackId = makeTrackId({ template, attempt: 0, ref: `doctor-${deps.ids.next()}` })
    const code = await codeOf(() =>
      deps.cards.deliver({ templateId, outTrackId, space: { userId }, variables }),
    )
    if (code === null) return { check, state: 'ok', found: '卡片模板可用，测试卡片已发出。' }
    return {
      check,
      state: 'failed',
      found: `测试卡片没有发出：${meaningOf(code).meaning}（${code}）。`,
      mend,
    }
  }

  async function* copyVersion(): AsyncIterable<Finding> {
    const check = 'dingtalk.template.version'
    const seen = await keys.get(templateVersionKey)
    if (seen === null)
      yield { check, state: 'skipped', found: '还没有人提交过表单卡片，模板版本要到那时才知道。' }
    else if (seen === templateVersion)
      yield { check, state: 'ok', found: `控制台里的表单模板是当前版本（${seen}）。` }
    else
      yield {
        check,
        state: 'warning',
        found: `控制台里的表单模板是版本 ${seen}，当前版本是 ${templateVersion}。`,
        mend: '到卡片平台打开表单模板，重新导入 docs/dingtalk/form.json 并发布，模板 ID 不变。',
      }
  }

  async function testMessage(testRecipient: string | undefined): Promise<Finding> {
    const check = 'dingtalk.test-message'
    if (!testRecipient) return { check, state: 'skipped', found: '没有指定接收人，不发测试消息。' }
    try {
      const to = { externalId: testRecipient }
      const sent = await deps.messenger.sendText(to, '跟进：这是一条测试消息。', `doctor:${deps.ids.next()}`)
      for (const waitMs of deps.receiptWaitsMs) {
        await pause(waitMs)
        const [receipt] = (await deps.messenger.pollReceipts?.([{ ...sent, to }])) ?? []
        if (receipt)
          return { check, state: 'ok', found: `测试消息${receipt.state === 'read' ? '已读' : '已送达'}。` }
      }
      return {
        check,
        state: 'warning',
        found: '测试消息已发出，还没有回执。',
        mend: '在钉钉里看看是否收到；回执要在 24 小时内查询。',
      }
    } catch (error) {
      const mend = `${consolePath} → 应用能力 → 机器人，确认机器人已启用并发布，接收人在应用的可见范围内。`
      return { check, state: 'failed', found: sayError('测试消息没有发出', error), mend }
    }
  }

  return {
    platform: 'dingtalk',
    async *examine({ testRecipient, wayIn }) {
      const first = await credentials()
      yield first
      // Nothing else can be asked without a token.
      if (first.state !== 'ok') return
      yield* permissions()
      yield* gates()
      yield events(wayIn)
      yield connection(wayIn)
      yield* signIn()
      yield* templates(testRecipient)
      yield await testMessage(testRecipient)
    },
  }
}

/** The platform's code of a call that failed; null when it went well. */
async function codeOf(call: () => Promise<unknown>): Promise<string | null> {
  try {
    await call()
    return null
  } catch (error) {
    return error instanceof PlatformError ? error.code : 'unknown'
  }
}

function sayError(what: string, error: unknown): string {
  const code = error instanceof PlatformError ? error.code : 'unknown'
  return `${what}：${meaningOf(code).meaning}（${code}）。`
}
