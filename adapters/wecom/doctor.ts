import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { Directory } from '../../core/ports/directory.js'
import type { Doctor, Finding, WayIn } from '../../core/ports/doctor.js'
import type { Ids } from '../../core/ports/ids.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import { decodeAesKey, encryptMessage, signParts } from '../shared/sealing.js'
import type { SignInProof } from '../shared/sign-in-proof.js'
import type { BotSocket } from './bot-socket.js'
import type { Client } from './client.js'
import { meaningOf } from './codes.js'

export interface DoctorDeps {
  settings: WecomSettings
  publicUrl: string
  client: Client
  directory: Directory
  bot: BotSocket | null
  clock: Clock
  ids: Ids
  signIns: SignInProof
}

const appPage = '企业微信管理后台 → 应用管理 → 本应用'
const customerPage = '企业微信管理后台 → 应用管理 → 微信客服'
const contactPage = '企业微信管理后台 → 客户与上下游 → 客户联系'
const contactMend = `在“${contactPage} → API → 可调用接口的应用”加入本应用，再到“${appPage} → 接收消息”勾选客户变更事件；不用这项功能可以不管`
/** New companies may call customer service with a self-built app's Secret only, since December 2023. */
const customerServiceMend = `在“${customerPage} → 可调用接口的应用”加入本应用，并在“通过API管理会话消息 → 企业内部开发”给它客服账号；WECOM_KF_SECRET 填得和 WECOM_SECRET 一样，再到“${appPage} → 接收消息”勾选“微信客服消息和事件”。以前在微信客服里开过 API 的企业，填微信客服自己的 Secret、Token、EncodingAESKey`

const mends: Record<string, string> = {
  '40001': `在“${appPage}”复制 Secret，填到 WECOM_SECRET`,
  '40013': '在“管理后台 → 我的企业”底部复制企业 ID，填到 WECOM_CORP_ID',
  '40056': `在“${appPage}”复制 AgentId，填到 WECOM_AGENT_ID`,
  '301002': `AgentId 与 Secret 不是同一个应用：在“${appPage}”核对两者`,
  '60020': `在“${appPage} → 企业可信IP”加入服务器的出口 IP（要先设置可信域名或通过接收消息的校验）`,
  '60011': `在“${appPage} → 可见范围”加入要用到的部门`,
  '48002': `在“${appPage}”开通这项权限，或换用有权限的 Secret`,
  '81013': `在“${appPage} → 可见范围”加入这位成员`,
  unreachable: '检查服务器能否访问 WECOM_API_URL，防火墙是否放行 443 端口',
  timeout: '检查服务器到企业微信的网络；稍后再试',
}

