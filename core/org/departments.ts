import type { EntityManager } from 'typeorm'
import { DepartmentEntity } from './person.js'

/** Names of all departments, by id. */
export async function departmentNames(tx: EntityManager): Promise<Map<string, string>> {
  const rows = await tx.getRepository(DepartmentEntity).find()
  return new Map(rows.map((row) => [row.id, row.name]))
}
