import { In, type EntityManager } from 'typeorm'
import type { Changes } from '../changes/changes.js'
import { backoffMs } from '../db/backoff.js'
import { claimRows } from '../db/lease.js'
import { insertRows, updateRows } from '../db/rows.js'
import { execute, marks, select } from '../db/sql.js'
import type { Tx, UnitOfWork } from '../db/unit-of-work.js'
import { faultPoint } from '../fault-points.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { createInboxCare } from './care.js'
import { InboxEntity, type InboxRow } from './inbox-row.js'
import { heldUp, layBack, type Ordered } from './order.js'
import { createWaitingList } from './waiting-list.js'

export { InboxEntity, type InboxRow } from './inbox-row.js'
export { InboxFullError } from './waiting-list.js'

/** After this many tries an event is dead: it stays in the table, visible, until somebody retries it. */
export const mostAttempts = 8
const leaseMs = 30_000

export interface Accepted {
  id: string
  /** False for a repeat: the first one's row is named. */
  isNew: boolean
}

export interface NewEvent {
  /** A platform, or `form:<key>`. */
  channel: string
  eventId: string
  body: string
  /** Names who sent it, where their events must be worked on in their order; at most 100 characters of it count. */
  sender?: string
  /** False: the caller will not come to it itself, whoever is free may take it at once. */
  hold?: boolean
}

/** Bounds of what waits for its commit: some seconds of a full database, and memory that a small machine has. */
const bounds = {
  mostEntries: 5000,
  mostBytes: 32 * 1024 * 1024,
  batchEntries: 400,
  batchBytes: 2 * 1024 * 1024,
}

export type Inbox = ReturnType<typeof createInbox>

