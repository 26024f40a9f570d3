import { setTimeout as pause } from 'node:timers/promises'
import WebSocket from 'ws'
import { PlatformError } from '../../core/errors.js'
import { stopwatch } from '../../core/ports/clock.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { AdapterLog } from '../platforms.js'
import { WireError } from '../shared/wire-error.js'
import type { DingtalkClient } from './client.js'
import { platformError } from './codes.js'
import { countOne, type Counters } from './counters.js'
import { immediateAck, readFrame, type Ack, type Frame } from './frame.js'
import { textOf } from './json.js'

export interface StreamTiming {
  /** First and longest wait before a new try; each is twice the one before, and up to half of it is left to chance. */
  backoffMs: readonly [first: number, longest: number]
  pingMs: number
  /** Nothing heard for this long: the connection is dead although nobody said so. */
  silenceMs: number
  /** How long a connection may take to open. */
  openMs: number
  /** A connection that served this long was a good one: the waits begin anew after it. */
  steadyMs: number
  /** How long a connection that the server takes out of service is kept for what is still on its way. */
  retiredMs: number
}

const maxFrameBytes = 1024 * 1024
const subscriptions = [
  // Which events come is ticked in the console; the only topic there is.
  { type: 'EVENT', topic: '*' },
  { type: 'CALLBACK', topic: '/v1.0/im/bot/messages/get' },
  { type: 'CALLBACK', topic: '/v1.0/card/instances/callback' },
]

export type Stream = ReturnType<typeof createStream>

/**
 * The long connection. It is opened anew at once when the server says `disconnect` (the old one serves ten seconds
 * more) and with growing waits when it breaks, or is taken out of service as soon as it is there; there is never more
 * than one attempt under way.
 *
 * @see https://open-dingtalk.github.io/developerpedia/docs/learn/stream/protocol
 */
export function createStream(deps: {
  settings: DingtalkSettings
  client: DingtalkClient
  timing: StreamTiming
  counters: Counters
  log: AdapterLog
  /** Takes a frame; what it resolves to is sent back. */
  take: (frame: Frame) => Promise<Ack>
}) {
  const { settings, client, timing, counters, log, take } = deps
  const sockets = new Set<WebSocket>()
  const working = new Set<Promise<void>>()
  let current: WebSocket | null = null
  let reopening: Promise<void> | null = null
  let life: AbortController | null = null
  /** When the newest connection was opened, and how many attempts were made since one that served well. */
  let openedAt = 0
  let attempt = 0

  /** @throws PlatformError when the gateway or the connection refuses. */
  async function open(): Promise<void> {
    const answer = await client.open('POST', `${settings.apiUrl}/v1.0/gateway/connections/open`, {
      body: {
        clientId: settings.clientId,
        clientSecret: settings.clientSecret,
        subscriptions,
        ua: 'genjin',
      },
    })
    const endpoint = textOf(answer, 'endpoint')
    const ticket = textOf(answer, 'ticket')
    if (!/^wss?:\/\//.test(endpoint) || !ticket) throw platformError('odd_body')
    const socket = await dial(`${endpoint}?ticket=${encodeURIComponent(ticket)}`)
    if (!life || life.signal.aborted) {
      socket.terminate()
      return
    }
    counters.connected += 1
    log.info({ platform: 'dingtalk' }, 'the long connection is open')
  }

  function dial(url: string): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { maxPayload: maxFrameBytes, handshakeTimeout: timing.openMs })
      let heardAt = stopwatch()
      const heard = () => {
        heardAt = stopwatch()
      }
      const watch = setInterval(() => {
        if (stopwatch() - heardAt > timing.silenceMs) socket.terminate()
        else if (socket.readyState === WebSocket.OPEN) socket.ping()
      }, timing.pingMs)
      watch.unref()
      sockets.add(socket)
      socket.on('open', () => {
        // At once: the first frames can come in the same tick as this.
        current = socket
        openedAt = stopwatch()
        resolve(socket)
      })
      socket.on('ping', heard)
      socket.on('pong', heard)
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        heard()
        if (isBinary) countOne(counters.refused, 'frame')
        else onText(socket, data.toString('utf8'))
      })
      // A close follows every error; one of the two must not start a second attempt.
      socket.on('error', (error) => reject(platformError('unreachable', { cause: error })))
      socket.on('close', () => {
        clearInterval(watch)
        sockets.delete(socket)
        reject(platformError('unreachable'))
        if (current !== socket) return
        current = null
        reopen(false)
      })
    })
  }

  function onText(socket: WebSocket, text: string): void {
    let frame: Frame
    try {
      frame = readFrame(text)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      countOne(counters.refused, error.code)
      log.warn({ platform: 'dingtalk', code: error.code }, 'a frame of the long connection is not understood')
      return
    }
    if (frame.type === 'SYSTEM' && frame.topic === 'disconnect') {
      // Regular, for balance. Robot messages of the next ten seconds come over a new connection or never.
      retire(socket)
      if (current !== socket) return
      current = null
      reopen(true)
      return
    }
    const ready = immediateAck(frame)
    if (ready && ready.code !== 200) countOne(counters.refused, 'json')
    if (ready) return send(socket, ready)
    if (frame.type === 'SYSTEM') return
    const work = take(frame)
      .then((ack) => send(socket, ack))
      .catch((error: unknown) =>
        log.error({ platform: 'dingtalk', err: error }, 'a frame could not be answered'),
      )
      .finally(() => working.delete(work))
    working.add(work)
  }

  function send(socket: WebSocket, ack: Ack): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(ack))
  }

  /** The server closes it in ten seconds; one that forgets to must not be left behind. */
  function retire(socket: WebSocket): void {
    const timer = setTimeout(() => void closed(socket), timing.retiredMs)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }

  function reopen(atOnce: boolean): void {
    const signal = life?.signal
    if (!signal || signal.aborted || reopening) return
    const wasSteady = openedAt > 0 && stopwatch() - openedAt >= timing.steadyMs
    openedAt = 0
    if (wasSteady) attempt = atOnce ? 0 : 1
    else attempt += 1
    reopening = keepTrying(signal).finally(() => {
      reopening = null
      // It was lost, or taken out of service, before anybody could say that it was there.
      if (!current) reopen(false)
    })
  }

  async function keepTrying(signal: AbortSignal): Promise<void> {
    const [first, longest] = timing.backoffMs
    for (; !signal.aborted; attempt += 1) {
      const waitMs = attempt === 0 ? 0 : Math.min(longest, first * 2 ** (attempt - 1))
      try {
        await pause(waitMs * (0.5 + Math.random() / 2), undefined, { signal })
        await open()
        return
      } catch (error) {
        if (signal.aborted) return
        const code = error instanceof PlatformError ? error.code : 'unknown'
        log.warn({ platform: 'dingtalk', code, attempt }, 'the long connection could not be opened')
      }
    }
  }

  return {
    isOpen: () => current !== null,

    /** @throws PlatformError when the platform refuses for good, e.g. wrong credentials. */
    async connect(): Promise<void> {
      life = new AbortController()
      openedAt = 0
      attempt = 0
      try {
        await open()
      } catch (error) {
        if (error instanceof PlatformError && error.retryable) return reopen(false)
        life = null
        throw error
      }
    },

    async disconnect(): Promise<void> {
      life?.abort()
      life = null
      current = null
      await reopening
      while (working.size > 0) await Promise.all(working)
      await Promise.all([...sockets].map(closed))
    },
  }
}

/** Closes politely; a far side that does not answer is left after a second. */
function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), 1_000)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    if (socket.readyState === WebSocket.CLOSED) socket.emit('close')
    else socket.close()
  })
}
