import type { EntityManager, QueryRunner } from 'typeorm'
import { loadTogether } from './gather.js'

/**
 * What an open unit of work carries beside its statements: rows that it has still to write, and what it has read.
 *
 * Many small statements cost more than the work behind them, so append-only rows wait and go out together. Nobody can
 * see the difference: they are written before any statement of the unit that names their table, and before the commit.
 */
export interface UnitState {
  /** Run after the commit. */
  hooks: (() => void)[]
  /** By what it is: writes what waits for a table. */
  pending: Map<string, { table: string; write: () => Promise<void> }>
  /** Rows waiting to be inserted, by table. */
  rows: Map<string, object[]>
  /** By table: what was read from it, until this unit writes there. */
  memory: Map<string, Map<string, unknown>>
  /** Ids of subjects that this unit made: nobody else knows them yet. */
  made: Set<string>
  /** The driver's own way in, past the look at what is pending. */
  query: QueryRunner['query']
  flushing: Promise<void> | null
  /** A write that was put off and failed: the unit cannot be committed, whoever caught the error. */
  failed: { error: unknown } | null
}

const units = new WeakMap<QueryRunner, UnitState>()
const originals = new WeakMap<QueryRunner, QueryRunner['query']>()

/** The state of the unit that `tx` is open in; null where a caller has none (a read, a migration). */
export const unitOf = (tx: EntityManager): UnitState | null =>
  (tx.queryRunner && units.get(tx.queryRunner)) ?? null

export function openUnit(tx: EntityManager, hooks: (() => void)[]): UnitState {
  const runner = tx.queryRunner
  if (!runner) throw new Error('a unit of work needs a connection of its own')
  const unit: UnitState = {
    hooks,
    pending: new Map(),
    rows: new Map(),
    memory: new Map(),
    made: new Set(),
    query: watch(runner),
    flushing: null,
    failed: null,
  }
  units.set(runner, unit)
  return unit
}

export function closeUnit(tx: EntityManager): void {
  if (tx.queryRunner) units.delete(tx.queryRunner)
}

/**
 * Has `write` run before any later statement of this unit that names `table`, at the latest before the commit.
 *
 * @param what - tells several such writes to one table apart; of each the first one waits.
 */
export function writeLater(unit: UnitState, table: string, write: () => Promise<void>, what = table): void {
  if (!unit.pending.has(what)) unit.pending.set(what, { table, write })
}

/**
 * Reads once in a unit what it needs many times. What is kept is forgotten when the unit writes to `table`, and with
 * the unit: no other process can make it untrue for longer than a transaction would see it anyway.
 */
export async function readOnce<T>(
  tx: EntityManager,
  table: string,
  key: string,
  load: () => Promise<T>,
): Promise<T> {
  // Outside a unit nothing is kept, but who asks at the same moment is answered together.
  if (!tx.queryRunner) return loadTogether(tx, `${table} ${key}`, load)
  const kept = unitOf(tx)?.memory.get(table)
  if (kept?.has(key)) return kept.get(key) as T
  const loaded = await load()
  memoryOf(tx, table)?.set(key, loaded)
  return loaded
}

/** What this unit keeps of a table, under names of the caller's choice; null outside a unit. See `readOnce`. */
export function memoryOf(tx: EntityManager, table: string): Map<string, unknown> | null {
  const unit = unitOf(tx)
  if (!unit) return null
  const memory = unit.memory.get(table) ?? new Map<string, unknown>()
  unit.memory.set(table, memory)
  return memory
}

/** Notes that this unit made the subject: what can only exist for older ones need not be looked for. */
export function noteMade(tx: EntityManager, id: string): void {
  unitOf(tx)?.made.add(id)
}

export const isMadeHere = (tx: EntityManager, id: string): boolean => unitOf(tx)?.made.has(id) ?? false

/** Writes what waits for the tables that `sql` names; all of it without `sql`. Called for every statement. */
export async function settle(unit: UnitState, sql?: string): Promise<void> {
  // Others that waited as well may have begun the next one by the time it is our turn.
  while (unit.flushing) await unit.flushing
  if (sql !== undefined && unit.memory.size > 0 && !/^\s*select\b/i.test(sql)) {
    for (const table of unit.memory.keys()) if (sql.includes(table)) unit.memory.delete(table)
  }
  if (sql === undefined && unit.failed) throw unit.failed.error
  if (unit.pending.size === 0) return
  const due = [...unit.pending].filter(([, { table }]) => sql === undefined || sql.includes(table))
  if (due.length === 0) return
  for (const [what] of due) unit.pending.delete(what)
  unit.flushing = (async () => {
    for (const [, { write }] of due) await write()
  })()
  try {
    await unit.flushing
  } catch (error) {
    unit.failed = { error }
    throw error
  } finally {
    unit.flushing = null
  }
}

/** Puts the look at what is pending before every statement that TypeORM sends on this connection. */
function watch(runner: QueryRunner): QueryRunner['query'] {
  const known = originals.get(runner)
  if (known) return known
  const original = runner.query.bind(runner) as QueryRunner['query']
  originals.set(runner, original)
  runner.query = (async (...args: Parameters<QueryRunner['query']>) => {
    const unit = units.get(runner)
    if (unit) await settle(unit, args[0])
    return original(...args)
  }) as QueryRunner['query']
  return original
}
