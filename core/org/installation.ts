import { EntitySchema, type EntityManager } from 'typeorm'
import * as column from '../db/columns.js'
import type { Tx } from '../db/unit-of-work.js'

/** Small facts about this installation that must survive a restart: the sandbox clock's offset, the demo's marker. */
export interface InstallationFact {
  name: string
  value: unknown
}

export const InstallationEntity = new EntitySchema<InstallationFact>({
  name: 'installation_fact',
  tableName: 'installation',
  columns: { name: { ...column.word(40), primary: true }, value: column.document() },
})

export async function readFact(tx: EntityManager, name: string): Promise<unknown> {
  return (await tx.getRepository(InstallationEntity).findOneBy({ name }))?.value ?? null
}

export async function writeFact(tx: Tx, name: string, value: unknown): Promise<void> {
  await tx.getRepository(InstallationEntity).save({ name, value })
}
