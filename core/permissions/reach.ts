import type { Actor } from '../actor.js'
import type { Condition } from '../db/ranked.js'
import { marks } from '../db/sql.js'
import { policy, type Ability, type Reach } from './policy.js'

interface ReachOptions {
  /** The table has `offeredToId`, too. */
  offers?: boolean
  /** One part for each department: an index gives each of them in its order. */
  apart?: boolean
  /** Whatever the reach, only what is the actor's own. */
  ownOnly?: boolean
}

/**
 * The rows that an ability reaches, in parts of which no row fulfils two: what `scopeRows` says with OR, so that each
 * part has an index. Columns are `ownerId`, `departmentId` and, with `offers`, `offeredToId`.
 */
export function reachParts(
  actor: Actor,
  ability: Ability,
  { offers = false, apart = false, ownOnly = false }: ReachOptions = {},
): Condition[] {
  if (actor.kind === 'system') return ownOnly ? [] : [everything]
  const { personId: me, departmentIds: mine } = actor
  const reach: Reach = policy[ability][actor.role]
  if (reach === 'none') return []
  if (reach === 'all' && !ownOnly) return [everything]
  const departments = reach === 'department' && !ownOnly ? mine : []
  const elsewhere: Condition =
    departments.length === 0
      ? { sql: '', values: [] }
      : {
          sql: ` AND (departmentId IS NULL OR departmentId NOT IN (${marks(departments)}))`,
          values: [...departments],
        }
  const own: Condition = { sql: `ownerId = ?${elsewhere.sql}`, values: [me, ...elsewhere.values] }
  const offered: Condition = {
    sql: `offeredToId = ? AND (+ownerId IS NULL OR +ownerId <> ?)${elsewhere.sql}`,
    values: [me, me, ...elsewhere.values],
    few: true,
  }
  return [...departmentParts(departments, apart), own, ...(offers ? [offered] : [])]
}

const everything: Condition = { sql: '1 = 1', values: [] }

function departmentParts(ids: readonly string[], apart: boolean): Condition[] {
  if (ids.length === 0) return []
  if (apart) return ids.map((id) => ({ sql: 'departmentId = ?', values: [id] }))
  return [{ sql: `departmentId IN (${marks(ids)})`, values: [...ids] }]
}
