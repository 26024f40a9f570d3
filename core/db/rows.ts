import type { EntitySchema, FindOptionsWhere, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm'
import type { Tx } from './unit-of-work.js'

/** Inserts rows in one statement (at most 500 at a time) without reading them back. */
export async function insertRows<T extends ObjectLiteral>(
  tx: Tx,
  entity: EntitySchema<T>,
  rows: T[],
): Promise<void> {
  for (let i = 0; i < rows.length; i += 500) {
    const slice = rows.slice(i, i + 500) as QueryDeepPartialEntity<T>[]
    await tx.createQueryBuilder().insert().into(entity).values(slice).updateEntity(false).execute()
  }
}

/**
 * The one way a state changes: `UPDATE … WHERE <where>`. The row count decides who won.
 *
 * @returns how many rows matched.
 */
export async function updateRows<T extends ObjectLiteral>(
  tx: Tx,
  entity: EntitySchema<T>,
  where: FindOptionsWhere<NoInfer<T>>,
  set: Partial<NoInfer<T>>,
): Promise<number> {
  const result = await tx.getRepository(entity).update(where, set as QueryDeepPartialEntity<T>)
  return result.affected ?? 0
}
