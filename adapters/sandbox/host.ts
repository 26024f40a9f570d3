import type { Card } from '../../core/ports/card.js'

/**
 * What the product tells the console about itself: the panel “系统在做什么” and the clock. The sandbox plays a
 * platform and knows nothing of leads or deadlines, so every word shown there comes from here.
 */
export interface SandboxHost {
  /** Where the mini-app pages live, e.g. `/app/`; a card's page path is appended. */
  pagesPath: string
  panel(): Promise<PanelState>
  /** Calls back whenever `panel()` would answer something new. Bursts are fine: the sandbox coalesces them. */
  onPanel(listener: () => void): () => void
  /** Pushes the product's clock forward. Refused, with a reason to show, while a real platform is bound. */
  advanceClock(ms: number): Promise<ClockAnswer>
  /** A line about a person for the persona switcher, e.g. department and open leads. */
  personInfo?(externalId: string): Promise<string | null>
  /** Every card of the product in the states that people meet, for the gallery; absent where there is none. */
  gallery?(): Promise<{ name: string; card: Card }[]>
}

export type ClockAnswer = { ok: true } | { ok: false; reason: string }

export interface PanelState {
  /** ISO 8601 UTC, by the product's clock. */
  now: string
  clockOffsetMs: number
  /** Open ones, soonest first, at most 50. */
  deadlines: PanelDeadline[]
  /** Newest first, at most 100. */
  changes: PanelChange[]
  /** How many deliveries are in which state, e.g. `{ queued: 1, sent: 12 }`. */
  deliveries: Record<string, number>
  /** Work that is due now and not done: inbox, outbox and deliveries together. */
  queueDepth: number
}

export interface PanelDeadline {
  id: string
  /** Stable, e.g. `lead.accept`. */
  kind: string
  /** Shown, e.g. 等待接单. */
  label: string
  subject: string
  /** ISO 8601 UTC. */
  dueAt: string
  who?: string
  /** What happens when it runs out, e.g. 通知主管. */
  step: string
}

export interface PanelChange {
  id: string
  /** ISO 8601 UTC. */
  at: string
  /** Stable kind, e.g. `lead.assigned`; the guided tour ticks off its steps by it. */
  kind?: string
  label: string
  actor: string
  subject: string
  detail?: string
}
