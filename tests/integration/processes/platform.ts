import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { systemClock } from '../../../core/ports/clock.js'

/** A card as the platform took it. */
export interface Taken {
  key: string
  to: string
  title: string
  at: number
}

/** The far side of all processes: takes cards over a socket, each key once, and knows who holds a connection. */
export async function startPlatform() {
  const cards = new Map<string, Taken>()
  const connected = new Set<number>()
  /** The most connections that were ever open at once. */
  let mostConnected = 0

  const server = createServer((request, response) => {
    void read(request).then((body) => {
      if (request.url === '/send') {
        const { key, to, title } = body as { key: string; to: string; title: string }
        if (!cards.has(key)) cards.set(key, { key, to, title, at: systemClock.now().getTime() })
      } else if (request.url === '/connect') connected.add(Number(body['pid']))
      else if (request.url === '/disconnect') connected.delete(Number(body['pid']))
      mostConnected = Math.max(mostConnected, connected.size)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ok: true }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    cards,
    connected,
    mostConnected: () => mostConnected,
    /** A connection ends with its process. */
    died: (pid: number) => connected.delete(pid),
    /** Titles begin with these words. */
    cardsOf: (words: string): Taken[] => [...cards.values()].filter(({ title }) => title.includes(words)),
    stop: () => server.close(),
  }
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return JSON.parse(text) as Record<string, unknown>
}
