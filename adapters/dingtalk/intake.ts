import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { InboundAnswer, InboundEvent, InboundSink } from '../../core/ports/inbound.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import { WireError } from '../shared/wire-error.js'
import { tapUpdate } from './cards.js'
import { countOne, type Counters } from './counters.js'
import { boundedId, decodeRobotMessage, decodeTap, directoryEvent, messageEvent, tapEvent } from './decode.js'
import { capabilitiesOf, encodeCard } from './encode.js'
import type { Fields } from './json.js'
import { readTrackId } from './track-id.js'

/** Two equal taps of one person this close are one tap that came twice. */
const sameTapMs = 3_000

export type Intake = ReturnType<typeof createIntake>

/** Takes what was decoded to the product, the same for both transports. Resolves after the product stored it. */
export function createIntake(deps: {
  settings: DingtalkSettings
  clock: Clock
  ids: Ids
  counters: Counters
  sink: () => InboundSink
  pageUrl: (path: string) => string
  /** How long to wait before each new try to hand over what the platform will not send again. */
  storeRetryMs: readonly number[]
  /** Told the version of the console's template copy that a form came from. */
  onTemplateVersion: (version: string) => void
}) {
  const { settings, clock, ids, counters, sink, pageUrl } = deps
  const recent = new Map<string, { eventId: string; atMs: number }>()

  async function hand(event: InboundEvent, budgetMs = 0): Promise<InboundAnswer | null> {
    try {
      const answer = await sink()(event, budgetMs)
      counters.accepted += 1
      if (event.type === 'directory') counters.orgEvents += 1
      return answer
    } catch (error) {
      counters.failed += 1
      throw error
    }
  }

  /** A second push of the same tap keeps the first one's id. */
  function tapId(fingerprint: string, fresh: string): string {
    const nowMs = clock.now().getTime()
    // They stand in the order of their time: behind the first young one there is no old one.
    for (const [key, { atMs }] of recent) {
      if (nowMs - atMs <= sameTapMs) break
      recent.delete(key)
    }
    const known = recent.get(fingerprint)
    if (known) return known.eventId
    recent.set(fingerprint, { eventId: fresh, atMs: nowMs })
    return fresh
  }

  return {
    /**
     * A robot message. The platform sends it once: a failure to store it is tried again here.
     *
     * @throws WireError, and what the sink throws in the end.
     */
    async message(data: Fields): Promise<void> {
      const message = decodeRobotMessage(data)
      const isForeign =
        (message.chatbotCorpId !== '' && message.chatbotCorpId !== settings.corpId) ||
        (message.robotCode !== '' && message.robotCode !== settings.robotCode)
      if (isForeign) throw new WireError('receiver')
      const event = messageEvent(message, settings.corpId, clock.now())
      for (const waitMs of [...deps.storeRetryMs, null]) {
        try {
          await hand(event)
          return
        } catch (error) {
          if (waitMs === null) throw error
          await pause(waitMs)
        }
      }
    },

    /** An event of the organisation. @throws WireError, and what the sink throws. */
    async organisation(
      head: { eventType: string; eventId: string; corpId: string; bornAt: string },
      data: Fields,
    ): Promise<void> {
      if (head.corpId !== '' && head.corpId !== settings.corpId) throw new WireError('receiver')
      const event = head.eventId ? directoryEvent(head, data, clock.now()) : null
      if (!event) return countOne(counters.ignored, `event:${head.eventType.slice(0, 40)}`)
      await hand(event)
    },

    /**
     * A tap on a card.
     *
     * @param pushId - the platform's id of the push, where it has one.
     * @returns the card's new state; null when it was not ready in time or is none of ours.
     */
    async tap(data: Fields, pushId: string): Promise<object | null> {
      const tap = decodeTap(data)
      if (!tap) {
        countOne(counters.ignored, 'card')
        return null
      }
      if (tap.corpId !== '' && tap.corpId !== settings.corpId) throw new WireError('receiver')
      if (tap.templateVersion) deps.onTemplateVersion(tap.templateVersion)
      const capabilities = capabilitiesOf(settings.templates)
      const eventId = tapId(tap.fingerprint, boundedId(`tap:${pushId || ids.next()}`))
      const event = tapEvent(tap, eventId, clock.now().toISOString())
      const answer = await hand(event, capabilities.answerBudgetMs)
      if (!answer) return null
      const template = readTrackId(tap.outTrackId)?.template ?? 'notice'
      const variables = answer.card ? encodeCard(answer.card, { capabilities, template, pageUrl }) : null
      if (variables) delete variables['notice']
      return tapUpdate(variables, answer.notice?.text.slice(0, 300) ?? '')
    },
  }
}
