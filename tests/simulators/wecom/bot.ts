import type { Server } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { checkCard, record } from './card-rules.js'
import { openIdOf } from './open-ids.js'
import { bot, type Json, type World } from './world.js'

interface Frame {
  cmd?: string
  headers?: { req_id?: string }
  body?: Json
}

export interface BotReply {
  kind: 'text' | 'welcome' | 'card'
  text?: string
  card?: Json
}

interface Waiting {
  what: 'message' | 'enter_chat' | 'template_card_event'
  taskId?: string
  until: number
  isUsed: boolean
  answer: (reply: BotReply) => void
}

export type BotSide = ReturnType<typeof createBotSide>

/** The AI bot's socket: one live connection, requests are acknowledged with their own id, answers within their time. */
export function createBotSide(world: World, server: Server) {
  const sockets = new WebSocketServer({ server })
  let live: WebSocket | null = null
  const waiting = new Map<string, Waiting>()
  /** Conversations in which somebody has written to the bot: only there it may begin. */
  const known = new Set<string>()
  const sends = new Map<string, number[]>()
  let answersLost = 0

  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => take(socket, JSON.parse(data.toString()) as Frame))
    socket.on('close', () => {
      if (live === socket) live = null
    })
  })

  function take(socket: WebSocket, { cmd, headers, body = {} }: Frame): void {
    const reqId = headers?.req_id ?? ''
    const answer = (errcode: number) => {
      if (cmd === 'aibot_send_msg' && answersLost > 0) {
        answersLost -= 1
        return
      }
      socket.send(JSON.stringify({ headers: { req_id: reqId }, errcode, errmsg: errcode ? 'refused' : 'ok' }))
    }
    if (cmd === 'aibot_subscribe') return subscribe(socket, body, answer)
    if (socket !== live) return answer(846600)
    switch (cmd) {
      case 'ping':
        return answer(0)
      case 'aibot_respond_msg':
      case 'aibot_respond_welcome_msg':
      case 'aibot_respond_update_msg':
        return answer(respond(cmd, reqId, body))
      case 'aibot_send_msg':
        return answer(send(body))
      default:
        return answer(40058)
    }
  }

  function subscribe(socket: WebSocket, body: Json, answer: (errcode: number) => void): void {
    if (body['bot_id'] !== bot.id || body['secret'] !== bot.secret) return answer(40001)
    world.sockets.subscribed += 1
    if (live && live !== socket) {
      world.sockets.kicked += 1
      const old = live
      push(old, 'aibot_event_callback', { msgtype: 'event', event: { eventtype: 'disconnected_event' } })
      setTimeout(() => old.terminate(), 50).unref()
    }
    live = socket
    answer(0)
  }

  function respond(cmd: string, reqId: string, body: Json): number {
    const request = waiting.get(reqId)
    if (!request) return 846604
    if (request.isUsed) return 846605
    if (request.until < world.now()) return 846606
    request.isUsed = true
    if (cmd === 'aibot_respond_msg' && request.what === 'message') {
      const content = String(record(body['stream'])['content'] ?? '')
      if (Buffer.byteLength(content) > 20_480) return 45002
      request.answer({ kind: 'text', text: content })
      return 0
    }
    if (cmd === 'aibot_respond_welcome_msg' && request.what === 'enter_chat') {
      request.answer({ kind: 'welcome', text: String(record(body['text'])['content'] ?? '') })
      return 0
    }
    if (cmd !== 'aibot_respond_update_msg' || request.what !== 'template_card_event') return 40058
    const card = record(body['template_card'])
    if (card['task_id'] !== request.taskId) return 42014
    const wrong = checkCard(world, card, 'bot')
    if (!wrong) request.answer({ kind: 'card', card })
    return wrong
  }

  function send(body: Json): number {
    const chat = String(body['chatid'] ?? '')
    if (!known.has(chat)) return 93006
    const times = (sends.get(chat) ?? []).filter((at) => at > world.now() - 60_000)
    if (times.length >= 30) return 45009
    const kind = String(body['msgtype'])
    if (kind !== 'markdown' && kind !== 'template_card') return 40058
    const content = record(body[kind])
    const wrong = kind === 'template_card' ? checkCard(world, content, 'bot') : 0
    if (wrong) return wrong
    sends.set(chat, [...times, world.now()])
    world.messages.push({
      ...{ msgid: world.next('b-'), to: `bot:${chat}`, msgtype: kind, content, at: world.now() },
      ...{ isDropped: false, isRecalled: false },
    })
    return 0
  }

  function push(socket: WebSocket, cmd: string, body: Json): string {
    const reqId = world.next('R')
    socket.send(JSON.stringify({ cmd, headers: { req_id: reqId }, body }))
    return reqId
  }

  /** Tells the bot something; what it answers within 5 s, or null. Nothing of this is ever sent again. */
  function tell(cmd: string, what: Waiting['what'], body: Json, taskId?: string): Promise<BotReply | null> {
    if (!live) return Promise.resolve(null)
    const reqId = push(live, cmd, body)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), 5_000)
      const answer = (reply: BotReply) => {
        clearTimeout(timer)
        resolve(reply)
      }
      const until = world.now() + (what === 'message' ? 24 * 3_600_000 : 5_000)
      waiting.set(reqId, { what, until, isUsed: false, answer, ...(taskId ? { taskId } : {}) })
    })
  }

  const idOf = (userid: string) => (world.facts.botTellsOpenIds ? openIdOf(userid) : userid)
  const from = (userid: string, chatid: string | null) => ({
    ...{
      msgid: world.next('M'),
      aibotid: bot.id,
      create_time: Math.floor(world.now() / 1000),
      from: { userid: idOf(userid) },
    },
    ...(chatid ? { chatid, chattype: 'group' } : { chattype: 'single' }),
  })

  return {
    isConnected: () => live !== null,
    says(userid: string, chatid: string | null, text: string) {
      known.add(chatid ?? (world.facts.botTellsOpenIds ? openIdOf(userid) : userid.toLowerCase()))
      const content = chatid ? `@${bot.name} ${text}` : text
      return tell('aibot_msg_callback', 'message', {
        ...from(userid, chatid),
        msgtype: 'text',
        text: { content },
      })
    },
    enters: (userid: string) =>
      tell('aibot_event_callback', 'enter_chat', {
        ...{ ...from(userid, null), msgtype: 'event', event: { eventtype: 'enter_chat' } },
      }),
    taps(
      userid: string,
      chatid: string | null,
      taskId: string,
      key: string,
      values: Record<string, string> = {},
    ) {
      const items = Object.entries(values).map(([name, id]) => ({
        question_key: name,
        option_ids: { option_id: [id] },
      }))
      const click = {
        card_type: 'button_interaction',
        event_key: key,
        task_id: taskId,
        selected_items: { selected_item: items },
      }
      const event = { eventtype: 'template_card_event', template_card_event: click }
      const body = { ...from(userid, chatid), msgtype: 'event', event }
      return tell('aibot_event_callback', 'template_card_event', body, taskId)
    },
    /** Any body at all. */
    raw(body: Json) {
      if (live) push(live, 'aibot_msg_callback', body)
    },
    drop: () => live?.terminate(),
    /** The next message of the bot arrives, and nobody is told. */
    loseAnswer() {
      answersLost += 1
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
