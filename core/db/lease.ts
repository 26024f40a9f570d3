import { execute, marks, select, type SqlValue } from './sql.js'
import type { Tx } from './unit-of-work.js'

/** Claims of rows by whoever gets there first, with an end, so that a dead process holds nothing for ever. */
export interface LeaseClaim {
  table: 'inbox' | 'deliveries'
  /** Condition of the rows that want work, with `?` marks, e.g. `workAt <= ?`. */
  due: string
  values: SqlValue[]
  order: string
  holder: string
  now: Date
  leaseMs: number
  limit: number
}

/** Whoever claimed a row was too slow: its lease ran out and somebody else has it. Their work on it is void. */
export class LeaseLost extends Error {}

/**
 * Takes up to `limit` due rows under a lease. The conditional update decides; two claimers never share a row.
 *
 * @returns the ids taken, in the asked order.
 */
export async function claimRows(tx: Tx, claim: LeaseClaim): Promise<string[]> {
  const { table, due, values, order, holder, now, leaseMs, limit } = claim
  const free = `${due} AND (leaseUntil IS NULL OR leaseUntil <= ?)`
  const found = await select<{ id: string }>(
    tx,
    `SELECT id FROM ${table} WHERE ${free} ORDER BY ${order} LIMIT ?`,
    [...values, now, limit],
  )
  if (found.length === 0) return []
  const ids = found.map((row) => row.id)
  const taken = await execute(
    tx,
    `UPDATE ${table} SET leaseHolder = ?, leaseUntil = ? WHERE ${free} AND id IN (${marks(ids)})`,
    [holder, new Date(now.getTime() + leaseMs), ...values, now, ...ids],
  )
  if (taken === ids.length) return ids
  const mine = await select<{ id: string }>(
    tx,
    `SELECT id FROM ${table} WHERE leaseHolder = ? AND id IN (${marks(ids)}) ORDER BY ${order}`,
    [holder, ...ids],
  )
  return mine.map((row) => row.id)
}

/**
 * Frees every lease: for the start of the only process on a database, when whoever held them is dead. Without it the
 * work of a process that died would lie until its leases run out.
 */
export async function freeLeases(tx: Tx): Promise<void> {
  for (const table of ['inbox', 'outbox', 'deliveries']) {
    await execute(
      tx,
      `UPDATE ${table} SET leaseHolder = NULL, leaseUntil = NULL WHERE leaseUntil IS NOT NULL`,
    )
  }
  // Those that name a day are marks of what is done.
  await execute(tx, "UPDATE leases SET holder = NULL, expiresAt = NULL WHERE name NOT LIKE '%@%'")
}
