import type { Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { Channel, InboundSink } from '../../core/ports/inbound.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { AdapterLog } from '../platforms.js'
import { WireError } from '../shared/wire-error.js'
import type { createCards } from './cards.js'
import type { DingtalkClient } from './client.js'
import { countOne, type Counters } from './counters.js'
import { cardCallbackSecret } from './signatures.js'
import { ackOf, takenAck, type Ack, type Frame } from './frame.js'
import { createIntake } from './intake.js'
import { textOf, type Fields } from './json.js'
import { createStream, type StreamTiming } from './stream.js'
import { createWebhooks } from './webhooks.js'

export interface ChannelTiming extends StreamTiming {
  storeRetryMs: readonly number[]
}

export const channelTiming: ChannelTiming = {
  backoffMs: [1_000, 60_000],
  pingMs: 20_000,
  silenceMs: 60_000,
  openMs: 10_000,
  steadyMs: 10_000,
  retiredMs: 10_000,
  storeRetryMs: [200, 1_000, 3_000, 10_000],
}

/** Under which key the version of the console's template copy is kept for the doctor. */
export const templateVersionKey = 'dingtalk:template-version'

/** The way in: the long connection, or in HTTP mode three addresses. Everything is acknowledged after it is stored. */
export function createChannel(deps: {
  settings: DingtalkSettings
  client: DingtalkClient
  cards: ReturnType<typeof createCards>
  clock: Clock
  ids: Ids
  keys: KeyStore
  log: AdapterLog
  counters: Counters
  timing: ChannelTiming
  publicUrl: string
  pageUrl: (path: string) => string
}): Channel & { isOpen: () => boolean } {
  const { settings, counters, log, timing, keys } = deps
  const working = new Set<Promise<unknown>>()
  let sink: InboundSink | null = null

  const intake = createIntake({
    ...deps,
    storeRetryMs: timing.storeRetryMs,
    sink: () => sink ?? (() => Promise.reject(new Error('the channel is not started'))),
    onTemplateVersion: (version) => {
      keys
        .put(templateVersionKey, version.slice(0, 20), null)
        .catch((error: unknown) => log.warn({ err: error }, 'the template version could not be kept'))
    },
  })

  /** What a frame wants done, by its topic. */
  async function handle(frame: Frame, data: Fields): Promise<Ack> {
    if (frame.type === 'EVENT') {
      const { headers } = frame
      const head = {
        eventType: textOf(headers, 'eventType'),
        eventId: textOf(headers, 'eventId') || frame.messageId,
        corpId: textOf(headers, 'eventCorpId'),
        bornAt: textOf(headers, 'eventBornTime'),
      }
      await intake.organisation(head, data)
      return takenAck(frame)
    }
    switch (frame.topic) {
      case '/v1.0/im/bot/messages/get':
        await intake.message(data)
        return takenAck(frame)
      case '/v1.0/card/instances/callback':
        return ackOf(frame, 200, { response: (await intake.tap(data, frame.messageId)) ?? {} })
      default:
        countOne(counters.ignored, 'topic')
        return ackOf(frame, 404, {})
    }
  }

  async function take(frame: Frame): Promise<Ack> {
    try {
      return await handle(frame, frame.data ?? {})
    } catch (error) {
      if (error instanceof WireError) {
        countOne(counters.refused, error.code)
        log.warn({ platform: 'dingtalk', topic: frame.topic, code: error.code }, 'a push was refused')
        // It will not be better the next time: events are taken off the platform's list.
        return frame.type === 'EVENT' ? takenAck(frame) : ackOf(frame, 500, {})
      }
      log.error({ platform: 'dingtalk', topic: frame.topic, err: error }, 'a push could not be stored')
      return frame.type === 'EVENT' ? ackOf(frame, 200, { status: 'LATER' }) : ackOf(frame, 500, {})
    }
  }

  const stream = createStream({ ...deps, take })

  function track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => working.delete(tracked))
    working.add(tracked)
    return tracked
  }

  const webhooks = createWebhooks({ ...deps, intake, isTaking: () => sink !== null, track })

  return {
    platform: 'dingtalk',
    webhooks: settings.mode === 'http' ? webhooks : [],
    isOpen: stream.isOpen,

    async start(into) {
      sink = into
    },

    async connect() {
      if (settings.mode === 'stream') return stream.connect()
      const secret = cardCallbackSecret(settings.clientSecret)
      await deps.cards.registerCallback(`${deps.publicUrl}/hooks/dingtalk/card`, secret)
    },

    disconnect: stream.disconnect,

    async stop() {
      await stream.disconnect()
      sink = null
      await Promise.allSettled(working)
    },
  }
}
