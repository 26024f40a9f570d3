import type { Server } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { Refused, sim, type World } from './world.js'

/** How long the server waits for the answer to a card's tap. */
const tapMs = 2_000
const ticketMs = 90_000

interface Connection {
  socket: WebSocket
  topics: Set<string>
  isRetired: boolean
}

export interface Acked {
  code: number
  data: Record<string, unknown>
  raw: string
}

function retire(entry: Connection): void {
  entry.isRetired = true
  const headers = { topic: 'disconnect', contentType: 'application/json' }
  entry.socket.send(JSON.stringify({ type: 'SYSTEM', headers, data: '{"reason":"connection is expired"}' }))
}

export type Gateway = ReturnType<typeof createGateway>

/**
 * The stream's server side: one-time tickets of 90 seconds, a push to one connection by chance, events again until
 * SUCCESS, robot messages once and never again, a card's answer within two seconds.
 */
export function createGateway(world: World, server: Server, origin: () => string) {
  const sockets = new Set<Connection>()
  const waiting = new Map<string, (ack: Acked | null) => void>()
  const wss = new WebSocketServer({ noServer: true })
  const state = {
    opened: 0,
    refusedTickets: 0,
    acks: [] as Acked[],
    lost: 0,
    refuseSockets: false,
    /** New connections are taken out of service as soon as they are there: with the handshake, or right after it. */
    retiresNew: null as null | 'at once' | 'soon',
    pushed: 0,
  }
  const ticketTopics = new Map<string, string[]>()

  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const ticket = url.searchParams.get('ticket') ?? ''
    const expiresAt = world.tickets.get(ticket)
    world.tickets.delete(ticket)
    if (state.refuseSockets || expiresAt === undefined || expiresAt < world.nowMs()) {
      state.refusedTickets += 1
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      return
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      state.opened += 1
      const entry = { socket: ws, topics: new Set(ticketTopics.get(ticket)), isRetired: false }
      sockets.add(entry)
      ws.on('message', (data: Buffer) => onAck(data.toString('utf8')))
      ws.on('close', () => sockets.delete(entry))
      // One listener for each push under way.
      ws.setMaxListeners(0)
      if (state.retiresNew === 'at once') retire(entry)
      if (state.retiresNew === 'soon') setTimeout(() => retire(entry), 5)
    })
  })

  function onAck(raw: string): void {
    const frame = JSON.parse(raw) as { code: number; headers: { messageId?: string }; data: string }
    const ack = { code: frame.code, data: JSON.parse(frame.data || '{}') as Record<string, unknown>, raw }
    state.acks.push(ack)
    waiting.get(frame.headers.messageId ?? '')?.(ack)
  }

  /** Sends one frame to a connection by chance; null when nobody answered in time or nobody is there. */
  function push(
    type: string,
    topic: string,
    data: object | string,
    extra: Record<string, string> = {},
    messageId = world.next('frame-'),
    waitMs = tapMs,
  ): Promise<Acked | null> {
    const open = [...sockets].filter((s) => !s.isRetired && (type === 'SYSTEM' || s.topics.has(topic)))
    const chosen = open[Math.floor(Math.random() * open.length)]
    if (!chosen) {
      state.lost += 1
      return Promise.resolve(null)
    }
    state.pushed += 1
    const headers = {
      appId: 'app',
      connectionId: 'c',
      contentType: 'application/json',
      messageId,
      time: String(world.nowMs()),
      topic,
      ...extra,
    }
    const body = typeof data === 'string' ? data : JSON.stringify(data)
    return new Promise((resolve) => {
      const onClose = () => done(null)
      const done = (ack: Acked | null) => {
        clearTimeout(timer)
        waiting.delete(messageId)
        chosen.socket.off('close', onClose)
        resolve(ack)
      }
      const timer = setTimeout(() => done(null), waitMs)
      waiting.set(messageId, done)
      chosen.socket.once('close', onClose)
      chosen.socket.send(JSON.stringify({ specVersion: '1.0', type, headers, data: body }))
    })
  }

  return {
    state,
    push,
    connections: () => sockets.size,

    /** `POST /v1.0/gateway/connections/open` */
    open(body: Record<string, unknown>): object {
      if (body['clientId'] !== sim.clientId || body['clientSecret'] !== sim.clientSecret)
        throw new Refused('invalidClientIdOrSecret')
      const subscriptions = Array.isArray(body['subscriptions'])
        ? (body['subscriptions'] as Record<string, string>[])
        : []
      if (subscriptions.some(({ type, topic }) => type === 'EVENT' && topic !== '*'))
        throw new Refused('param.topic')
      // A plus and a slash, as in base64: a client has to encode it.
      const ticket = `${world.next('ticket+/')}==`
      world.tickets.set(ticket, world.nowMs() + ticketMs)
      ticketTopics.set(
        ticket,
        subscriptions.map(({ topic }) => topic ?? ''),
      )
      return { endpoint: `${origin().replace('http', 'ws')}/connect`, ticket }
    },

    /** An event, again until it is taken; @returns how often it was sent. */
    async event(eventType: string, data: object, eventId = world.next('event-'), most = 4): Promise<number> {
      const extra = {
        eventType,
        eventId,
        eventCorpId: sim.corpId,
        eventBornTime: String(world.nowMs()),
        eventUnifiedAppId: 'ua',
      }
      for (let sent = 1; sent <= most; sent += 1) {
        const ack = await push('EVENT', '*', data, extra)
        if (ack?.code === 200 && ack.data['status'] === 'SUCCESS') return sent
      }
      return most
    },

    /** Announces the end of every connection; what is pushed until the new one is there is lost. */
    announceDisconnect(): void {
      for (const entry of sockets) retire(entry)
    },
    /** Ten seconds later. */
    closeRetired(): void {
      for (const { socket, isRetired } of sockets) if (isRetired) socket.close()
    },
    drop(): void {
      for (const { socket } of sockets) socket.terminate()
    },
    raw(text: string): void {
      for (const { socket } of sockets) socket.send(text)
    },
    stop(): void {
      for (const { socket } of sockets) socket.terminate()
      wss.close()
    },
  }
}
