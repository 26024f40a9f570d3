import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { AdjustableClock } from '../../../core/ports/clock.js'
import { headerOf, readFrame, writeFrame } from './pb.js'

/** Where webhooks go: the product's server, or its handler itself. */
export type WebhookTarget = (
  path: 'event' | 'card',
  body: Buffer,
  headers: Record<string, string>,
) => Promise<{ status: number; body: string }>

export interface Envelope {
  /** Frame type on the long connection. */
  type: 'event' | 'card'
  id: string
  body: object
}

interface DeliveryDeps {
  clock: AdjustableClock
  encryptKey: string | null
  webhook: WebhookTarget | null
  /** The platform waits this long for an answer: 3 s, on the machine's clock. */
  ackMs: number
  /** Payloads longer than this come in parts. */
  fragmentBytes: number
}

interface Pending extends Envelope {
  dueAt: number
  attempt: number
}

/** After the first try: 15 s, 5 min, 1 h, 6 h; then the event is lost. */
const retries = [15_000, 300_000, 3_600_000, 21_600_000]

/** Events on their way to the product, over the long connection or by webhook. */
export function createDelivery({ clock, encryptKey, webhook, ackMs, fragmentBytes }: DeliveryDeps) {
  const sockets = new Set<WebSocket>()
  /** Rejects when the line is gone. */
  const broken = new WeakMap<WebSocket, PromiseWithResolvers<never>>()
  const acks = new Map<string, (payload: Buffer) => void>()
  const pending: Pending[] = []
  const running = new Set<Promise<void>>()
  const counts = { tries: 0, acknowledged: 0, refused: 0, lost: 0 }
  let copies = 1
  let isHeld = false
  let isMute = false
  let frames = 0
  const now = () => clock.now().getTime()

  async function overSocket({ type, id, body }: Envelope): Promise<unknown> {
    const open = [...sockets].filter((socket) => socket.readyState === socket.OPEN)
    const socket = open[Math.floor(Math.random() * open.length)]
    if (!socket) throw new Error('nobody is connected')
    const payload = Buffer.from(JSON.stringify(body))
    const sum = Math.max(1, Math.ceil(payload.length / fragmentBytes))
    const messageId = `${id}-${(frames += 1)}`
    const acked = new Promise<Buffer>((resolve) => acks.set(messageId, resolve))
    for (let seq = 0; seq < sum; seq += 1)
      socket.send(
        writeFrame({
          seqId: frames,
          logId: frames,
          service: 33554678,
          method: 1,
          headers: Object.entries({
            type,
            message_id: messageId,
            trace_id: messageId,
            sum: String(sum),
            seq: String(seq),
          }),
          payload: payload.subarray(seq * fragmentBytes, (seq + 1) * fragmentBytes),
        }),
      )
    try {
      const answer = JSON.parse(
        (await inTime(Promise.race([acked, broken.get(socket)?.promise ?? acked]))).toString('utf8'),
      ) as {
        code: number
        data?: string
      }
      if (answer.code !== 200) throw new Error(`acknowledged with ${answer.code}`)
      return answer.data ? JSON.parse(Buffer.from(answer.data, 'base64').toString('utf8')) : null
    } finally {
      acks.delete(messageId)
    }
  }

  async function overHttp({ body }: Envelope, path: 'event' | 'card'): Promise<unknown> {
    if (!webhook) throw new Error('there is no webhook')
    const { raw, headers } = seal(body)
    const answer = await inTime(webhook(path, raw, headers))
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
    return JSON.parse(answer.body || '{}')
  }

  /** Encrypts and signs as the platform does; without a key it does neither. */
  function seal(body: object): { raw: Buffer; headers: Record<string, string> } {
    const plain = Buffer.from(JSON.stringify(body))
    if (encryptKey === null) return { raw: plain, headers: {} }
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), iv)
    const encrypt = Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('base64')
    // Printed with blanks: a signature over parsed and printed JSON would fail.
    const raw = Buffer.from(`{ "encrypt": ${JSON.stringify(encrypt)} }`)
    const timestamp = String(Math.floor(now() / 1000))
    const nonce = randomBytes(8).toString('hex')
    const signature = createHash('sha256')
      .update(timestamp + nonce + encryptKey)
      .update(raw)
      .digest('hex')
    return {
      raw,
      headers: {
        'x-lark-request-timestamp': timestamp,
        'x-lark-request-nonce': nonce,
        'x-lark-signature': signature,
      },
    }
  }

  async function inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), ackMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }

  const once = (envelope: Envelope, path: 'event' | 'card'): Promise<unknown> => {
    counts.tries += 1
    return webhook ? overHttp(envelope, path) : overSocket(envelope)
  }

  async function attempt(event: Pending): Promise<void> {
    try {
      await once(event, 'event')
      counts.acknowledged += 1
    } catch {
      counts.refused += 1
      const delay = retries[event.attempt]
      if (delay === undefined) counts.lost += 1
      else pending.push({ ...event, attempt: event.attempt + 1, dueAt: now() + delay })
    }
  }

  /** Sends what is due, each kind of traffic as it comes; held events stay. */
  function pump(): void {
    if (isHeld || (!webhook && sockets.size === 0)) return
    for (const event of pending.splice(0)) {
      if (event.dueAt > now()) pending.push(event)
      else {
        const work = attempt(event)
        running.add(work)
        void work.finally(() => running.delete(work))
      }
    }
  }

  return {
    counts,
    sockets,
    seal,
    /** An event: at least once, tried again when it is not acknowledged. */
    emit(envelope: Envelope): void {
      for (let copy = 0; copy < copies; copy += 1) pending.push({ ...envelope, dueAt: now(), attempt: 0 })
      pump()
    },
    /** A callback: once, and answered in time or not at all. */
    ask: (envelope: Envelope): Promise<unknown> => once(envelope, 'card'),
    attach(socket: WebSocket): void {
      sockets.add(socket)
      const gone = Promise.withResolvers<never>()
      gone.promise.catch(() => undefined)
      broken.set(socket, gone)
      socket.on('close', () => {
        sockets.delete(socket)
        gone.reject(new Error('the line is gone'))
      })
      socket.on('message', (data: Buffer) => {
        const frame = readFrame(data)
        if (frame.method === 1) acks.get(headerOf(frame, 'message_id'))?.(frame.payload)
        else if (!isMute && headerOf(frame, 'type') === 'ping')
          socket.send(
            writeFrame({
              ...frame,
              headers: [['type', 'pong']],
              payload: Buffer.from(
                JSON.stringify({
                  ReconnectCount: -1,
                  ReconnectInterval: 2,
                  ReconnectNonce: 1,
                  PingInterval: 30,
                }),
              ),
            }),
          )
      })
      pump()
    },
    repeat(times: number): void {
      copies = times
    },
    /** The line stays open, but nobody answers on it any more. */
    mute(): void {
      isMute = true
    },
    hold(): void {
      isHeld = true
    },
    /** What was held comes at once, the last first. */
    release(): void {
      isHeld = false
      pending.reverse()
      pump()
    },
    /** Resolves when every event is acknowledged or lost; the clock moves on to the next try. */
    async idle(): Promise<void> {
      for (;;) {
        while (running.size > 0) await Promise.all(running)
        const next = Math.min(...pending.map((event) => event.dueAt))
        if (isHeld || pending.length === 0 || (!webhook && sockets.size === 0)) return
        if (next > now()) clock.advance(next - now())
        pump()
      }
    },
  }
}
