import { EntitySchema } from 'typeorm'
import type { SubjectType } from '../changes/change.js'
import * as column from '../db/columns.js'
import type { Platform } from '../ports/platform.js'

/**
 * One card to one recipient. It stores which card about what for whom; the card is rendered when it is sent, so a
 * message that waited for hours shows today's truth.
 *
 * queued → sending → sent → delivered → read → acted; failed, expired and unknown are ends that a person can see.
 * A receipt that a platform does not give leaves the state where it is: nothing is implied.
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
  platform: Platform | null
  platformMessageId: string | null
  lane: 'urgent' | 'normal'
  state: DeliveryState
  /** Unique: the same cause never makes two deliveries. */
  dedupeKey: string
  queuedAt: Date
  sentAt: Date | null
  deliveredAt: Date | null
  readAt: Date | null
  actedAt: Date | null
  /** Which state of its subject the card should show, and shows. */
  wantedRev: number
  shownRev: number
  /** When the sender must do something with this row; null when there is nothing to do. */
  workAt: Date | null
  attempts: number
  leaseHolder: string | null
  leaseUntil: Date | null
  failure: string | null
}

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

export const DeliveryEntity = new EntitySchema<Delivery>({
  name: 'delivery',
  tableName: 'deliveries',
  columns: {
    id: column.id(),
    card: column.word(40),
    subjectType: column.state(),
    subjectId: column.ref(),
    params: column.document(),
    personId: column.optionalRef(),
    chatId: column.optionalWord(128),
    platform: column.optionalWord(20),
    platformMessageId: column.optionalWord(128),
    lane: column.state(),
    state: column.state(),
    dedupeKey: column.word(120),
    queuedAt: column.instant(),
    sentAt: column.optionalInstant(),
    deliveredAt: column.optionalInstant(),
    readAt: column.optionalInstant(),
    actedAt: column.optionalInstant(),
    wantedRev: column.count(),
    shownRev: column.count(),
    workAt: column.optionalInstant(),
    attempts: column.count(),
    leaseHolder: column.optionalRef(),
    leaseUntil: column.optionalInstant(),
    failure: column.optionalWord(300),
  },
  indices: [
    { name: 'deliveries_work', columns: ['workAt'] },
    { name: 'deliveries_dedupe', columns: ['dedupeKey'], unique: true },
    { name: 'deliveries_subject', columns: ['subjectType', 'subjectId'] },
    { name: 'deliveries_person', columns: ['personId', 'queuedAt'] },
  ],
})
