import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'
import { insertLater } from '../db/rows.js'
import { mostInterruptions } from '../db/lease.js'
import { execute, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { backoffMs } from '../db/backoff.js'
import { ChangeEntity, type Change } from './change.js'

/** Who must still react to a change. Written with the change, deleted when done: a cursor over ids would miss commits. */
export interface OutboxRow {
  changeId: string
  consumer: string
  dueAt: Date
  leaseHolder: string | null
  leaseUntil: Date | null
  attempts: number
  lastError: string | null
}

export const OutboxEntity = new EntitySchema<OutboxRow>({
  name: 'outbox',
  tableName: 'outbox',
  columns: {
    changeId: { ...column.ref(), primary: true },
    consumer: { ...column.word(24), primary: true },
    dueAt: column.instant(),
    leaseHolder: column.optionalRef(),
    leaseUntil: column.optionalInstant(),
    attempts: column.count(),
    lastError: column.optionalWord(500),
  },
  indices: [{ name: 'outbox_due', columns: ['consumer', 'dueAt'] }],
})

export interface ClaimInput {
  consumer: string
  holder: string
  now: Date
  leaseMs: number
  limit: number
}

/** Adds one row per interested consumer. */
export async function addToOutbox(tx: Tx, change: Change, consumers: string[]): Promise<void> {
  const row: Omit<OutboxRow, 'consumer'> = {
    changeId: change.id,
    dueAt: change.at,
    leaseHolder: null,
    leaseUntil: null,
    attempts: 0,
    lastError: null,
  }
  await insertLater(
    tx,
    OutboxEntity,
    consumers.map((consumer) => ({ ...row, consumer })),
  )
}

/** Twice may be anybody's fault: a reaction that was begun so often and not finished is worked on alone. */
const suspectFrom = 2
const interrupted = 'interrupted'

/**
 * Takes due rows for one consumer under a lease; rows whose lease ran out are due again. One that whoever began it did
 * not survive comes after the others and alone; after five times in a row it waits as after a failure.
 *
 * @returns the changes to react to with the number of tries so far, oldest first.
 */
export async function claimOutbox(
  tx: Tx,
  input: ClaimInput,
): Promise<{ change: Change; attempts: number }[]> {
  const { consumer, holder, now, leaseMs, limit } = input
  const free = 'consumer = ? AND dueAt <= ? AND (leaseUntil IS NULL OR leaseUntil <= ?)'
  const found = await select<FoundRow>(
    tx,
    `SELECT changeId, attempts, leaseHolder, lastError FROM outbox WHERE ${free} ORDER BY dueAt, changeId LIMIT ?`,
    [consumer, now, now, limit],
  )
  const poison = found.filter(
    ({ leaseHolder, attempts }) => leaseHolder !== null && Number(attempts) >= mostInterruptions,
  )
  for (const { changeId, leaseHolder, attempts } of poison)
    await delayOutbox(tx, consumer, changeId, {
      ...{ now, attempts: Number(attempts), error: interrupted, holder: leaseHolder ?? '' },
    })
  const due = found.filter((row) => !poison.includes(row))
  const innocent = due.filter((row) => !isSuspect(row))
  const ids = (innocent.length > 0 ? innocent : due.slice(0, 1)).map((row) => row.changeId)
  if (ids.length === 0) return []
  const until = new Date(now.getTime() + leaseMs)
  await execute(
    tx,
    `UPDATE outbox SET leaseHolder = ?, leaseUntil = ?, attempts = attempts + 1 WHERE ${free} AND changeId IN (${marks(ids)})`,
    [holder, until, consumer, now, now, ...ids],
  )
  const mine = await select<{ changeId: string; attempts: number }>(
    tx,
    `SELECT changeId, attempts FROM outbox WHERE consumer = ? AND leaseHolder = ? AND changeId IN (${marks(ids)}) ORDER BY dueAt, changeId`,
    [consumer, holder, ...ids],
  )
  if (mine.length === 0) return []
  const changes = await tx
    .getRepository(ChangeEntity)
    .createQueryBuilder('change')
    .whereInIds(mine.map((row) => row.changeId))
    .getMany()
  const byId = new Map(changes.map((change) => [change.id, change]))
  return mine.flatMap(({ changeId, attempts }) => {
    const change = byId.get(changeId)
    return change ? [{ change, attempts }] : []
  })
}

interface FoundRow {
  changeId: string
  attempts: number | string
  leaseHolder: string | null
  lastError: string | null
}

const isSuspect = ({ attempts, leaseHolder, lastError }: FoundRow): boolean =>
  Number(attempts) >= suspectFrom && (leaseHolder !== null || lastError === interrupted)

/** Finishes a claimed row, in the same unit as its effect. False when the lease was lost: the effect must be undone. */
export async function finishOutbox(
  tx: Tx,
  consumer: string,
  changeId: string,
  holder: string,
): Promise<boolean> {
  const gone = await execute(
    tx,
    'DELETE FROM outbox WHERE consumer = ? AND changeId = ? AND leaseHolder = ?',
    [consumer, changeId, holder],
  )
  return gone === 1
}

/** As `finishOutbox` for many. False when the lease of any was lost. */
export async function finishAllOutbox(
  tx: Tx,
  consumer: string,
  changeIds: readonly string[],
  holder: string,
): Promise<boolean> {
  if (changeIds.length === 0) return true
  const gone = await execute(
    tx,
    `DELETE FROM outbox WHERE consumer = ? AND leaseHolder = ? AND changeId IN (${marks(changeIds)})`,
    [consumer, holder, ...changeIds],
  )
  return gone === changeIds.length
}

/**
 * Puts a row back after a failure; it is tried again later, and never dropped. One that somebody else holds by now, as
 * our lease ran out, is theirs.
 */
export async function delayOutbox(
  tx: Tx,
  consumer: string,
  changeId: string,
  input: { now: Date; attempts: number; error: string; holder: string },
) {
  const dueAt = new Date(input.now.getTime() + backoffMs(input.attempts))
  await execute(
    tx,
    `UPDATE outbox SET dueAt = ?, leaseHolder = NULL, leaseUntil = NULL, lastError = ?
     WHERE consumer = ? AND changeId = ? AND leaseHolder = ?`,
    [dueAt, input.error.slice(0, 500), consumer, changeId, input.holder],
  )
}

/** How many reactions are waiting. */
export async function outboxDepth(tx: Tx): Promise<number> {
  const [row] = await select<{ n: number | string }>(tx, 'SELECT COUNT(*) AS n FROM outbox')
  return Number(row?.n ?? 0)
}
