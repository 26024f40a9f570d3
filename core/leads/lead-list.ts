import { In, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { both, countUpTo, rankedIds, type Condition, type Place } from '../db/ranked.js'
import { marks } from '../db/sql.js'
import { reachParts } from '../permissions/reach.js'
import { searchLeads } from './lead-search.js'
import { LeadEntity, leadStates, type Lead, type LeadState } from './lead.js'

export interface LeadFilter {
  /** `mine`: owned by or offered to the actor; `queue`: nobody has them; `all`: whatever is in reach. */
  view: 'mine' | 'queue' | 'all'
  /** Part of a name or company, or at least four digits of a phone. */
  search?: string
  /** `open` means every state that is not an end. */
  state?: LeadState | 'open'
  source?: string
  ownerId?: string
  sort: LeadSort
  /** As a page before this one gave it. */
  cursor?: string
  /** At most 50. */
  limit: number
}

export type LeadSort = 'newest' | 'score' | 'touched'

export interface LeadListPage {
  rows: Lead[]
  total: { n: number; exact: boolean }
  /** Null on the last page. */
  next: string | null
}

/** Counting on costs more than it tells: beyond this a list says "more than". */
export const countLimit = 10_000

const sortColumns = { newest: 'createdAt', score: 'score', touched: 'lastTouchAt' } as const
const openStates: LeadState[] = ['new', 'offered', 'queued', 'owned']

/** Leads in the actor's reach that match a filter, best first by the chosen order, with how many there are. */
export async function listLeads(tx: EntityManager, actor: Actor, filter: LeadFilter): Promise<LeadListPage> {
  const limit = Math.min(filter.limit, 50)
  const column = sortColumns[filter.sort]
  const ranked = { table: 'leads', column, after: readCursor(filter), limit: limit + 1 }
  const ownOnly = filter.view === 'mine'
  const states = statesOf(filter)
  const rest = restOf(filter)
  const wide = reachParts(actor, 'lead.read', { offers: true, ownOnly })
    .map((part) => both(part, inStates(part, states)))
    .map((part) => both(part, rest))
  // One part for each department and state: the index of the order gives each of them without sorting.
  const parts = reachParts(actor, 'lead.read', { offers: true, ownOnly, apart: true })
    .flatMap((part) => states.map((state) => both(part, inStates(part, [state]))))
    .map((part) => both(part, rest))
  const words = (filter.search ?? '').replace(/[%_\\]/g, '').trim()
  const found = words
    ? await searchLeads(tx, { actor, words, wide, parts, ranked, most: countLimit })
    : {
        ids: await rankedIds(tx, { ...ranked, parts }),
        total: await countUpTo(tx, { table: 'leads', parts: wide, most: countLimit }),
      }
  const rows = await rowsOf(tx, found.ids)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    rows: rows.slice(0, limit),
    total: found.total,
    next: last ? writeCursor(last, filter.sort) : null,
  }
}

/** Whole rows of one page: carrying them through the sort took up to twice as long. */
async function rowsOf(tx: EntityManager, ids: readonly string[]): Promise<Lead[]> {
  if (ids.length === 0) return []
  const rows = await tx.getRepository(LeadEntity).findBy({ id: In([...ids]) })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

function statesOf({ view, state }: LeadFilter): readonly LeadState[] {
  const wanted = state === 'open' ? openStates : state ? [state] : leadStates
  return view === 'queue' ? wanted.filter((one) => one === 'queued') : wanted
}

/** With a plus the column is no way in for SQLite, which would take the many of a state for fewer than the few. */
function inStates({ few }: Condition, states: readonly LeadState[]): Condition {
  if (states.length === leadStates.length) return { sql: '1 = 1', values: [] }
  if (states.length === 0) return { sql: '1 = 0', values: [] }
  return { sql: `${few ? '+' : ''}state IN (${marks(states)})`, values: [...states] }
}

function restOf({ source, ownerId }: LeadFilter): Condition {
  const parts: Condition[] = [{ sql: '1 = 1', values: [] }]
  if (source) parts.push({ sql: 'source = ?', values: [source] })
  if (ownerId) parts.push({ sql: 'ownerId = ?', values: [ownerId] })
  return parts.reduce(both)
}

function writeCursor(lead: Lead, sort: LeadSort): string {
  const value = lead[sortColumns[sort]]
  return `${value instanceof Date ? value.toISOString() : value}~${lead.id}`
}

/** A cursor that somebody made up starts the list from its beginning. */
function readCursor({ cursor, sort }: LeadFilter): Place | null {
  const [text = '', id = ''] = (cursor ?? '').split('~')
  const value = sort === 'score' ? Number(text) : new Date(text)
  return text && id && !Number.isNaN(Number(value)) ? { value, id } : null
}
