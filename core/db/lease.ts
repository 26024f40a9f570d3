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

/** A row under a lease. `wasHeld`: somebody had it and did not come to an end; they may be at it still. */
export interface LeasedRow {
  id: string
  wasHeld: boolean
}

/**
 * Takes up to `limit` due rows under a lease. The conditional update decides; two claimers never share a row.
 *
 * @returns the rows taken, in the asked order.
 */
export async function claimRows(tx: Tx, claim: LeaseClaim): Promise<LeasedRow[]> {
  const { table, due, values, order, holder, now, leaseMs, limit } = claim
  const free = `${due} AND (leaseUntil IS NULL OR leaseUntil <= ?)`
  const found = await select<{ id: string; leaseHolder: string | null }>(
    tx,
    `SELECT id, leaseHolder FROM ${table} WHERE ${free} ORDER BY ${order} LIMIT ?`,
    [...values, now, limit],
  )
  if (found.length === 0) return []
  const rows = found.map(({ id, leaseHolder }) => ({ id, wasHeld: leaseHolder !== null }))
  const ids = rows.map(({ id }) => id)
  const taken = await execute(
    tx,
    `UPDATE ${table} SET leaseHolder = ?, leaseUntil = ? WHERE ${free} AND id IN (${marks(ids)})`,
    [holder, new Date(now.getTime() + leaseMs), ...values, now, ...ids],
  )
  if (taken === ids.length) return rows
  const mine = await select<{ id: string }>(
    tx,
    `SELECT id FROM ${table} WHERE leaseHolder = ? AND id IN (${marks(ids)})`,
    [holder, ...ids],
  )
  const held = new Set(mine.map(({ id }) => id))
  return rows.filter(({ id }) => held.has(id))
}

/**
 * Frees every lease: for the start of the only process on a database, when whoever held them is dead. Without it the
 * work of a process that died would lie until its leases run out. Their names stay: a row that still bears one is one
 * that somebody did not come to the end of.
 */
export async function freeLeases(tx: Tx): Promise<void> {
  for (const table of ['inbox', 'outbox', 'deliveries']) {
    await execute(tx, `UPDATE ${table} SET leaseUntil = NULL WHERE leaseUntil IS NOT NULL`)
  }
  // Those that name a day are marks of what is done.
  await execute(tx, "UPDATE leases SET holder = NULL, expiresAt = NULL WHERE name NOT LIKE '%@%'")
}
