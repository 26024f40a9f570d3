import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { Card } from '../../../core/ports/card.js'
import { createManualClock, type AdjustableClock } from '../../../core/ports/clock.js'
import type { FeishuSettings } from '../../../core/ports/platform-settings.js'
import { createApi, type SimAnswer, type SimRequest } from './api.js'
import { checkCard } from './card-check.js'
import { createDelivery, type WebhookTarget } from './delivery.js'
import { press, shown } from './taps.js'
import { bot, createWorld, tenant, usualSwitches, type SimMessage, type Switches } from './world.js'

export interface FeishuSimOptions {
  clock?: AdjustableClock
  mode?: FeishuSettings['mode']
  /** Where webhooks go, in webhook mode. */
  webhook?: WebhookTarget
  switches?: Partial<Switches>
  ackMs?: number
  fragmentBytes?: number
  port?: number
}

/** What goes wrong with the next calls of a route, e.g. `POST /im/v1/messages`. */
export interface Fault {
  /** `dropped`: it is carried out, then the line breaks. `html`, `empty`: a gateway answers in its place. */
  kind: 'dropped' | 'html' | 'empty' | { code: number; status: number; headers?: Record<string, string> }
  times: number
}

export type FeishuSim = Awaited<ReturnType<typeof startFeishu>>

const secret = 'simulated-secret'
const allScopes = [
  ...[
    'im:message:send_as_bot',
    'im:message',
    'im:message.p2p_msg:readonly',
    'im:message.group_at_msg:readonly',
  ],
  ...['im:message.group_msg', 'im:message.urgent', 'im:message.urgent:sms', 'im:message.urgent:phone'],
  ...['contact:contact.base:readonly', 'contact:user.base:readonly', 'contact:department.base:readonly'],
  ...['contact:user.department:readonly', 'task:task:write', 'tenant:tenant:readonly'],
  'application:application:self_manage',
]
const events = [
  ...['im.message.receive_v1', 'im.message.message_read_v1', 'im.chat.access_event.bot_p2p_chat_entered_v1'],
  ...['created', 'updated', 'deleted'].flatMap((kind) => [
    `contact.user.${kind}_v3`,
    `contact.department.${kind}_v3`,
  ]),
  'contact.scope.updated_v3',
]

