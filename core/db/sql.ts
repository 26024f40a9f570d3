import type { Tx } from './unit-of-work.js'

/** Plain SQL for hot paths and reports, the same text on both engines. Identifiers are camelCase and need no quotes. */

export type SqlValue = string | number | boolean | Date | null

/** Rows of a SELECT. Instants come back as the driver gives them: read them with `asDate`. */
export async function select<Row>(tx: Tx, sql: string, values: SqlValue[] = []): Promise<Row[]> {
  return tx.query<Row[]>(sql, bind(tx, values))
}

/** Runs an INSERT, UPDATE or DELETE and tells how many rows it touched. */
export async function execute(tx: Tx, sql: string, values: SqlValue[] = []): Promise<number> {
  const runner = tx.queryRunner
  if (!runner) throw new Error('writes need an open unit of work')
  const result: unknown = await runner.query(sql, bind(tx, values), true)
  const { affected } = result as { affected?: number }
  return affected ?? 0
}

/** Inserts rows of the same shape in one statement; rows whose unique key exists are left alone. */
export async function insertIgnore(tx: Tx, table: string, rows: Record<string, SqlValue>[]): Promise<number> {
  const [first] = rows
  if (!first) return 0
  const columns = Object.keys(first)
  const verb = isSqlite(tx) ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
  const marks = rows.map(() => `(${columns.map(() => '?').join(',')})`).join(',')
  const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null))
  return execute(tx, `${verb} INTO ${table} (${columns.join(',')}) VALUES ${marks}`, values)
}

/** `?, ?, ?` for an IN list. Callers guard the empty list: it is a syntax error on MySQL. */
export const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ')

export const asDate = (value: Date | string): Date =>
  value instanceof Date ? value : new Date(`${value.replace(' ', 'T')}Z`)
export const asOptionalDate = (value: Date | string | null): Date | null =>
  value === null ? null : asDate(value)

export const isSqlite = (tx: Tx): boolean => tx.connection.options.type === 'better-sqlite3'

function bind(tx: Tx, values: SqlValue[]): unknown[] {
  if (!isSqlite(tx)) return values
  return values.map((value) => {
    if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '')
    return typeof value === 'boolean' ? Number(value) : value
  })
}
