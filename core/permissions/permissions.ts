import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { Actor } from '../actor.js'
import { DomainError } from '../errors.js'
import { policy, type Ability, type Reach } from './policy.js'

/** What a row says of who it belongs to. */
export interface Owned {
  ownerId: string | null
  departmentId: string | null
  /** A lead on offer is the offered rep's to read, too. */
  offeredToId?: string | null
}

/** May the actor do this, to this row? Without a row: at all, to any row. The system may do everything. */
export function can(actor: Actor, ability: Ability, row?: Owned): boolean {
  if (actor.kind === 'system') return true
  const reach: Reach = policy[ability][actor.role]
  if (!row) return reach !== 'none'
  switch (reach) {
    case 'all':
      return true
    case 'department':
      return (
        isOwn(actor.personId, ability, row) ||
        (row.departmentId !== null && actor.departmentIds.includes(row.departmentId))
      )
    case 'own':
      return isOwn(actor.personId, ability, row)
    case 'none':
      return false
  }
}

/** @throws DomainError `permission.denied` naming the ability. */
export function authorize(actor: Actor, ability: Ability, row?: Owned): void {
  if (!can(actor, ability, row)) throw new DomainError('permission.denied', { ability })
}

/**
 * Narrows a query to the rows that the ability reaches. The scope is in the SQL: a page never gets rows to hide.
 *
 * @param alias - of a table with `ownerId` and `departmentId` columns. @param offers - it has `offeredToId`, too.
 */
export function scopeRows<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  actor: Actor,
  ability: Ability,
  alias: string,
  { offers = false }: { offers?: boolean } = {},
): SelectQueryBuilder<T> {
  if (actor.kind === 'system') return query
  const reach: Reach = policy[ability][actor.role]
  const own = offers ? `(${alias}.ownerId = :me OR ${alias}.offeredToId = :me)` : `${alias}.ownerId = :me`
  switch (reach) {
    case 'all':
      return query
    case 'none':
      return query.andWhere('1 = 0')
    case 'own':
      return query.andWhere(own, { me: actor.personId })
    case 'department':
      return actor.departmentIds.length === 0
        ? query.andWhere(own, { me: actor.personId })
        : query.andWhere(`(${own} OR ${alias}.departmentId IN (:...mine))`, {
            me: actor.personId,
            mine: actor.departmentIds,
          })
  }
}

// An offer lets a rep read the lead, so that they can decide; nothing else until it is theirs.
const isOwn = (personId: string, ability: Ability, row: Owned): boolean =>
  row.ownerId === personId || (ability === 'lead.read' && row.offeredToId === personId)
