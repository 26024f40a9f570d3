import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { isSameOrigin } from './same-origin.js'
import type { Push } from './wire.js'

const helloSchema = z.strictObject({ type: z.literal('be'), accountId: z.string().max(128) })
const heartbeatMs = 25_000

interface Connection {
  socket: WebSocket
  accountId: string | null
  alive: boolean
}

interface LiveDeps {
  /** Somebody opened a console as this account. @returns false when there is no such account. */
  onPersona: (accountId: string) => boolean
  onPresence: () => void
}

/** Open consoles and who they are. A push is best effort: a console that was away asks again. */
export function createLive({ onPersona, onPresence }: LiveDeps) {
  const connections = new Set<Connection>()
  const wss = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false })

  const heartbeat = setInterval(() => {
    for (const connection of connections) {
      if (!connection.alive) connection.socket.terminate()
      connection.alive = false
      connection.socket.ping()
    }
  }, heartbeatMs)
  heartbeat.unref()

  const send = ({ socket }: Connection, push: Push): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(push))
  }

  wss.on('connection', (socket) => {
    const connection: Connection = { socket, accountId: null, alive: true }
    connections.add(connection)
    socket.on('pong', () => {
      connection.alive = true
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      connections.delete(connection)
      onPresence()
    })
    socket.on('message', (data) => {
      const hello = helloSchema.safeParse(parse(String(data)))
      if (!hello.success) return socket.close(1003, 'not understood')
      connection.accountId = hello.data.accountId
      if (!onPersona(hello.data.accountId)) return socket.close(1008, 'no such account')
      onPresence()
      send(connection, { type: 'persona', accountId: hello.data.accountId })
    })
  })

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (new URL(request.url ?? '/', 'http://console').pathname !== '/sandbox/ws') return
    if (!isSameOrigin(request.headers)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    wss.handleUpgrade(request, socket, head, (accepted) => wss.emit('connection', accepted, request))
  }

  return {
    attach: (server: Server): void => void server.on('upgrade', upgrade),
    isOnline: (accountId: string): boolean => [...connections].some((c) => c.accountId === accountId),
    accountIds: (): Set<string> => new Set([...connections].flatMap((c) => c.accountId ?? [])),
    count: (): number => connections.size,
    toAll(push: Push): void {
      for (const connection of connections) send(connection, push)
    },
    /** Builds the push once per person, as each sees it; null sends nothing. */
    toEach(build: (accountId: string) => Push | null): void {
      const built = new Map<string, Push | null>()
      for (const connection of connections) {
        const { accountId } = connection
        if (accountId === null) continue
        if (!built.has(accountId)) built.set(accountId, build(accountId))
        const push = built.get(accountId)
        if (push) send(connection, push)
      }
    },
    close(): void {
      clearInterval(heartbeat)
      for (const { socket } of connections) socket.terminate()
      wss.close()
    },
  }
}

export type Live = ReturnType<typeof createLive>

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