/** Looks whether WeCom is set up right, in the order in which an admin sets it up. */
export function createDoctor(deps: DoctorDeps): Doctor {
  const { settings, client, directory, bot } = deps
  const { host } = new URL(deps.publicUrl)
  const finding = (name: string, state: Finding['state'], found: string, mend?: string): Finding => ({
    check: `wecom.${name}`,
    state,
    found,
    ...(mend ? { mend } : {}),
  })

  async function look(
    name: string,
    run: () => Promise<Finding>,
    otherwise?: string,
    own: Record<string, string> = {},
  ): Promise<Finding> {
    try {
      return await run()
    } catch (err) {
      const code = err instanceof PlatformError ? err.code : 'internal'
      const said = err instanceof PlatformError ? meaningOf(code).meaning : '检查没有完成'
      return finding(
        name,
        'failed',
        `${said}（${code}）。`,
        own[code] ?? mends[code] ?? otherwise ?? '稍后再试，仍不行请看日志',
      )
    }
  }

  const credentials = () =>
    look('credentials', async () => {
      await client.token('app')
      return finding('credentials', 'ok', '企业 ID 与应用 Secret 正确。')
    })

  const app = () =>
    look('trusted-ip', async () => {
      const { name, close } = await client.agent()
      return close === 1
        ? finding('app', 'failed', `应用“${name}”已停用。`, `在“${appPage}”启用应用`)
        : finding('trusted-ip', 'ok', `应用“${name}”可用，服务器的 IP 在可信 IP 中。`)
    })

  const range = () =>
    look('range', async () => {
      const { isPartial, range: shown, totalPeople } = await directory.scope()
      const of = totalPeople === null ? '' : `企业共 ${totalPeople} 人，`
      return isPartial
        ? finding(
            'range',
            'warning',
            `${of}${shown}。范围以外的同事收不到消息，也不会同步。`,
            `在“${appPage} → 可见范围”调整`,
          )
        : finding('range', 'ok', `${of}${shown}。`)
    })

  async function callback(): Promise<Finding> {
    if (!settings.callback)
      return finding(
        'callback',
        'warning',
        '没有设置接收消息：收不到成员的话，卡片也不能带按钮。',
        `在“${appPage} → 接收消息 → 设置API接收”填 ${deps.publicUrl}/hooks/wecom/app，Token 与 EncodingAESKey 填到 WECOM_TOKEN、WECOM_AES_KEY`,
      )
    return look('callback', () => echo('callback', 'wecom/app', settings.callback))
  }

  /** Asks our own public address as WeCom would when the address is saved. */
  async function echo(
    name: string,
    path: string,
    keys: { token: string; aesKey: string } | null,
  ): Promise<Finding> {
    if (!keys) return finding(name, 'skipped', '没有设置。')
    const word = deps.ids.next()
    const echostr = encryptMessage(decodeAesKey(keys.aesKey), word, settings.corpId)
    const timestamp = String(Math.floor(deps.clock.now().getTime() / 1000))
    const url = new URL(`${deps.publicUrl}/hooks/${path}`)
    const signature = signParts(keys.token, timestamp, word, echostr)
    for (const [key, value] of Object.entries({ msg_signature: signature, timestamp, nonce: word, echostr }))
      url.searchParams.set(key, value)
    const mend = `确认 PUBLIC_URL 从外网能打开，反向代理把 /hooks/ 转到本程序，保存地址时 1 秒内要应答`
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' })
      if (answer.status === 200 && (await answer.text()) === word)
        return finding(name, 'ok', `回调地址 ${url.origin}${url.pathname} 应答正确。`)
      return finding(name, 'failed', `回调地址应答不对（HTTP ${answer.status}）。`, mend)
    } catch {
      return finding(name, 'failed', `打不开回调地址 ${url.origin}${url.pathname}。`, mend)
    }
  }

  const events = (wayIn: WayIn | undefined): Finding => {
    if (!wayIn) return finding('events', 'skipped', '数据库还没有建好，不知道收到过什么。')
    return wayIn.lastAt.message || wayIn.lastAt.tap
      ? finding('events', 'ok', '30 天内收到过成员的消息或点击。')
      : finding(
          'events',
          'warning',
          '30 天内没有收到成员的消息或点击。',
          `给应用发一句“帮助”试试；没有反应就在“${appPage} → 接收消息”勾选“用户发送的普通消息、进入应用、模板卡片事件、通讯录变更”`,
        )
  }

  const contacts = () =>
    look('contacts', async () => {
      const count = (await client.departments()).length
      return finding('contacts', 'ok', `能读到 ${count} 个部门。`)
    })

  /** WeCom tells the app of customers only where it may ask for them, too. */
  const contactsOfCustomers = () =>
    look(
      'customer-contact',
      async () => {
        const { follow_user: members } = await client.followUsers()
        return members.length > 0
          ? finding('customer-contact', 'ok', `客户联系可用，${members.length} 位成员开通了这项功能。`)
          : finding(
              'customer-contact',
              'warning',
              '还没有成员开通客户联系：同事添加或失去客户微信时，本系统不会知道。',
              `在“${contactPage} → 权限配置”选择成员`,
            )
      },
      undefined,
      { '48002': contactMend, '84061': contactMend },
    ).then((found) => (found.state === 'failed' ? { ...found, state: 'warning' as const } : found))

  const pages = () =>
    look(
      'pages',
      async () => {
        await client.pageTicket()
        return finding('pages', 'ok', '页面签名可用。')
      },
      `在“${appPage} → 网页授权及JS-SDK”设置可信域名 ${host}`,
    )

  /** Both are domains, without a path: WeCom compares nothing else of `PUBLIC_URL/app/`. */
  async function* signIn(): AsyncIterable<Finding> {
    yield await deps.signIns.finding('client', {
      check: 'wecom.sign-in-client',
      mend: `在“${appPage} → 网页授权及JS-SDK → 设置可信域名”填 ${host}（页面地址是 ${deps.publicUrl}/app/）`,
    })
    yield await deps.signIns.finding('browser', {
      check: 'wecom.sign-in-browser',
      mend: `在“${appPage} → 企业微信授权登录 → Web网页 → 设置授权回调域”填 ${host}（登录后回到 ${deps.publicUrl}/app/）`,
    })
  }

  async function customers(): Promise<Finding[]> {
    if (!settings.customerService)
      return [
        finding(
          'customer-service',
          'skipped',
          '没有设置微信客服：客户写的话不会自动成为线索。',
          customerServiceMend,
        ),
      ]
    const ask = async () => {
      const { account_list: list } = await client.customerAccounts()
      return list.length > 0
        ? finding('customer-service', 'ok', `微信客服有 ${list.length} 个客服账号。`)
        : finding(
            'customer-service',
            'warning',
            '微信客服还没有客服账号。',
            `在“${customerPage}”新建客服账号，再到“通过API管理会话消息 → 企业内部开发”让本应用管理它`,
          )
    }
    const accounts = await look('customer-service', ask, undefined, { '48002': customerServiceMend })
    const { token, aesKey } = settings.customerService
    const isAppCallback = token === settings.callback?.token && aesKey === settings.callback.aesKey
    return [
      accounts,
      isAppCallback
        ? finding('customer-callback', 'ok', '微信客服的事件走应用的回调地址，上面已经查过。')
        : await echo('customer-callback', 'wecom/kf', settings.customerService),
    ]
  }

  function botFinding(wayIn: WayIn | undefined): Finding {
    const elsewhere = wayIn?.connectionHolder
    const states: Record<ReturnType<BotSocket['state']>, Finding> = {
      open: finding('bot', 'ok', '智能机器人已连接。'),
      opening: finding('bot', 'warning', '智能机器人正在连接。', '稍等一会儿再查'),
      closed: elsewhere
        ? finding('bot', 'ok', `智能机器人由进程 ${elsewhere} 连接。`)
        : finding(
            'bot',
            'warning',
            '智能机器人没有连接，群里 @ 它不会有反应。',
            '运行 npm start；分开部署时，确认有一个进程的 SERVICES 里有 bot。',
          ),
      refused: finding(
        'bot',
        'failed',
        '智能机器人连不上，或被拒绝。',
        '在“管理后台 → 智能机器人 → API 模式 → 长连接”核对 BotID 与 Secret',
      ),
      'taken-over': finding(
        'bot',
        'failed',
        '另一个程序用同一个机器人连上了，本程序的连接被断开。',
        '一个机器人只能有一个连接：停掉另一个程序，或给测试环境另建机器人',
      ),
    }
    return bot ? states[bot.state()] : finding('bot', 'skipped', '没有设置智能机器人：群里 @ 它不会有反应。')
  }

  async function testMessage(recipient: string | undefined): Promise<Finding> {
    if (!recipient) return finding('test-message', 'skipped', '没有指定收件人，没有发测试消息。')
    return look('test-message', async () => {
      const { invaliduser } = await client.sendMessage(recipient, 'text', {
        content: '这是一条测试消息，收到说明“跟进”能给你发消息。',
      })
      return invaliduser
        ? finding('test-message', 'failed', `“${recipient}”收不到应用消息。`, mends['81013'])
        : finding(
            'test-message',
            'ok',
            `测试消息已交给企业微信，收件人“${recipient}”。企业微信不提供已读回执，请向本人确认。`,
          )
    })
  }

  return {
    platform: 'wecom',
    async *examine({ testRecipient, wayIn }) {
      const first = await credentials()
      yield first
      if (first.state !== 'ok') return
      yield await app()
      yield await range()
      yield await contacts()
      yield await callback()
      if (settings.callback) yield events(wayIn)
      if (settings.callback) yield await contactsOfCustomers()
      yield await pages()
      yield* signIn()
      yield* await customers()
      yield botFinding(wayIn)
      yield finding(
        'phone',
        'skipped',
        '电话提醒（紧急通知）要收费，不拨打就查不出来；没有开通时会自动改用其他方式。',
      )
      yield await testMessage(testRecipient)
    },
  }
}
