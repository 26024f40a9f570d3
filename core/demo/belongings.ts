import { marks, select, type SqlValue } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { outsiders } from './company.js'

/** Ids of everything that belongs to the demo, by what it is. */
export interface Belongings {
  people: string[]
  departments: string[]
  regions: string[]
  lines: string[]
  leads: string[]
  customers: string[]
  deals: string[]
  followUps: string[]
  tasks: string[]
  files: string[]
}

/**
 * Finds what belongs to the demo: what it made, what its customers wrote in the sandbox since, and what hangs on
 * either. Everything else is real, whoever of the demo's people has it in hand.
 */
export async function findBelongings(tx: Tx): Promise<Belongings> {
  const people = await marked(tx, 'people')
  const accounts = outsiders.map(({ key }) => `account:sandbox:${key}`)
  const leads = union(
    await marked(tx, 'leads'),
    await among(
      tx,
      "SELECT subjectId AS id FROM dedupe_keys WHERE subjectType = 'lead' AND dedupeKey IN",
      accounts,
    ),
  )
  const customers = union(
    await marked(tx, 'customers'),
    await among(tx, 'SELECT customerId AS id FROM leads WHERE customerId IS NOT NULL AND id IN', leads),
  )
  const deals = union(
    await marked(tx, 'deals'),
    await among(tx, 'SELECT id FROM deals WHERE customerId IN', customers),
  )
  const subjects = [...leads, ...customers]
  const followUps = union(
    await marked(tx, 'follow_ups'),
    await among(tx, 'SELECT id FROM follow_ups WHERE subjectId IN', subjects),
    await among(tx, 'SELECT id FROM follow_ups WHERE subjectId IS NULL AND authorId IN', people),
  )
  const tasks = union(
    await marked(tx, 'tasks'),
    await among(tx, 'SELECT id FROM tasks WHERE subjectId IN', subjects),
    await among(tx, 'SELECT id FROM tasks WHERE ownerId IN', people),
  )
  return {
    people,
    departments: await emptyDepartments(tx),
    regions: await marked(tx, 'regions'),
    lines: await marked(tx, 'product_lines'),
    leads,
    customers,
    deals,
    followUps,
    tasks,
    files: await among(tx, 'SELECT id FROM files WHERE subjectId IN', [...subjects, ...deals]),
  }
}

/** Departments of the demo without real people in them or below them. */
async function emptyDepartments(tx: Tx): Promise<string[]> {
  const rows = await select<{ id: string; parentId: string | null }>(
    tx,
    'SELECT id, parentId FROM departments WHERE demo = ?',
    [true],
  )
  const lived = await select<{ id: string }>(tx, 'SELECT departmentId AS id FROM people WHERE demo = ?', [
    false,
  ])
  const kept = new Set<string>()
  for (const { id } of lived)
    for (
      let at = rows.find((row) => row.id === id);
      at && !kept.has(at.id);
      at = rows.find((row) => row.id === at?.parentId)
    )
      kept.add(at.id)
  return rows.map(({ id }) => id).filter((id) => !kept.has(id))
}

/** Values for an IN list, some hundred at a time. */
export function* slices<T>(list: readonly T[], size = 400): Generator<T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
}

/** Rows of a query that ends in `IN`, for all of `values`. */
export async function selectAmong<Row>(tx: Tx, sql: string, values: readonly SqlValue[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const slice of slices(values)) rows.push(...(await select<Row>(tx, `${sql} (${marks(slice)})`, slice)))
  return rows
}

const among = async (tx: Tx, sql: string, values: readonly string[]): Promise<string[]> =>
  (await selectAmong<{ id: string }>(tx, sql, values)).map((row) => row.id)

const marked = async (tx: Tx, table: string): Promise<string[]> =>
  (await select<{ id: string }>(tx, `SELECT id FROM ${table} WHERE demo = ?`, [true])).map((row) => row.id)

const union = (...lists: string[][]): string[] => [...new Set(lists.flat())]
