import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'

/** An event that was acknowledged: it is here until it has had its effect, once. `(channel, eventId)` is unique. */
export interface InboxRow {
  id: string
  /** A platform, or `form:<key>`. */
  channel: string
  eventId: string
  /** The decoded event as JSON, as the channel handed it over. */
  body: string
  receivedAt: Date
  state: 'received' | 'done' | 'dead' | 'dropped'
  attempts: number
  workAt: Date | null
  leaseHolder: string | null
  leaseUntil: Date | null
  /** How often in a row a process that had it did not come to an end. */
  interruptions: number
  lastError: string | null
  /** Who sent it, while it is open: what one sender says is worked on in its order. Null: the order does not matter. */
  openSender: string | null
  /** What the event led to, for a repeat of the same request. */
  result: unknown
}

export const InboxEntity = new EntitySchema<InboxRow>({
  name: 'inbox',
  tableName: 'inbox',
  columns: {
    id: column.id(),
    channel: column.word(48),
    eventId: column.word(128),
    body: column.text(),
    receivedAt: column.instant(),
    state: column.state(),
    attempts: column.count(),
    workAt: column.optionalInstant(),
    leaseHolder: column.optionalRef(),
    leaseUntil: column.optionalInstant(),
    interruptions: { ...column.count(), default: 0 },
    lastError: column.optionalWord(500),
    openSender: column.optionalWord(150),
    result: column.optionalDocument(),
  },
  indices: [
    { name: 'inbox_event', columns: ['channel', 'eventId'], unique: true },
    { name: 'inbox_work', columns: ['workAt'] },
    { name: 'inbox_open_sender', columns: ['openSender', 'id'] },
    { name: 'inbox_state', columns: ['state', 'id'] },
  ],
})
