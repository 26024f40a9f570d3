import { setTimeout as wait } from 'node:timers/promises'
import WebSocket from 'ws'
import { PlatformError } from '../../core/errors.js'
import { WireError } from '../shared/wire-error.js'
import { failure } from './client.js'
import { createFragments } from './fragments.js'
import { decodeFrame, encodeFrame, type Frame } from './frames.js'
import { parseObject, textField, type Json } from './json.js'

interface SocketDeps {
  /** Fails where the credentials are wrong. The endpoint alone does not always say so. */
  probe: () => Promise<unknown>
  endpoint: () => Promise<{ url: string; config: Json }>
  /**
   * Takes one payload. Resolves when it is stored.
   *
   * @returns the answer for the platform; null for none. Throws where it is to be sent again.
   */
  take: (type: string, payload: string) => Promise<object | null>
  onRefused: (error: WireError) => void
  /** Milliseconds on a scale that never jumps. */
  now: () => number
  log: SocketLog
  /** A pong that is later than this will not come: the connection is half dead. Default: 10 s. */
  pongMs?: number
  /** A connection that lasted this long was a good one. Default: 10 s. */
  steadyMs?: number
}

interface SocketLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

const handshakeMs = 10_000
const closeMs = 2_000
const mostFrameBytes = 8 * 1024 * 1024
const defaults = { pingMs: 120_000, firstRetryMs: 5_000, retryMs: 10_000, slowestRetryMs: 60_000 }

interface Line {
  socket: WebSocket
  config: Json
  service: number
}

/**
 * The long connection. The official client is not used for it: it drops `card` frames without an answer, resolves
 * without an error when it will never connect, cannot be drained before it closes, and costs 75 MB; the protocol is
 * one frame. It stands in the tests as an independent client of the simulator.
 *
 * @see https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/request-url-configuration-case
 */
