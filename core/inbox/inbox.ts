import { EntitySchema, In, type EntityManager } from 'typeorm'
import { backoffMs } from '../db/backoff.js'
import * as column from '../db/columns.js'
import { claimRows } from '../db/lease.js'
import { updateRows } from '../db/rows.js'
import { execute, insertIgnore, select } from '../db/sql.js'
import type { Tx, UnitOfWork } from '../db/unit-of-work.js'
import { faultPoint } from '../fault-points.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'

/** An event that was acknowledged: it is here until it has had its effect, once. `(channel, eventId)` is unique. */
export interface InboxRow {
  id: string
  /** A platform, or `form:<key>`. */
  channel: string
  eventId: string
  /** The decoded event as JSON, as the channel handed it over. */
  body: string
  receivedAt: Date
  state: 'received' | 'done' | 'dead'
  attempts: number
  workAt: Date | null
  leaseHolder: string | null
  leaseUntil: Date | null
  lastError: string | null
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
    lastError: column.optionalWord(500),
    result: column.optionalDocument(),
  },
  indices: [
    { name: 'inbox_event', columns: ['channel', 'eventId'], unique: true },
    { name: 'inbox_work', columns: ['workAt'] },
  ],
})

/** After this many tries an event is dead: it stays in the table, visible, until somebody retries it. */
export const mostAttempts = 8
const leaseMs = 30_000

export interface Accepted {
  id: string
  /** False for a repeat: the first one's row is named. */
  isNew: boolean
}

interface Waiting {
  row: Pick<InboxRow, 'id' | 'channel' | 'eventId' | 'body' | 'receivedAt'>
  resolve: (accepted: Accepted) => void
  reject: (error: unknown) => void
}

export type Inbox = ReturnType<typeof createInbox>

export function createInbox({ clock, ids, work }: { clock: Clock; ids: Ids; work: UnitOfWork }) {
  /** Under this name the process holds what it stored and works on at once. */
  const holder = ids.next()
  const waiting: Waiting[] = []
  let flushing = false

  /** Arrivals while a commit is under way share the next one: one disk flush for all of them. */
  async function flush(): Promise<void> {
    flushing = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 200)
      try {
        const accepted = await work.write((tx) => insertBatch(tx, batch))
        faultPoint('inbox.after-commit')
        for (const [index, entry] of batch.entries())
          entry.resolve(accepted[index] ?? { id: entry.row.id, isNew: true })
      } catch (error) {
        for (const entry of batch) entry.reject(error)
      }
    }
    flushing = false
  }

  return {
    /**
     * Stores an event durably. Resolves after the commit: only then may it be acknowledged. The caller holds a lease on
     * a new row and is expected to work on it at once; if it does not come to that, the sweeper does.
     */
    accept(input: { channel: string; eventId: string; body: string }): Promise<Accepted> {
      return new Promise((resolve, reject) => {
        const row = {
          id: ids.next(),
          receivedAt: clock.now(),
          ...input,
          eventId: input.eventId.slice(0, 128),
        }
        waiting.push({ row, resolve, reject })
        // A turn of the loop lets a burst gather; the promise is settled through the entries.
        if (!flushing) {
          flushing = true
          setImmediate(() => void flush())
        }
      })
    },

    /** Takes events that nobody is working on. @returns their ids, oldest first. */
    async claim(tx: Tx, input: { holder: string; limit: number }): Promise<string[]> {
      const now = clock.now()
      return claimRows(tx, {
        table: 'inbox',
        due: 'workAt <= ?',
        values: [now],
        order: 'workAt, id',
        now,
        leaseMs,
        ...input,
      })
    },

    /** Hands back what this process stored and has not come to: another one takes it at its next look. */
    handBack(tx: Tx): Promise<number> {
      return execute(
        tx,
        "UPDATE inbox SET leaseHolder = NULL, leaseUntil = NULL WHERE leaseHolder = ? AND state = 'received'",
        [holder],
      )
    },

    async load(tx: EntityManager, rowIds: string[]): Promise<InboxRow[]> {
      if (rowIds.length === 0) return []
      return tx
        .getRepository(InboxEntity)
        .find({ where: { id: In(rowIds) }, order: { receivedAt: 'ASC', id: 'ASC' } })
    },

    /**
     * Marks an event as done, in the same unit as its effect.
     *
     * @returns false when it was done already: the caller must undo what it did in this unit.
     */
    async finish(tx: Tx, id: string, result?: unknown): Promise<boolean> {
      const done = {
        state: 'done' as const,
        workAt: null,
        leaseHolder: null,
        leaseUntil: null,
        result: result ?? null,
      }
      return (await updateRows(tx, InboxEntity, { id, state: 'received' }, done)) === 1
    },

    /** After a failure: tried again later, or dead after `mostAttempts`; dead ones stay visible and can be retried. */
    async fail(tx: Tx, row: Pick<InboxRow, 'id' | 'attempts'>, error: string): Promise<'later' | 'dead'> {
      const attempts = row.attempts + 1
      const dead = attempts >= mostAttempts
      await updateRows(
        tx,
        InboxEntity,
        { id: row.id, state: 'received' },
        {
          state: dead ? 'dead' : 'received',
          attempts,
          workAt: dead ? null : new Date(clock.now().getTime() + backoffMs(attempts)),
          leaseHolder: null,
          leaseUntil: null,
          lastError: error.slice(0, 500),
        },
      )
      return dead ? 'dead' : 'later'
    },

    async depth(tx: EntityManager): Promise<{ received: number; dead: number }> {
      const rows = await select<{ state: string; n: number | string }>(
        tx,
        "SELECT state, COUNT(*) AS n FROM inbox WHERE state <> 'done' GROUP BY state",
      )
      const of = (state: string) => Number(rows.find((row) => row.state === state)?.n ?? 0)
      return { received: of('received'), dead: of('dead') }
    },
  }

  async function insertBatch(tx: Tx, batch: Waiting[]): Promise<Accepted[]> {
    const now = clock.now()
    const lease = { leaseHolder: holder, leaseUntil: new Date(now.getTime() + leaseMs) }
    const rows = batch.map(({ row }) => ({
      ...row,
      state: 'received',
      attempts: 0,
      workAt: row.receivedAt,
      ...lease,
      lastError: null,
      result: null,
    }))
    const inserted = await insertIgnore(tx, 'inbox', rows)
    faultPoint('inbox.before-commit')
    if (inserted === rows.length) return batch.map(({ row }) => ({ id: row.id, isNew: true }))
    const found = await tx.getRepository(InboxEntity).find({
      where: batch.map(({ row }) => ({ channel: row.channel, eventId: row.eventId })),
      select: { id: true, channel: true, eventId: true },
    })
    const idOf = new Map(found.map((row) => [`${row.channel} ${row.eventId}`, row.id]))
    return batch.map(({ row }) => {
      const id = idOf.get(`${row.channel} ${row.eventId}`) ?? row.id
      return { id, isNew: id === row.id }
    })
  }
}
