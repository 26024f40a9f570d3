import type { InboundEvent } from '../../core/ports/inbound.js'
import type { Storage } from './storage.js'

export interface Callback {
  seq: number
  eventId: string
  lane: string
  event: InboundEvent
  /** The message that the event is about: the one written, or the card tapped. */
  messageId: string | null
  /** How often it still has to be handed over. */
  copies: number
  attempts: number
}

interface CallbackRow {
  seq: number
  event_id: string
  lane: string
  event: string
  message_id: string | null
  copies: number
  attempts: number
}

/** Events that the product has not taken yet, in order per lane; a lane is a chat. */
export function createCallbacks(storage: Storage, copies: () => number) {
  return {
    /** Must run in the transaction that stores what the event tells. */
    enqueue(lane: string, event: InboundEvent, messageId: string | null): void {
      storage.run(
        'INSERT INTO callbacks (event_id, lane, event, message_id, copies) VALUES (?, ?, ?, ?, ?)',
        event.eventId,
        lane,
        JSON.stringify(event),
        messageId,
        copies(),
      )
    },
    /** The oldest one of a lane. */
    head(lane: string): Callback | undefined {
      const row = storage.one<CallbackRow>(
        'SELECT * FROM callbacks WHERE lane = ? ORDER BY seq LIMIT 1',
        lane,
      )
      return (
        row && {
          seq: row.seq,
          eventId: row.event_id,
          lane: row.lane,
          // Written by enqueue, read by nobody else.
          event: JSON.parse(row.event) as InboundEvent,
          messageId: row.message_id,
          copies: row.copies,
          attempts: row.attempts,
        }
      )
    },
    lanes: (): string[] =>
      storage
        .all<{ lane: string }>('SELECT lane FROM callbacks GROUP BY lane ORDER BY min(seq)')
        .map((row) => row.lane),
    failed: (seq: number): number =>
      storage.run('UPDATE callbacks SET attempts = attempts + 1 WHERE seq = ?', seq),
    /** One copy was taken; after the last one the event is gone. */
    taken(callback: Callback): void {
      if (callback.copies > 1)
        storage.run('UPDATE callbacks SET copies = copies - 1 WHERE seq = ?', callback.seq)
      else storage.run('DELETE FROM callbacks WHERE seq = ?', callback.seq)
    },
    waiting: (): number => storage.one<{ n: number }>('SELECT count(*) AS n FROM callbacks')?.n ?? 0,
  }
}

export type CallbackBook = ReturnType<typeof createCallbacks>