export function createSocket(deps: SocketDeps) {
  const { now, log, pongMs = 10_000, steadyMs = 10_000 } = deps
  let stopping = new AbortController()
  let line: Line | null = null
  let keeping: Promise<void> = Promise.resolve()
  let wanted = false
  const working = new Set<Promise<void>>()

  async function open(): Promise<Line> {
    await deps.probe()
    const { url, config } = await deps.endpoint()
    const service = Number(new URL(url).searchParams.get('service_id') ?? '0') || 0
    const socket = new WebSocket(url, {
      handshakeTimeout: handshakeMs,
      maxPayload: mostFrameBytes,
      perMessageDeflate: false,
    })
    socket.binaryType = 'nodebuffer'
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => {
        // What follows the handshake at once waits until somebody listens.
        socket.pause()
        resolve()
      })
      socket.once('error', (cause) => reject(failure('unreachable', { cause })))
    })
    return { socket, config, service }
  }

  /** Serves one connection until it is gone. */
  async function serve(current: Line): Promise<void> {
    const { socket, service } = current
    const join = createFragments(now)
    let heardAt = now()
    let pongTimer: NodeJS.Timeout | undefined
    const ping = () => {
      const askedAt = now()
      socket.send(encodeFrame(pingFrame(service)))
      clearTimeout(pongTimer)
      pongTimer = setTimeout(() => {
        if (heardAt < askedAt) socket.terminate()
      }, pongMs)
    }
    let pinger: NodeJS.Timeout | undefined
    const tune = (config: Json) => {
      clearInterval(pinger)
      pinger = setInterval(ping, seconds(config, 'PingInterval', defaults.pingMs))
    }
    tune(current.config)
    ping()
    socket.on('message', (data: Buffer) => {
      heardAt = now()
      try {
        const frame = decodeFrame(data)
        if (frame.method === 0) {
          if (frame.headers['type'] === 'pong' && frame.payload.length) {
            current.config = parseObject(Buffer.from(frame.payload).toString('utf8'))
            tune(current.config)
          }
          return
        }
        const payload = join(frame.headers, frame.payload)
        if (payload) track(answer(socket, frame, payload))
      } catch (error) {
        if (!(error instanceof WireError)) throw error
        deps.onRefused(error)
      }
    })
    socket.on('error', (error) => log.warn({ err: error }, 'feishu: the long connection failed'))
    socket.resume()
    if (socket.readyState !== WebSocket.CLOSED) await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(pinger)
    clearTimeout(pongTimer)
  }

  async function servedWell(current: Line): Promise<boolean> {
    const openedAt = now()
    await serve(current)
    return now() - openedAt >= steadyMs
  }

  async function answer(socket: WebSocket, frame: Frame, payload: Uint8Array): Promise<void> {
    const startedAt = now()
    let reply: object
    try {
      const result = await deps.take(frame.headers['type'] ?? '', Buffer.from(payload).toString('utf8'))
      const data = result ? { data: Buffer.from(JSON.stringify(result)).toString('base64') } : {}
      reply = { code: 200, ...data }
    } catch (error) {
      log.warn({ err: error, messageId: frame.headers['message_id'] }, 'feishu: an event was not taken')
      reply = { code: 500 }
    }
    if (socket.readyState !== WebSocket.OPEN) return
    const headers = { ...frame.headers, biz_rt: String(Math.round(now() - startedAt)) }
    const sent = Promise.withResolvers<void>()
    socket.send(encodeFrame({ ...frame, headers, payload: Buffer.from(JSON.stringify(reply)) }), () =>
      sent.resolve(),
    )
    await sent.promise
  }

  function track(work: Promise<void>): void {
    working.add(work)
    void work.finally(() => working.delete(work))
  }

  /** Opens it anew whenever it is gone, at the pace that the platform asks for. */
  async function keep(first: Line, signal: AbortSignal): Promise<void> {
    let { config } = first
    line = first
    // The quick pace is for a line that served; one that breaks as soon as it is there is no better than none.
    let attempt = (await servedWell(first)) ? 0 : 1
    for (; !signal.aborted; attempt += 1) {
      const pace =
        attempt === 0
          ? seconds(config, 'ReconnectNonce', defaults.firstRetryMs) * Math.random()
          : Math.min(
              seconds(config, 'ReconnectInterval', defaults.retryMs) * (0.8 + 0.4 * Math.random()),
              defaults.slowestRetryMs,
            )
      await wait(pace, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        line = await open()
        if (signal.aborted) line.socket.terminate()
        config = line.config
        log.info({}, 'feishu: the long connection is open again')
        if (await servedWell(line)) attempt = -1
      } catch (error) {
        const code = error instanceof PlatformError ? error.code : 'internal'
        log.warn({ code, err: error }, 'feishu: the long connection cannot be opened')
      }
    }
  }

  return {
    isOpen: (): boolean => line?.socket.readyState === WebSocket.OPEN,

    /** Opens it and keeps it open. @throws PlatformError when it cannot be opened now; nothing goes on then. */
    async connect(): Promise<void> {
      if (wanted) return
      wanted = true
      stopping = new AbortController()
      try {
        const first = await open()
        keeping = keep(first, stopping.signal)
        log.info({}, 'feishu: the long connection is open')
      } catch (error) {
        wanted = false
        throw error
      }
    },

    /** Closes it after what was taken is stored and answered. */
    async disconnect(): Promise<void> {
      stopping.abort()
      wanted = false
      while (working.size > 0) await Promise.all(working)
      const socket = line?.socket
      if (socket && socket.readyState !== WebSocket.CLOSED) {
        socket.close(1000)
        const timer = setTimeout(() => socket.terminate(), closeMs)
        await keeping
        clearTimeout(timer)
      }
      await keeping
      line = null
    },
  }
}

function pingFrame(service: number): Frame {
  return { seqId: 0n, logId: 0n, service, method: 0, headers: { type: 'ping' }, payload: new Uint8Array() }
}

/** A number of seconds of the platform's, in milliseconds; between a second and an hour, or the default. */
function seconds(config: Json, name: string, otherwise: number): number {
  const value = Number(textField(config, name))
  return value >= 1 && value <= 3600 ? value * 1000 : otherwise
}
