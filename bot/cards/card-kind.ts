import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import type { Tx } from '../../core/db/unit-of-work.js'
import type { Delivery } from '../../core/deliveries/delivery.js'
import type { Card } from '../../core/ports/card.js'

/**
 * A kind of card: how it looks now and what its buttons do. A new card is a file here, a line in `index.ts`, and a line
 * in `notify.ts` if a change sends it.
 */
export interface CardKind {
  kind: string
  /** Draws the card as it is at this moment for its recipient. Reads only. */
  render(view: CardView): Promise<Card>
  /** Actions that somebody is asked about first, and the question: the same as their `confirm` on the card. */
  questions?: Readonly<Record<string, string>>
  /** What each action does, by action id. The person is authorised by core, again, every time. */
  taps?: Record<string, (tap: Tap) => Promise<TapOutcome>>
}

export interface CardView {
  core: Core
  tx: EntityManager
  now: Date
  delivery: Pick<Delivery, 'id' | 'card' | 'channel' | 'subjectType' | 'subjectId' | 'params'>
  /** The recipient; null in a chat of several people. */
  viewer: PersonActor | null
}

export interface Tap {
  core: Core
  tx: Tx
  now: Date
  delivery: Delivery
  actor: PersonActor
  values: Record<string, string>
}

/** A short notice for the one who tapped; the card itself is always drawn anew. */
export interface TapOutcome {
  notice?: { text: string; tone: 'info' | 'success' | 'warning' | 'danger' }
}

export const ok = (text: string): TapOutcome => ({ notice: { text, tone: 'success' } })
export const note = (text: string): TapOutcome => ({ notice: { text, tone: 'info' } })
export const warn = (text: string): TapOutcome => ({ notice: { text, tone: 'warning' } })