export function createInbox({
  clock,
  ids,
  changes,
  work,
}: {
  clock: Clock
  ids: Ids
  changes: Changes
  work: UnitOfWork
}) {
  /** Under this name the process holds what it stored and works on at once. */
  const holder = ids.next()
  const waiting = createWaitingList(async (rows: NewRow[]) => {
    const accepted = await work.write((tx) => insertBatch(tx, rows))
    faultPoint('inbox.after-commit')
    return accepted
  }, bounds)

  return {
    /**
     * Stores an event durably. Resolves after the commit: only then may it be acknowledged. The caller holds a lease on
     * a new row and is expected to work on it at once; if it does not come to that, the sweeper does.
     */
    accept({ channel, eventId, body, sender, hold = true }: NewEvent): Promise<Accepted> {
      const row: NewRow = {
        id: ids.next(),
        channel,
        eventId: eventId.slice(0, 128),
        body,
        receivedAt: clock.now(),
        openSender: sender === undefined ? null : `${channel} ${sender.slice(0, 100)}`,
        hold,
      }
      return waiting.add(row, body.length)
    },

    /** True when nothing more is taken for the moment: a way in can say so before it reads a body. */
    isFull: waiting.isFull,
    waiting: waiting.size,
    ...createInboxCare({ clock, changes }),

    /** Which events of a batch must wait for an earlier one of the same sender; see `order.ts`. */
    heldUp: (tx: EntityManager, batch: readonly Ordered[]) => heldUp(tx, batch),

    /** Lays events back that must wait. */
    layBack: (tx: Tx, rowIds: readonly string[]) => layBack(tx, rowIds, clock.now()),

    /**
     * Takes events that nobody is working on. One that has ended processes comes alone; after too many of them it is
     * given up.
     *
     * @returns their ids, oldest first. `isAlone`: nothing is to be worked on beside it.
     */
    async claim(
      tx: Tx,
      input: { holder: string; limit: number },
    ): Promise<{ ids: string[]; isAlone: boolean }> {
      const now = clock.now()
      const { rows, isAlone, dead } = await claimRows(tx, {
        table: 'inbox',
        due: 'workAt <= ?',
        values: [now],
        order: 'workAt, id',
        now,
        leaseMs,
        ...input,
      })
      if (dead.length > 0) await updateRows(tx, InboxEntity, { id: In(dead), state: 'received' }, givenUp)
      return { ids: rows.map(({ id }) => id), isAlone }
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
     * Events in their order, up to a sum of body lengths; at least one.
     *
     * @returns the rows, and the ids of those that were left out. Ids that name nothing are in neither.
     */
    async loadUpTo(
      tx: EntityManager,
      rowIds: readonly string[],
      mostCharacters: number,
    ): Promise<{ rows: InboxRow[]; left: string[] }> {
      if (rowIds.length === 0) return { rows: [], left: [] }
      const sizes = await select<{ id: string; size: number }>(
        tx,
        `SELECT id, LENGTH(body) AS size FROM inbox WHERE id IN (${marks(rowIds)}) ORDER BY receivedAt, id`,
        [...rowIds],
      )
      let sum = 0
      const fits = sizes.findIndex(({ size }, i) => (sum += Number(size)) > mostCharacters && i > 0)
      const cut = fits < 0 ? sizes.length : fits
      return {
        rows: await this.load(
          tx,
          sizes.slice(0, cut).map(({ id }) => id),
        ),
        left: sizes.slice(cut).map(({ id }) => id),
      }
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
        openSender: null,
        result: result ?? null,
      }
      return (await updateRows(tx, InboxEntity, { id, state: 'received' }, done)) === 1
    },

    /** As `finish` for many. @returns false when one of them was done already. */
    async finishAll(tx: Tx, rowIds: readonly string[]): Promise<boolean> {
      if (rowIds.length === 0) return true
      const done = await execute(
        tx,
        `UPDATE inbox SET state = 'done', workAt = NULL, leaseHolder = NULL, leaseUntil = NULL, openSender = NULL
         WHERE state = 'received' AND id IN (${marks(rowIds)})`,
        [...rowIds],
      )
      return done === rowIds.length
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
          interruptions: 0,
          lastError: error.slice(0, 500),
          ...(dead ? { openSender: null } : {}),
        },
      )
      return dead ? 'dead' : 'later'
    },

    async depth(tx: EntityManager): Promise<{ received: number; dead: number }> {
      const rows = await select<{ state: string; n: number | string }>(
        tx,
        "SELECT state, COUNT(*) AS n FROM inbox WHERE state IN ('received', 'dead') GROUP BY state",
      )
      const of = (state: string) => Number(rows.find((row) => row.state === state)?.n ?? 0)
      return { received: of('received'), dead: of('dead') }
    },
  }

  async function insertBatch(tx: Tx, batch: NewRow[]): Promise<Accepted[]> {
    const leaseUntil = new Date(clock.now().getTime() + leaseMs)
    const added = await insertRows(
      tx,
      InboxEntity,
      batch.map(({ hold, ...row }) => ({
        ...row,
        state: 'received' as const,
        attempts: 0,
        workAt: row.receivedAt,
        leaseHolder: hold ? holder : null,
        leaseUntil: hold ? leaseUntil : null,
        interruptions: 0,
        lastError: null,
        result: null,
      })),
      { ignore: true },
    )
    faultPoint('inbox.before-commit')
    if (added === batch.length) return batch.map(({ id }) => ({ id, isNew: true }))
    const found = await tx.getRepository(InboxEntity).find({
      where: batch.map(({ channel, eventId }) => ({ channel, eventId })),
      select: { id: true, channel: true, eventId: true },
    })
    const idOf = new Map(found.map((row) => [`${row.channel} ${row.eventId}`, row.id]))
    return batch.map((row) => {
      const id = idOf.get(`${row.channel} ${row.eventId}`) ?? row.id
      return { id, isNew: id === row.id }
    })
  }
}

/** It has ended every process that worked on it. */
const givenUp = {
  state: 'dead' as const,
  workAt: null,
  leaseHolder: null,
  leaseUntil: null,
  interruptions: 0,
  openSender: null,
  lastError: 'interrupted',
}

type NewRow = Pick<InboxRow, 'id' | 'channel' | 'eventId' | 'body' | 'receivedAt' | 'openSender'> & {
  hold: boolean
}
