import { EntitySchema } from 'typeorm'
import type { SubjectType } from '../changes/change.js'
import * as column from '../db/columns.js'
import type { ReminderChannel, ReminderLevel } from '../playbook/reminders.js'
import type { Platform } from '../ports/platform.js'

/**
 * One card to one recipient, one reminder of it by another way, or one entry in a list of things to do. It stores which card about what for whom; the card
 * is rendered when it is sent, so a message that waited for hours shows today's truth.
 *
 * queued → sending → sent → delivered → read → acted; failed, expired, unknown, folded and skipped are ends that a
 * person can see. A receipt that a platform does not give leaves the state where it is: nothing is implied.
 */
export interface Delivery {
  id: string
  /** Kind of card. */
  card: string
  subjectType: SubjectType
  subjectId: string
  /** What else the card needs to be rendered: ids only. */
  params: Record<string, string>
  personId: string | null
  chatId: string | null
  /**
   * `messenger`: the card itself; `todo`: an entry in the person's own list of the platform. Anything else is a reminder
   * of the delivery `parentId`.
   */
  channel: DeliveryChannel
  parentId: string | null
  /** The change that caused it; null where no change did (an answer, a test). */
  causeId: string | null
  platform: Platform | null
  /** Who outside the messenger took the order: the provider's name. */
  provider: string | null
  /** What the platform or the provider calls it. */
  platformMessageId: string | null
  lane: 'urgent' | 'normal'
  level: ReminderLevel
  state: DeliveryState
  /** Unique: the same cause never makes two deliveries. */
  dedupeKey: string
  queuedAt: Date
  /** Handed to somebody who cannot tell repeats apart, and no answer has been written down yet. */
  handedAt: Date | null
  sentAt: Date | null
  deliveredAt: Date | null
  readAt: Date | null
  actedAt: Date | null
  /** Sent once more although the first sending may have arrived: the card says 可能重复. */
  repeated: boolean
  /** The digest that stands for this one. */
  foldedInto: string | null
  /** Why a queued one is not sent yet, where it is not a failure. */
  waitingFor: WaitingFor | null
  /** Which state of its subject the card should show, and shows. */
  wantedRev: number
  shownRev: number
  /** When the sender must do something with this row; null when there is nothing to do. */
  workAt: Date | null
  attempts: number
  leaseHolder: string | null
  leaseUntil: Date | null
  /** How often in a row a sender that had it did not come to an end. */
  interruptions: number
  /** When the platform is asked next what became of it, and how often it was. */
  pollAt: Date | null
  polls: number
  failure: string | null
}

export type DeliveryChannel = 'messenger' | 'todo' | ReminderChannel

/** What its recipient has is kept true: it is shown anew when its subject changes. For SQL. */
export const isKeptTrue = `channel IN ('messenger', 'todo')`

/** Others of its kind, the end of the quiet time, an account to send it to. */
export type WaitingFor = 'digest' | 'quiet' | 'account'

export const deliveryStates = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'acted',
  'failed',
  'expired',
  'unknown',
  'folded',
  'skipped',
] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** States in which the recipient has the card. */
export const shownStates: DeliveryState[] = ['sent', 'delivered', 'read', 'acted', 'unknown']

/** From which states a receipt may move a delivery: receipts come late, twice and out of order, and never move back. */
export const receiptFrom: Record<'delivered' | 'read' | 'acted', DeliveryState[]> = {
  delivered: ['sending', 'sent', 'unknown'],
  read: ['sending', 'sent', 'delivered', 'unknown'],
  acted: ['sending', 'sent', 'delivered', 'read', 'unknown'],
}

/** A message that could not be sent for this long is of no use any more (P-24). */
export const keepMs = 72 * 3_600_000

/** Stands for `params` that cannot be read: nobody knows what the card is about, and it is not sent. */
export const unreadableParams: Record<string, string> = Object.freeze({})

export const DeliveryEntity = new EntitySchema<Delivery>({
  name: 'delivery',
  tableName: 'deliveries',
  columns: {
    id: column.id(),
    card: column.word(40),
    subjectType: column.state(),
    subjectId: column.ref(),
    params: column.documentOr(unreadableParams, column.isRecord),
    personId: column.optionalRef(),
    chatId: column.optionalWord(128),
    channel: { ...column.state(), default: 'messenger' },
    parentId: column.optionalRef(),
    causeId: column.optionalRef(),
    platform: column.optionalWord(20),
    provider: column.optionalWord(40),
    platformMessageId: column.optionalWord(128),
    lane: column.state(),
    level: { ...column.state(), default: 'normal' },
    state: column.state(),
    dedupeKey: column.word(120),
    queuedAt: column.instant(),
    handedAt: column.optionalInstant(),
    sentAt: column.optionalInstant(),
    deliveredAt: column.optionalInstant(),
    readAt: column.optionalInstant(),
    actedAt: column.optionalInstant(),
    repeated: { ...column.flag(), default: false },
    foldedInto: column.optionalRef(),
    waitingFor: column.optionalWord(20),
    wantedRev: column.count(),
    shownRev: column.count(),
    workAt: column.optionalInstant(),
    attempts: column.count(),
    leaseHolder: column.optionalRef(),
    leaseUntil: column.optionalInstant(),
    interruptions: { ...column.count(), default: 0 },
    pollAt: column.optionalInstant(),
    polls: { ...column.count(), default: 0 },
    failure: column.optionalWord(300),
  },
  indices: [
    { name: 'deliveries_work', columns: ['workAt'] },
    { name: 'deliveries_dedupe', columns: ['dedupeKey'], unique: true },
    { name: 'deliveries_subject', columns: ['subjectType', 'subjectId'] },
    { name: 'deliveries_person', columns: ['personId', 'queuedAt'] },
    { name: 'deliveries_parent', columns: ['parentId'] },
    { name: 'deliveries_folded', columns: ['foldedInto'] },
    { name: 'deliveries_message', columns: ['platformMessageId'] },
    { name: 'deliveries_poll', columns: ['pollAt'] },
    { name: 'deliveries_state', columns: ['state', 'id', 'platform'] },
    { name: 'deliveries_card', columns: ['card', 'id'] },
  ],
})
