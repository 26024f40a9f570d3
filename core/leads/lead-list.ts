import { Brackets, In, type EntityManager, type SelectQueryBuilder } from 'typeorm'
import type { Actor } from '../actor.js'
import { scopeRows } from '../permissions/permissions.js'
import { LeadEntity, type Lead, type LeadState } from './lead.js'

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
  const matching = tx.getRepository(LeadEntity).createQueryBuilder('l').where('1 = 1')
  scopeRows(matching, actor, 'lead.read', 'l', { offers: true })
  narrow(matching, actor, filter)
  const page = matching.clone()
  const column = sortColumns[filter.sort]
  const after = readCursor(filter)
  if (after)
    page.andWhere(`(l.${column} < :last OR (l.${column} = :last AND l.id < :lastId))`, {
      last: after.value,
      lastId: after.id,
    })
  page
    .orderBy(`l.${column}`, 'DESC')
    .addOrderBy('l.id', 'DESC')
    .limit(limit + 1)
  const rows = await rowsOf(tx, page)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    rows: rows.slice(0, limit),
    total: await countUpTo(tx, matching),
    next: last ? writeCursor(last, filter.sort) : null,
  }
}

/** Sorts ids alone and reads the rows of one page: carrying whole rows through the sort took up to twice as long. */
async function rowsOf(tx: EntityManager, page: SelectQueryBuilder<Lead>): Promise<Lead[]> {
  const found = await page.clone().select('l.id', 'id').getRawMany<{ id: string }>()
  if (found.length === 0) return []
  const rows = await tx.getRepository(LeadEntity).findBy({ id: In(found.map(({ id }) => id)) })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return found.flatMap(({ id }) => byId.get(id) ?? [])
}

function narrow(query: SelectQueryBuilder<Lead>, actor: Actor, filter: LeadFilter): void {
  const me = actor.kind === 'person' ? actor.personId : ''
  if (filter.view === 'mine') query.andWhere('(l.ownerId = :me OR l.offeredToId = :me)', { me })
  if (filter.view === 'queue') query.andWhere('l.state = :queued', { queued: 'queued' })
  if (filter.state === 'open') query.andWhere('l.state IN (:...open)', { open: openStates })
  else if (filter.state) query.andWhere('l.state = :state', { state: filter.state })
  if (filter.source) query.andWhere('l.source = :source', { source: filter.source })
  if (filter.ownerId) query.andWhere('l.ownerId = :owner', { owner: filter.ownerId })
  const words = (filter.search ?? '').replace(/[%_\\]/g, '').trim()
  if (!words) return
  query.andWhere(
    new Brackets((either) => {
      either.where('l.name LIKE :words OR l.company LIKE :words', { words: `%${words}%` })
      const digits = words.replace(/[\s-]/g, '')
      // The number of a lead that is only on offer is not shown, so it cannot be felt for by searching either.
      if (/^\d{4,}$/.test(digits))
        either.orWhere('(l.phone LIKE :digits AND (l.offeredToId IS NULL OR l.offeredToId <> :seeker))', {
          digits: `%${digits}%`,
          seeker: me,
        })
    }),
  )
}

async function countUpTo(tx: EntityManager, query: SelectQueryBuilder<Lead>) {
  const [sql, values] = query
    .clone()
    .select('l.id', 'id')
    .limit(countLimit + 1)
    .getQueryAndParameters()
  const [found] = await tx.query<{ n: number | string }[]>(`SELECT COUNT(*) AS n FROM (${sql}) found`, values)
  const n = Number(found?.n ?? 0)
  return { n: Math.min(n, countLimit), exact: n <= countLimit }
}

function writeCursor(lead: Lead, sort: LeadSort): string {
  const value = lead[sortColumns[sort]]
  return `${value instanceof Date ? value.toISOString() : value}~${lead.id}`
}

/** A cursor that somebody made up starts the list from its beginning. */
function readCursor({ cursor, sort }: LeadFilter): { value: Date | number; id: string } | null {
  const [text = '', id = ''] = (cursor ?? '').split('~')
  const value = sort === 'score' ? Number(text) : new Date(text)
  return text && id && !Number.isNaN(Number(value)) ? { value, id } : null
}
