import { select, type SqlValue } from './sql.js'
import type { Tx } from './unit-of-work.js'

/** A condition in plain SQL, the same on both engines. */
export interface Condition {
  sql: string
  values: SqlValue[]
  /** Few rows fulfil it, by an index of its own: they are sorted. Asked for an order, SQLite would walk the whole order's. */
  few?: boolean
}

/** What `a` says and what `b` says; how many fulfil it is told by `a`. */
export const both = (a: Condition, b: Condition): Condition => ({
  ...a,
  sql: `${a.sql} AND ${b.sql}`,
  values: [...a.values, ...b.values],
})

/** The row after which a page begins. */
export interface Place {
  value: Date | number | string
  id: string
}

export interface RankedQuery {
  table: string
  /** By which the rows stand, largest first; of equal ones the latest id first. */
  column: string
  /**
   * What the rows must fulfil, taken apart so that no row fulfils two and an index that ends with `column, id` answers
   * each. A planner that is given one condition with OR in it reads and sorts everything that fits.
   */
  parts: readonly Condition[]
  after: Place | null
  limit: number
}

/** SQLite joins at most 500 SELECTs. */
const mostParts = 400

interface Ranked {
  id: string
  place: Date | number | string
}

/** Ids of the first rows of all parts together: the first of each, merged. */
export async function rankedIds(tx: Tx, query: RankedQuery): Promise<string[]> {
  const rows: Ranked[] = []
  for (let from = 0; from < query.parts.length; from += mostParts)
    rows.push(...(await firstOf(tx, { ...query, parts: query.parts.slice(from, from + mostParts) })))
  if (query.parts.length > mostParts) rows.sort(byRank)
  return rows.slice(0, query.limit).map(({ id }) => id)
}

async function firstOf(tx: Tx, { table, column, parts, after, limit }: RankedQuery): Promise<Ranked[]> {
  // The bare bound is what an index can begin at; the rest parts those that stand level with the place.
  const beyond: Condition = after
    ? {
        sql: ` AND ${column} <= ? AND (${column} < ? OR id < ?)`,
        values: [after.value, after.value, after.id],
      }
    : { sql: '', values: [] }
  const first = ` ORDER BY ${column} DESC, id DESC LIMIT ${limit}`
  const branches = parts.map(
    ({ sql, few }, i) =>
      `SELECT * FROM (SELECT id, ${column} AS place FROM ${table} WHERE ${sql}${beyond.sql}${few ? '' : first}) p${i}`,
  )
  return select<Ranked>(
    tx,
    `SELECT id, place FROM (${branches.join(' UNION ALL ')}) found ORDER BY place DESC, id DESC LIMIT ${limit}`,
    parts.flatMap(({ values }) => [...values, ...beyond.values]),
  )
}

const byRank = (a: Ranked, b: Ranked): number =>
  a.place < b.place ? 1 : a.place > b.place ? -1 : a.id < b.id ? 1 : -1

/** How many rows fulfil one of the parts, of which no row fulfils two; counting ends beyond `most`. */
export async function countUpTo(
  tx: Tx,
  { table, parts, most }: { table: string; parts: readonly Condition[]; most: number },
): Promise<{ n: number; exact: boolean }> {
  if (parts.length === 0) return { n: 0, exact: true }
  const branches = parts.map(
    ({ sql }, i) => `SELECT * FROM (SELECT 1 AS one FROM ${table} WHERE ${sql} LIMIT ${most + 1}) p${i}`,
  )
  const [found] = await select<{ n: number | string }>(
    tx,
    `SELECT COUNT(*) AS n FROM (${branches.join(' UNION ALL ')}) found`,
    parts.flatMap(({ values }) => values),
  )
  const n = Number(found?.n ?? 0)
  return { n: Math.min(n, most), exact: n <= most }
}
