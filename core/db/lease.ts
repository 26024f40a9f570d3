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
  /** The claimer has other rows in hand: it takes none that must be worked on alone. */
  isBusy?: boolean
}

/** Whoever claimed a row was too slow: its lease ran out and somebody else has it. Their work on it is void. */
export class LeaseLost extends Error {}

/** A row under a lease. `wasHeld`: somebody had it and did not come to an end; they may be at it still. */
export interface LeasedRow {
  id: string
  wasHeld: boolean
}

export interface Claim {
  /** In the asked order. */
  rows: LeasedRow[]
  /** The one row taken was in the hands of processes that ended, twice or more: nothing is to be worked on beside it. */
  isAlone: boolean
  /** Rows that ended a process too often. They were not taken: the caller gives them up, in this unit. */
  dead: string[]
}

/** Once may be anybody's fault: a power cut takes all that is in hand. From here on a row is worked on alone. */
const suspectFrom = 2
/** After so many in a row nobody tries any more. */
export const mostInterruptions = 5

interface Found {
  id: string
  leaseHolder: string | null
  interruptions: number | string
}

/** Interruptions in a row, this one among them. */
const interruptionsOf = ({ leaseHolder, interruptions }: Found): number =>
  Number(interruptions) + (leaseHolder === null ? 0 : 1)

/**
 * Takes up to `limit` due rows under a lease. The conditional update decides; two claimers never share a row.
 *
 * A row whose lease was never ended by its holder is counted as interrupted. One that was twice in a row is taken alone
 * and after all others, so that whoever it ends takes nobody with it.
 */
export async function claimRows(tx: Tx, claim: LeaseClaim): Promise<Claim> {
  const { table, due, values, order, holder, now, leaseMs, limit, isBusy = false } = claim
  const free = `${due} AND (leaseUntil IS NULL OR leaseUntil <= ?)`
  const found = await select<Found>(
    tx,
    `SELECT id, leaseHolder, interruptions FROM ${table} WHERE ${free} ORDER BY ${order} LIMIT ?`,
    [...values, now, limit],
  )
  const dead = found.filter((row) => interruptionsOf(row) >= mostInterruptions && row.leaseHolder !== null)
  const alive = found.filter((row) => !dead.includes(row))
  const innocent = alive.filter((row) => interruptionsOf(row) < suspectFrom)
  const isAlone = innocent.length === 0 && alive.length > 0
  const wanted = isAlone ? (isBusy ? [] : alive.slice(0, 1)) : innocent
  const claimed = { isAlone: isAlone && wanted.length > 0, dead: dead.map(({ id }) => id) }
  if (wanted.length === 0) return { ...claimed, rows: [] }
  const rows = wanted.map(({ id, leaseHolder }) => ({ id, wasHeld: leaseHolder !== null }))
  const ids = rows.map(({ id }) => id)
  const taken = await execute(
    tx,
    // The count comes first: MySQL assigns from left to right.
    `UPDATE ${table} SET interruptions = interruptions + CASE WHEN leaseHolder IS NULL THEN 0 ELSE 1 END,
     leaseHolder = ?, leaseUntil = ? WHERE ${free} AND id IN (${marks(ids)})`,
    [holder, new Date(now.getTime() + leaseMs), ...values, now, ...ids],
  )
  if (taken === ids.length) return { ...claimed, rows }
  const mine = await select<{ id: string }>(
    tx,
    `SELECT id FROM ${table} WHERE leaseHolder = ? AND id IN (${marks(ids)})`,
    [holder, ...ids],
  )
  const held = new Set(mine.map(({ id }) => id))
  return { ...claimed, rows: rows.filter(({ id }) => held.has(id)) }
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
