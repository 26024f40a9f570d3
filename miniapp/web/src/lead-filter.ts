import type { LeadQuery } from '../../contract/leads.js'

/** What a person has chosen above the list of leads; empty strings mean "any". */
export interface LeadFilterChoice {
  q: string
  state: string
  source: string
  owner: string
  sort: LeadQuery['sort']
}

export const noFilter: LeadFilterChoice = { q: '', state: '', source: '', owner: '', sort: 'newest' }

/** A list can be empty because of these. */
export const isFiltered = ({ q, state, source, owner }: LeadFilterChoice): boolean =>
  [q, state, source, owner].some((value) => value !== '')

/** The query of `GET /api/leads`, in one order: the same choice is the same string. */
export function queryOf(view: LeadQuery['view'], filter: LeadFilterChoice): string {
  const query = new URLSearchParams({ view, sort: filter.sort })
  for (const name of ['q', 'state', 'source', 'owner'] as const) {
    const value = filter[name].trim()
    if (value) query.set(name, value)
  }
  return query.toString()
}
