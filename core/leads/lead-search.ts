import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { both, countUpTo, rankedIds, type Condition, type RankedQuery } from '../db/ranked.js'
import { asDate, isSqlite, select } from '../db/sql.js'

interface SearchInput {
  actor: Actor
  /** Without wildcards. */
  words: string
  /** What the leads must fulfil besides: in few parts, and in parts that an index gives in their order. */
  wide: readonly Condition[]
  parts: readonly Condition[]
  ranked: Omit<RankedQuery, 'parts'>
  /** Counted exactly up to here. */
  most: number
}

/**
 * Leads whose name, company or number contains the words. No index answers that: the rows are read once, a million in
 * some tenths of a second. Few matches are put in order here, which spares a second reading; of many, the order's index
 * comes upon a page soon.
 */
export async function searchLeads(
  tx: EntityManager,
  { actor, words, wide, parts, ranked, most }: SearchInput,
) {
  const containing = contains(actor, words)
  const { column, after, limit } = ranked
  const found = await matchesOf(tx, { wide, containing, column, most: most + 1 })
  const total = { n: Math.min(found.length, most), exact: found.length <= most }
  if (!total.exact)
    return {
      ids: await rankedIds(tx, { ...ranked, parts: parts.map((part) => both(part, containing)) }),
      total,
    }
  const placed = found.map(({ id, place }) => ({ id, at: numberOf(place) }))
  const from = after && { id: after.id, at: numberOf(after.value) }
  const beyond = from ? placed.filter((one) => byRank(from, one) < 0) : placed
  return {
    ids: beyond
      .sort(byRank)
      .slice(0, limit)
      .map(({ id }) => id),
    total,
  }
}

/** From so many rows on, reading the whole table in its order is quicker than reaching for each. */
const manyRows = 20_000

async function matchesOf(
  tx: EntityManager,
  {
    wide,
    containing,
    column,
    most,
  }: { wide: readonly Condition[]; containing: Condition; column: string; most: number },
): Promise<Found[]> {
  const isMany = !(await countUpTo(tx, { table: 'leads', parts: wide, most: manyRows })).exact
  const wholeTable = isSqlite(tx) ? 'leads NOT INDEXED' : 'leads USE INDEX ()'
  const [table, parts] = isMany ? [wholeTable, [either(wide)]] : ['leads', wide]
  const found: Found[] = []
  for (const { sql, values } of parts.map((part) => both(part, containing))) {
    if (found.length >= most) break
    const some = `SELECT id, ${column} AS place FROM ${table} WHERE ${sql} LIMIT ${most - found.length}`
    found.push(...(await select<Found>(tx, some, values)))
  }
  return found
}

const either = (parts: readonly Condition[]): Condition => ({
  sql: `(${parts.map(({ sql }) => `(${sql})`).join(' OR ')})`,
  values: parts.flatMap(({ values }) => values),
})

interface Found {
  id: string
  place: number | string | Date
}

interface Placed {
  id: string
  at: number
}

const numberOf = (place: Found['place']): number =>
  typeof place === 'number' ? place : asDate(place).getTime()

const byRank = (a: Placed, b: Placed): number => b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

function contains(actor: Actor, words: string): Condition {
  const inText: Condition = { sql: 'name LIKE ? OR company LIKE ?', values: [`%${words}%`, `%${words}%`] }
  const digits = words.replace(/[\s-]/g, '')
  if (!/^\d{4,}$/.test(digits)) return { ...inText, sql: `(${inText.sql})` }
  const me = actor.kind === 'person' ? actor.personId : ''
  // The number of a lead that is only on offer is not shown, so it cannot be felt for by searching either.
  return {
    sql: `(${inText.sql} OR (phone LIKE ? AND (offeredToId IS NULL OR offeredToId <> ?)))`,
    values: [...inText.values, `%${digits}%`, me],
  }
}
