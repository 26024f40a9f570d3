import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { inLogContext } from '../core/log-context.js'
import type { Webhook, WebhookAnswer, WebhookRequest } from '../core/ports/webhook.js'
import type { Log } from './log.js'

export interface WebhooksDeps {
  webhooks: readonly Webhook[]
  trustProxy: boolean
  log: Log
  /** Makes the id of a request. */
  nextId: () => string
  /** Hears of every answer: the path below `/hooks/`, how long it took. */
  onAnswer?: (path: string, status: number, ms: number) => void
  /** How long a body may take to arrive, milliseconds. */
  bodyMs?: number
}

/** Bodies that are being read or worked on: a flood is refused and sent again by the platform, not held in memory. */
const mostUnderWay = 2000
const mostBytesUnderWay = 64 * 1024 * 1024
const retryAfterSeconds = 5
/** A platform sends its few kilobytes at once; who trickles them holds a place that others need. */
const longestBodyMs = 5000
const prefix = '/hooks/'

/** Answers a request to a webhook; false when it is none of ours. */
export type AnswerHook = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * The platforms' HTTP ways in, below `/hooks/`. The channel sees raw bytes: it verifies before anything is read.
 *
 * They stand before the web framework: nothing of it (cookies, negotiation, pages' headers) concerns a platform, and it
 * cost as much as verifying, decrypting and storing an event together.
 */
export function createWebhooks({
  webhooks,
  trustProxy,
  log,
  nextId,
  onAnswer,
  bodyMs = longestBodyMs,
}: WebhooksDeps): AnswerHook {
  const byPath = new Map(webhooks.map((webhook) => [prefix + webhook.path, webhook]))
  let underWay = 0
  let bytesUnderWay = 0

  async function answer(request: IncomingMessage, webhook: Webhook, query: string): Promise<WebhookAnswer> {
    const { method } = request
    if (method !== 'GET' && method !== 'POST') return { status: 405 }
    if (Number(request.headers['content-length'] ?? 0) > webhook.maxBytes) return tooLarge
    if (underWay >= mostUnderWay || bytesUnderWay >= mostBytesUnderWay) return later
    let held = 0
    underWay += 1
    try {
      const body = method === 'POST' ? await readUpTo(request, webhook.maxBytes, bodyMs, hold) : empty
      if (!Buffer.isBuffer(body)) return body
      return await webhook.handle({
        method,
        query: new URLSearchParams(query),
        headers: headersOf(request),
        body,
        ip: ipOf(request, trustProxy),
      })
    } finally {
      underWay -= 1
      bytesUnderWay -= held
    }

    function hold(bytes: number) {
      held += bytes
      bytesUnderWay += bytes
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse, webhook: Webhook, url: string) {
    const requestId = nextId()
    const mark = url.indexOf('?')
    const startedAt = performance.now()
    const reply = await inLogContext({ requestId }, () =>
      answer(request, webhook, mark < 0 ? '' : url.slice(mark + 1)).catch((err: unknown) => {
        if (isTemporary(err)) return later
        if (request.destroyed && !request.complete) return goneAway
        log.error({ requestId, path: webhook.path, err }, 'a webhook failed')
        return { status: 500 }
      }),
    )
    send(request, response, requestId, reply)
    const ms = performance.now() - startedAt
    onAnswer?.(webhook.path, reply.status, ms)
    log.debug(
      { requestId, method: request.method, path: webhook.path, status: reply.status, ms: Math.round(ms) },
      'request',
    )
  }

  return (request, response) => {
    const url = request.url ?? ''
    if (!url.startsWith(prefix)) return false
    const mark = url.indexOf('?')
    const webhook = byPath.get(mark < 0 ? url : url.slice(0, mark))
    if (!webhook) return false
    void serve(request, response, webhook, url)
    return true
  }
}

/** The hooks before everything else. */
export const hooksFirst =
  (hooks: AnswerHook, others: RequestListener): RequestListener =>
  (request, response) => {
    if (!hooks(request, response)) others(request, response)
  }

const empty = Buffer.alloc(0)
const tooLarge: WebhookAnswer = { status: 413 }
const tooSlow: WebhookAnswer = { status: 408 }
const later: WebhookAnswer = { status: 503 }
/** Nobody reads it. */
const goneAway: WebhookAnswer = { status: 400 }

/** The inbox is full: whoever sent the event shall send it again. Anything else that fails is ours to find. */
const isTemporary = (err: unknown): boolean =>
  typeof err === 'object' && err !== null && 'status' in err && err.status === 503

function send(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  answer: WebhookAnswer,
): void {
  const body = answer.body ?? ''
  const headers: Record<string, string | number> = {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'content-type': `${answer.type ?? 'text/plain'}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
  }
  if (answer.status === 503) headers['retry-after'] = retryAfterSeconds
  // What was not read to its end would be taken for the next request.
  if (!request.complete) headers['connection'] = 'close'
  response.writeHead(answer.status, headers).end(body)
}

/** Nothing is believed about a length: counting stops at the limit, and waiting at the longest time. */
function readUpTo(
  request: IncomingMessage,
  mostBytes: number,
  mostMs: number,
  hold: (bytes: number) => void,
): Promise<Buffer | WebhookAnswer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = (answer: WebhookAnswer) => {
      request.pause()
      done(answer)
    }
    const timer = setTimeout(() => stop(tooSlow), mostMs)
    request.on('close', () => clearTimeout(timer))
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostBytes) return stop(tooLarge)
      hold(chunk.length)
      chunks.push(chunk)
    })
    request.on('end', () => {
      clearTimeout(timer)
      done(chunks.length === 1 ? (chunks[0] ?? empty) : Buffer.concat(chunks))
    })
    request.on('error', fail)
    // It closes after its end as well: an error is made only where one is told.
    request.on('close', () => {
      if (!request.complete) fail(new Error('the connection was closed'))
    })
  })
}

/** As Koa finds it: what the nearest proxies say is believed only where they are trusted. */
function ipOf({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const said = trustProxy ? headers['x-forwarded-for'] : undefined
  const first = (Array.isArray(said) ? said[0] : said)?.split(',')[0]?.trim()
  return first || (socket.remoteAddress ?? '')
}

/** A header that comes twice is taken as its first value. */
function headersOf({ headers }: IncomingMessage): WebhookRequest['headers'] {
  const plain: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    plain[name] = Array.isArray(value) ? value[0] : value
  }
  return plain
}
