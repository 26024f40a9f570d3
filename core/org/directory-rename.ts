import { updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Platform } from '../ports/platform.js'
import { DirectoryEntryEntity } from './directory-entry.js'
import { BindingEntity } from './person.js'

/** Moves what is known of an account to its new id. False when nothing was known, or the new id is known already. */
export async function renameAccount(tx: Tx, platform: Platform, from: string, to: string): Promise<boolean> {
  if (from === to) return false
  const bindings = tx.getRepository(BindingEntity)
  if (await bindings.existsBy({ platform, externalId: to })) return false
  const moved = await updateRows(tx, BindingEntity, { platform, externalId: from }, { externalId: to })
  const entries = tx.getRepository(DirectoryEntryEntity)
  if (!(await entries.existsBy({ platform, kind: 'person', externalId: to })))
    await updateRows(
      tx,
      DirectoryEntryEntity,
      { platform, kind: 'person', externalId: from },
      { externalId: to },
    )
  return moved > 0
}