/** A Feishu on loopback with a small company: tokens, limits, the long connection and webhooks as the real one has them. */
export async function startFeishu(options: FeishuSimOptions = {}) {
  const clock = options.clock ?? createManualClock('2026-03-02T02:00:00Z')
  const mode = options.mode ?? 'socket'
  const world = createWorld(clock)
  const switches: Switches = { ...usualSwitches, ...options.switches }
  const granted = new Set(allScopes)
  const visible = new Set(['0'])
  const answering = new Set<string>()
  const calls: { method: string; path: string; status: number; body: unknown }[] = []
  const faults = new Map<string, Fault>()
  const app = { id: 'cli_0123456789abcdef', secret }
  const encryptKey = mode === 'webhook' ? 'simulated-key' : null
  const way = mode === 'socket' ? 'websocket' : 'webhook'
  const console: Record<string, unknown> = {
    event: { subscription_type: way, subscribed_events: [...events] },
    callback_info: { callback_type: way, subscribed_callbacks: ['card.action.trigger'] },
    security: { allowed_ips: [], redirect_urls: [] },
  }
  const api = createApi({ world, app, granted, switches, answering, visible, console })
  const delivery = createDelivery({
    clock,
    encryptKey,
    webhook: mode === 'webhook' ? (options.webhook ?? null) : null,
    ackMs: options.ackMs ?? 3000,
    fragmentBytes: options.fragmentBytes ?? 64 * 1024,
  })
  let mostConnections = 50

  const server = createServer((request, response) => {
    void serve(request, response)
  })
  const sockets = new WebSocketServer({ server, path: '/ws/v2' })
  sockets.on('connection', (socket) => delivery.attach(socket))
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const url = new URL(request.url ?? '/', origin)
    const path = url.pathname.replace(/^\/open-apis/, '')
    const method = request.method ?? 'GET'
    const body = parsed(Buffer.concat(parts).toString('utf8'))
    const fault = nextFault(`${method} ${path}`)
    const answer = answerTo({ method, path, query: url.searchParams, headers: request.headers, body }, fault)
    calls.push({ method, path, status: answer.status, body })
    if (fault?.kind === 'dropped') return void request.socket.destroy()
    if (fault?.kind === 'html') {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>502 Bad Gateway</html>')
      return
    }
    if (fault?.kind === 'empty') return void response.writeHead(200).end()
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  }

  function answerTo(request: SimRequest, fault: Fault | undefined): SimAnswer {
    if (fault && typeof fault.kind === 'object') {
      const { code, status, headers = {} } = fault.kind
      return { status, headers, body: { code, msg: `fault ${code}` } }
    }
    if (fault && fault.kind !== 'dropped') return { status: 502, body: '' }
    return request.path === '/callback/ws/endpoint' ? endpoint(request.body) : api.handle(request)
  }

  function endpoint(body: Record<string, unknown>): SimAnswer {
    // The service leaves `data` out where it refuses.
    if (body['AppID'] !== app.id || body['AppSecret'] !== app.secret)
      return { status: 200, body: { code: 514, msg: 'auth failed' } }
    if (delivery.sockets.size >= mostConnections)
      return { status: 200, body: { code: 1000040350, msg: 'too many connections' } }
    const address = `${origin.replace('http', 'ws')}/ws/v2?device_id=7788&access_key=k&service_id=33554678&ticket=t`
    const config = { ReconnectCount: -1, ReconnectInterval: 1, ReconnectNonce: 1, PingInterval: 30 }
    return { status: 200, body: { code: 0, msg: 'success', data: { URL: address, ClientConfig: config } } }
  }

  function nextFault(route: string): Fault | undefined {
    const found = [...faults].find(([start]) => route.startsWith(start))
    if (!found) return undefined
    const [start, fault] = found
    if (fault.times <= 1) faults.delete(start)
    else faults.set(start, { ...fault, times: fault.times - 1 })
    return fault
  }

  const header = (eventType: string, createTime: string) => ({
    event_id: randomUUID(),
    event_type: eventType,
    create_time: createTime,
    token: settings.verificationToken ?? '',
    app_id: app.id,
    tenant_key: tenant,
  })

  function emit(eventType: string, event: object): void {
    const body = { schema: '2.0', header: header(eventType, String(world.now())), event }
    delivery.emit({ type: 'event', id: body.header.event_id, body })
  }

  const idsOf = (account: string) => {
    const one = world.find(account)
    if (!one) throw new Error(`nobody is ${account}`)
    return { open_id: one.openId, union_id: one.unionId }
  }

  const cardsOf = (chatId: string): SimMessage[] =>
    [...world.messages.values()].filter(
      (one) => one.chatId === chatId && one.type === 'interactive' && !one.recalled,
    )
  const newest = (account: string, chatId = world.withBot(account).id): SimMessage => {
    const message = cardsOf(chatId).at(-1)
    if (!message) throw new Error(`${account} sees no card`)
    return message
  }

  const settings: FeishuSettings = {
    appId: app.id,
    appSecret: app.secret,
    mode,
    verificationToken: mode === 'webhook' ? 'simulated-token' : null,
    encryptKey,
    tenantKey: null,
    domain: origin,
    accountsUrl: origin,
  }

  /** Presses a button, by default of the newest card; once, and never again if nobody answers in time. */
  async function taps(
    account: string,
    action: string,
    values: Record<string, string> = {},
    chatId?: string,
    message = newest(account, chatId),
  ): Promise<{ notice: string | null; error: number | null }> {
    const pressed = press(JSON.parse(message.content) as Record<string, unknown>, action, values, switches)
    const operator = { ...idsOf(account), ...(switches.tellsTenants ? { tenant_key: tenant } : {}) }
    const tapped = {
      token: `c-${randomUUID()}`,
      action: {
        tag: 'button',
        value: pressed.value,
        ...(pressed.name === undefined ? {} : { name: pressed.name, form_value: pressed.formValue }),
      },
    }
    const envelope = switches.cardFrames
      ? { ...operator, ...tapped, open_message_id: message.id, open_chat_id: message.chatId }
      : {
          schema: '2.0',
          // Card callbacks tell microseconds.
          header: header('card.action.trigger', `${world.now()}000`),
          event: {
            operator,
            ...tapped,
            host: 'im_message',
            context: { open_message_id: message.id, open_chat_id: message.chatId },
          },
        }
    answering.add(message.id)
    try {
      const answer = await delivery.ask({
        type: switches.cardFrames ? 'card' : 'event',
        id: randomUUID(),
        body: envelope,
      })
      return applied(message, answer)
    } catch {
      return { notice: null, error: 200341 }
    } finally {
      answering.delete(message.id)
      api.answered(message.id)
    }
  }

  function applied(message: SimMessage, answer: unknown): { notice: string | null; error: number | null } {
    const { toast, card } = (answer ?? {}) as {
      toast?: { content: string }
      card?: { type: string; data: unknown }
    }
    if (card) {
      if (card.type !== 'raw' || checkCard(card.data, { mostComponents: 200 }) !== null)
        return { notice: null, error: 200673 }
      message.content = JSON.stringify(card.data)
    }
    return { notice: toast?.content ?? null, error: null }
  }

  return {
    origin,
    clock,
    settings,
    world,
    api,
    delivery,
    switches,
    granted,
    visible,
    console,
    calls,
    groupId: 'oc_group',
    colleague: 'ou_wang',
    customer: 'ou_zhang',
    emit,
    taps,
    newest,
    cardsOf: (account: string) => cardsOf(world.withBot(account).id),
    shownCard: (account: string): Card | null => {
      const message = cardsOf(world.withBot(account).id).at(-1)
      return message ? shown(message) : null
    },
    /** Says something to the bot (`bot`) or in a group; there `@跟进助手` mentions the bot. */
    says(account: string, chatId: string, text: string): void {
      const chat = chatId === 'bot' ? world.withBot(account) : world.chats.get(chatId)
      if (!chat) throw new Error(`no chat ${chatId}`)
      const isMention = text.includes(`@${bot.name}`)
      const content = JSON.stringify({ text: text.replace(`@${bot.name}`, '@_user_1') })
      const message = world.post({ chatId: chat.id, sender: account, type: 'text', content })
      const scope =
        chat.type === 'p2p'
          ? 'im:message.p2p_msg:readonly'
          : isMention
            ? 'im:message.group_at_msg:readonly'
            : ''
      if (!granted.has(scope) && (chat.type === 'p2p' || !granted.has('im:message.group_msg'))) return
      emit('im.message.receive_v1', {
        sender: {
          sender_id: idsOf(account),
          sender_type: 'user',
          ...(switches.tellsTenants ? { tenant_key: world.find(account)?.tenant } : {}),
        },
        message: {
          message_id: message.id,
          chat_id: chat.id,
          chat_type: chat.type,
          message_type: 'text',
          content,
          create_time: String(message.at),
          ...(isMention
            ? {
                mentions: [
                  { key: '@_user_1', id: { open_id: bot.openId }, name: bot.name, mentioned_type: 'bot' },
                ],
              }
            : {}),
        },
      })
    },
    /** Opens the chat with the bot and reads all of its messages there. */
    reads(account: string): void {
      const unread = [...world.messages.values()].filter(
        (one) => one.chatId === world.withBot(account).id && one.sender === null && !one.readBy.has(account),
      )
      for (const message of unread) message.readBy.set(account, world.now())
      emit('im.message.message_read_v1', {
        reader: { reader_id: idsOf(account), read_time: String(world.now()), tenant_key: tenant },
        message_id_list: unread.map((one) => one.id),
      })
    },
    fault: (route: string, fault: Fault): void => void faults.set(route, fault),
    limitConnections: (most: number): void => void (mostConnections = most),
    dropConnections(): void {
      for (const socket of delivery.sockets) socket.terminate()
      delivery.sockets.clear()
    },
    async stop(): Promise<void> {
      for (const socket of delivery.sockets) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
