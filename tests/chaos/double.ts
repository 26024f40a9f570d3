import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Card } from '../../core/ports/card.js'
import type { Address } from '../../core/ports/messenger.js'
import { chaosPlatforms, type ChaosPlatform } from './plan.js'
import { createRandom } from './random.js'
import { sendSchema, textSchema, updateSchema, urgeSchema } from './wire.js'

/** One message as the platform has it. Two with the same `ref` are what a person would see twice. */
export interface Shown {
  id: string
  platform: ChaosPlatform
  ref: string
  key: string
  to: Address
  /** As it was sent, and as it looks now. */
  sent: Card
  card: Card
  updates: number
  /** What drew it, oldest first: for whoever looks for the cause of an old face. */
  drawn: string[]
}

export type Double = Awaited<ReturnType<typeof startDouble>>

const failing = 0.05
const silent = 0.02
const longestDelayMs = 60

/** Whether a platform recognises a second send with the same key. */
export const isIdempotent = (platform: ChaosPlatform): boolean => platform === 'feishu'

/**
 * Two messenger platforms in one HTTP server: they fail 5 % of the calls, take 2 % and never answer, answer late, and
 * remember everything that they took.
 */
export async function startDouble(seed: number) {
  const random = createRandom(seed ^ 0xd0b1e)
  const shown = new Map<string, Shown>()
  const byKey = new Map<string, Shown>()
  const texts: { platform: ChaosPlatform; key: string; text: string }[] = []
  const calls = { sends: 0, repeats: 0, updates: 0, failed: 0, unanswered: 0, urges: 0 }
  let troubled = true

  function take(platform: ChaosPlatform, action: string, body: unknown): { status: number; body: object } {
    switch (action) {
      case 'send': {
        const { key, ref, to, card } = sendSchema.parse(body)
        calls.sends += 1
        const known = isIdempotent(platform) ? byKey.get(`${platform} ${key}`) : undefined
        if (known) {
          calls.repeats += 1
          return { status: 200, body: { id: known.id } }
        }
        const id = `${platform}-${shown.size + 1}`
        const message = {
          id,
          platform,
          ref,
          key,
          to: addressOf(to),
          sent: card,
          card,
          updates: 0,
          drawn: [`sent ${card.title}`],
        }
        shown.set(id, message)
        byKey.set(`${platform} ${key}`, message)
        return { status: 200, body: { id } }
      }
      case 'update': {
        const { id, key, card } = updateSchema.parse(body)
        const message = shown.get(id)
        if (!message) return { status: 404, body: {} }
        calls.updates += 1
        message.updates += 1
        message.card = card
        message.drawn.push(`update ${key.split(':')[1] ?? ''} ${card.title}`)
        return { status: 200, body: {} }
      }
      case 'text': {
        const { key, text } = textSchema.parse(body)
        texts.push({ platform, key, text })
        return { status: 200, body: { id: `${platform}-text-${texts.length}` } }
      }
      case 'urge':
        urgeSchema.parse(body)
        calls.urges += 1
        return { status: 200, body: {} }
      default:
        return { status: 404, body: {} }
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name, action = ''] = (request.url ?? '').split('/')
    const platform = chaosPlatforms.find((candidate) => candidate === name)
    const body = JSON.parse(await readAll(request)) as unknown
    const luck = random.next()
    const delayMs = random.whole(longestDelayMs)
    if (!platform) return reply(response, 404, {})
    if (troubled && luck < failing) {
      calls.failed += 1
      return reply(response, 503, {})
    }
    const taken = take(platform, action, body)
    if (troubled && luck < failing + silent) {
      // Taken, and never told: the caller has to give up waiting.
      calls.unanswered += 1
      return
    }
    if (troubled) await pause(delayMs)
    reply(response, taken.status, taken.body)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => reply(response, 400, {}))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the double does not listen')

  return {
    origin: `http://127.0.0.1:${address.port}`,
    shown,
    texts,
    calls,
    /** How often the message of a delivery was drawn anew. */
    drawings: (ref: string): number =>
      [...shown.values()].reduce((sum, message) => sum + (message.ref === ref ? message.updates : 0), 0),
    /** The card that answers a tap takes the place of the tapped one. */
    draw(ref: string, card: Card): void {
      for (const message of shown.values()) {
        if (message.ref !== ref) continue
        message.card = card
        message.drawn.push(`answer ${card.title}`)
      }
    },
    /** From now on it answers everything, at once. */
    calmDown() {
      troubled = false
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function addressOf(to: { externalId?: string | undefined; chatId?: string | undefined }): Address {
  return {
    ...(to.externalId === undefined ? {} : { externalId: to.externalId }),
    ...(to.chatId === undefined ? {} : { chatId: to.chatId }),
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
