import { stopwatch, type Clock } from '../../core/ports/clock.js'
import type {
  Channel,
  InboundAnswer,
  InboundEvent,
  InboundSink,
  ReceiptEvent,
  TapEvent,
} from '../../core/ports/inbound.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { FeishuSettings } from '../../core/ports/platform-settings.js'
import { WireError } from '../shared/wire-error.js'
import type { FeishuCalls } from './calls.js'
import type { FeishuClient } from './client.js'
import type { FeishuCounters } from './counters.js'
import { decodeCardFrame, decodeEvent, type Decoded, type Receiver } from './decode.js'
import { capabilities, encodeCard } from './encode.js'
import { objectField, parseObject, textField, type Json } from './json.js'
import { recallCard } from './sent-cards.js'
import { createSocket } from './socket.js'
import type { TapGate } from './tap-gate.js'
import { createWebhooks } from './webhooks.js'

interface ChannelDeps {
  settings: FeishuSettings
  client: FeishuClient
  calls: FeishuCalls
  clock: Clock
  keys: KeyStore
  gate: TapGate
  counters: FeishuCounters
  pageUrl: (path: string) => string
  pause: (ms: number) => Promise<void>
  log: ChannelLog
}

interface ChannelLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** After an answer has left here it still has a way to go, before an update of the same card may follow. */
const answerLagMs = 200
/** The bot's id is worth this wait; without it the message is read all the same. */
const botWaitMs = 1000

export type FeishuChannel = Channel & { isOpen(): boolean }

/** The ways in: the long connection, or webhooks. Both acknowledge after the sink has stored the event, never before. */
export function createChannel(deps: ChannelDeps): FeishuChannel {
  const { settings, client, calls, clock, keys, gate, counters, pageUrl, pause, log } = deps
  let sink: InboundSink | null = null
  let botOpenId: string | null = null
  const working = new Set<Promise<unknown>>()

  function onRefused(error: WireError): void {
    counters.refused[error.code] = (counters.refused[error.code] ?? 0) + 1
    log.warn({ code: error.code }, 'feishu: a callback was refused')
  }

  /** Who is meant by a mention. The platform is asked once; a failure is tried again with the next message. */
  async function knowBot(): Promise<void> {
    if (botOpenId !== null) return
    const asked = calls.bot().then(
      ({ openId }) => openId || null,
      (error: unknown) => {
        log.warn({ err: error }, 'feishu: the bot could not be asked for its id')
        return null
      },
    )
    botOpenId = await Promise.race([asked, pause(botWaitMs).then(() => null)])
  }

  async function take(
    body: Json,
    decode: (body: Json, receiver: Receiver) => Decoded,
  ): Promise<object | null> {
    counters.received += 1
    if (textField(objectField(body, 'header'), 'event_type') === 'im.message.receive_v1') await knowBot()
    let decoded: Decoded
    try {
      const { appId, tenantKey } = settings
      decoded = decode(body, { appId, tenantKey, botOpenId, now: clock.now() })
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      // Sent again it would be no better: it is acknowledged, and ours to find in the counters.
      onRefused(error)
      return null
    }
    const work = handOver(decoded)
    working.add(work)
    try {
      return await work
    } catch (error) {
      counters.failed += 1
      throw error
    } finally {
      working.delete(work)
    }
  }

  async function handOver(decoded: Decoded): Promise<object | null> {
    if (!sink) throw new Error('the channel has not been started')
    switch (decoded.kind) {
      case 'ignored':
        counters.ignored += 1
        return null
      case 'events':
        await storeAll(sink, decoded.events)
        counters.stored += 1
        return null
      case 'tap':
        return takeTap(sink, decoded.event, decoded.messageId)
      case 'read':
        await storeAll(sink, await receiptsOf(decoded))
        counters.stored += 1
        return null
    }
  }

  async function receiptsOf({
    eventId,
    at,
    reader,
    messageIds,
  }: Extract<Decoded, { kind: 'read' }>): Promise<ReceiptEvent[]> {
    const cardRefs = await Promise.all(messageIds.map((messageId) => recallCard(keys, messageId)))
    return cardRefs.flatMap((cardRef, i): ReceiptEvent[] => {
      if (cardRef === null) return []
      const own = { eventId: `${eventId}:${messageIds[i] ?? ''}`.slice(0, 128), at, sender: reader }
      return [{ type: 'receipt', platform: 'feishu', ...own, cardRef, state: 'read' }]
    })
  }

  async function takeTap(into: InboundSink, event: TapEvent, messageId: string): Promise<object> {
    const leave = gate.enter(messageId)
    try {
      const answer = await into(event, capabilities.answerBudgetMs)
      counters.stored += 1
      return tapAnswer(answer, event, pageUrl)
    } finally {
      void pause(answerLagMs).then(leave)
    }
  }

  const socket = createSocket({
    probe: client.token,
    endpoint: client.endpoint,
    now: stopwatch,
    log,
    onRefused,
    take: async (type, payload) => {
      let body: Json
      try {
        body = parseObject(payload)
      } catch (error) {
        if (!(error instanceof WireError)) throw error
        onRefused(error)
        return null
      }
      return take(body, type === 'card' ? decodeCardFrame : decodeEvent)
    },
  })
  const isSocket = settings.mode === 'socket'

  return {
    platform: 'feishu',
    ...(isSocket
      ? { connect: socket.connect, disconnect: socket.disconnect }
      : {
          webhooks: createWebhooks({
            settings,
            clock,
            onRefused,
            log,
            take: (body) => take(body, decodeEvent),
          }),
        }),
    isOpen: socket.isOpen,
    async start(into) {
      sink = into
    },
    async stop() {
      await socket.disconnect()
      while (working.size > 0) await Promise.allSettled(working)
      sink = null
    },
  }
}

/** Stores what came in one body side by side: it shares a commit. Waits for all of it, then throws what failed first. */
async function storeAll(into: InboundSink, events: readonly InboundEvent[]): Promise<void> {
  const outcomes = await Promise.allSettled(events.map((event) => into(event, 0)))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

const toasts = { info: 'info', success: 'success', warning: 'warning', danger: 'error' } as const

/** @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-callback-communication */
function tapAnswer(answer: InboundAnswer | null, event: TapEvent, pageUrl: (path: string) => string): object {
  const { notice, card } = answer ?? {}
  const context = { ref: event.cardRef, isGroup: event.chat.type === 'group', pageUrl }
  return {
    ...(notice ? { toast: { type: toasts[notice.tone], content: notice.text } } : {}),
    ...(card ? { card: { type: 'raw', data: encodeCard(card, context) } } : {}),
  }
}
