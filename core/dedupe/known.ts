import type { EntityManager } from 'typeorm'
import { executeNow, isSqlite, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { memoryOf } from '../db/unit-state.js'

/** A record that a key points to. */
export interface KeyedSubject {
  type: 'lead' | 'customer'
  id: string
}

/** What a unit knows of keys that it has claimed: whatever is added to them is added by the unit itself. */
export interface Known {
  byKey: Map<string, KeyedSubject[]>
  /** Records that are known by a full phone number. */
  withPhone: Set<string>
}

/**
 * Claims keys and reads what they point to, for a whole batch in a handful of statements.
 *
 * A claim makes others who take in the same person wait until this unit ends: two messages at once must not make two
 * leads. SQLite has one writer, so there is nobody to wait for. The row that is locked is gone with the next statement;
 * its lock lasts until the commit.
 */
export async function claimAndRead(tx: Tx, keys: readonly string[]): Promise<void> {
  const known = knownOf(tx)
  if (!known) return
  // Always in the same order: two units that want the same keys must not wait for each other.
  const wanted = [...new Set(keys)].filter((key) => !known.byKey.has(key)).sort()
  for (let i = 0; i < wanted.length; i += 500) await claimSome(tx, known, wanted.slice(i, i + 500))
}

async function claimSome(tx: Tx, known: Known, wanted: string[]): Promise<void> {
  if (!isSqlite(tx)) {
    await executeNow(
      tx,
      `INSERT INTO dedupe_keys (dedupeKey, subjectType, subjectId) VALUES ${wanted.map(() => "(?, 'claim', '')").join(', ')}
       ON DUPLICATE KEY UPDATE subjectId = VALUES(subjectId)`,
      wanted,
    )
    await executeNow(
      tx,
      `DELETE FROM dedupe_keys WHERE subjectType = 'claim' AND subjectId = '' AND dedupeKey IN (${marks(wanted)})`,
      wanted,
    )
  }
  const rows = await select<KeyedSubject & { dedupeKey: string }>(
    tx,
    `SELECT dedupeKey, subjectType AS type, subjectId AS id FROM dedupe_keys WHERE dedupeKey IN (${marks(wanted)})`,
    wanted,
  )
  for (const key of wanted) known.byKey.set(key, [])
  for (const { dedupeKey, type, id } of rows) known.byKey.get(dedupeKey)?.push({ type, id })
  const hinted = rows.filter((row) => row.dedupeKey.startsWith('masked:')).map((row) => row.id)
  for (const id of await withFullNumber(tx, hinted)) known.withPhone.add(id)
}

/** Which of these records are known by a full phone number. */
export async function withFullNumber(tx: EntityManager, ids: readonly string[]): Promise<string[]> {
  const found: string[] = []
  const unique = [...new Set(ids)]
  for (let i = 0; i < unique.length; i += 500) {
    const some = unique.slice(i, i + 500)
    const rows = await select<{ id: string }>(
      tx,
      `SELECT DISTINCT subjectId AS id FROM dedupe_keys WHERE subjectType IN ('lead', 'customer')
       AND subjectId IN (${marks(some)}) AND dedupeKey LIKE 'phone:%'`,
      some,
    )
    found.push(...rows.map((row) => row.id))
  }
  return found
}

/** What the unit knows; null outside a unit, where nothing can be claimed. */
export function knownOf(tx: EntityManager): Known | null {
  const memory = memoryOf(tx, 'dedupe_keys')
  if (!memory) return null
  const known = (memory.get('known') as Known | undefined) ?? { byKey: new Map(), withPhone: new Set() }
  memory.set('known', known)
  return known
}
