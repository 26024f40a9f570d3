import type { SQLInputValue } from 'node:sqlite'
import { SqliteDatabase } from './sqlite-driver.js'
import type { Tx } from './unit-of-work.js'
import { settle, unitOf } from './unit-state.js'

/** Plain SQL for hot paths and reports, the same text on both engines. Identifiers are camelCase and need no quotes. */

export type SqlValue = string | number | boolean | Date | null

/** MariaDB takes packets of 16 MB by default; a statement stays well below. */
const mostCharacters = 2_000_000
const mostRows = 500

/** Rows of a SELECT. Instants come back as the driver gives them: read them with `asDate`. */
export async function select<Row>(tx: Tx, sql: string, values: SqlValue[] = []): Promise<Row[]> {
  const embedded = embeddedOf(tx)
  if (!embedded) return tx.query<Row[]>(sql, values)
  const unit = unitOf(tx)
  if (unit) await settle(unit, sql)
  return embedded.statement(sql).all(...bind(values)) as Row[]
}

/** Runs an INSERT, UPDATE or DELETE and tells how many rows it touched. */
export async function execute(tx: Tx, sql: string, values: SqlValue[] = []): Promise<number> {
  const unit = unitOf(tx)
  if (unit) await settle(unit, sql)
  return executeNow(tx, sql, values)
}

/** As `execute`, past rows that this unit has still to write. */
export async function executeNow(tx: Tx, sql: string, values: SqlValue[] = []): Promise<number> {
  const runner = tx.queryRunner
  if (!runner) throw new Error('writes need an open unit of work')
  const embedded = embeddedOf(tx)
  if (embedded) return Number(embedded.statement(sql).run(...bind(values)).changes)
  const query = unitOf(tx)?.query ?? runner.query.bind(runner)
  const { affected } = await query(sql, values, true)
  return affected ?? 0
}

/** Inserts rows of the same shape; rows whose unique key exists are left alone. @returns how many were new. */
export async function insertIgnore(tx: Tx, table: string, rows: Record<string, SqlValue>[]): Promise<number> {
  const [first] = rows
  if (!first) return 0
  const columns = Object.keys(first)
  const values = rows.map((row) => columns.map((column) => row[column] ?? null))
  const unit = unitOf(tx)
  if (unit) await settle(unit, table)
  return insertValues(tx, { table, columns, ignore: true }, values)
}

/**
 * Inserts rows given as values in the order of `columns`: many in one statement on MySQL; one prepared statement run
 * for each on SQLite, where a statement costs no way there and back.
 */
export async function insertValues(
  tx: Tx,
  { table, columns, ignore = false }: { table: string; columns: string[]; ignore?: boolean },
  rows: SqlValue[][],
): Promise<number> {
  const names = columns.map((column) => `\`${column}\``).join(',')
  const tuple = `(${columns.map(() => '?').join(',')})`
  const embedded = embeddedOf(tx)
  let added = 0
  if (embedded) {
    const insert = embedded.statement(
      `INSERT ${ignore ? 'OR IGNORE ' : ''}INTO ${table} (${names}) VALUES ${tuple}`,
    )
    for (const row of rows) added += Number(insert.run(...bind(row)).changes)
    return added
  }
  const head = `INSERT ${ignore ? 'IGNORE ' : ''}INTO ${table} (${names}) VALUES `
  for (const slice of slices(rows)) {
    added += await executeNow(tx, head + slice.map(() => tuple).join(','), slice.flat())
  }
  return added
}

function* slices(rows: SqlValue[][]): Generator<SqlValue[][]> {
  let slice: SqlValue[][] = []
  let characters = 0
  for (const row of rows) {
    const length = row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
    if (slice.length > 0 && (slice.length >= mostRows || characters + length > mostCharacters)) {
      yield slice
      slice = []
      characters = 0
    }
    slice.push(row)
    characters += length
  }
  if (slice.length > 0) yield slice
}

/** `?, ?, ?` for an IN list. Callers guard the empty list: it is a syntax error on MySQL. */
export const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ')

export const asDate = (value: Date | string): Date =>
  value instanceof Date ? value : new Date(`${value.replace(' ', 'T')}Z`)
export const asOptionalDate = (value: Date | string | null): Date | null =>
  value === null ? null : asDate(value)

export const isSqlite = (tx: Tx): boolean => tx.connection.options.type === 'better-sqlite3'

/** The embedded database behind `tx`: it is asked directly, TypeORM's way there costs more than the answer. */
function embeddedOf(tx: Tx): SqliteDatabase | null {
  if (!isSqlite(tx)) return null
  const { driver } = tx.connection
  const opened: unknown = 'databaseConnection' in driver ? driver.databaseConnection : null
  return opened instanceof SqliteDatabase ? opened : null
}

/** Instants as TypeORM stores them on SQLite, so that they compare as text. */
function bind(values: SqlValue[]): SQLInputValue[] {
  return values.map((value) => {
    if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '')
    return typeof value === 'boolean' ? Number(value) : value
  })
}
