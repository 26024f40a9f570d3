import { EntitySchema, type EntityManager } from 'typeorm'
import * as column from '../db/columns.js'
import { execute, insertIgnore, isSqlite, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Platform } from '../ports/platform.js'

/** How records are found again: one row per key and record. Keys are exact after normalisation. */
export interface DedupeKey {
  dedupeKey: string
  subjectType: 'lead' | 'customer'
  subjectId: string
}

export const DedupeKeyEntity = new EntitySchema<DedupeKey>({
  name: 'dedupe_key',
  tableName: 'dedupe_keys',
  columns: {
    dedupeKey: { ...column.word(160), primary: true },
    subjectType: { ...column.state(), primary: true },
    subjectId: { ...column.ref(), primary: true },
  },
  indices: [{ name: 'dedupe_keys_subject', columns: ['subjectType', 'subjectId'] }],
})

export interface Identifiers {
  /** National digits. */
  phone?: string | null | undefined
  /** `138****1234`: first digits and last digits. */
  maskedPhone?: { prefix: string; suffix: string } | null | undefined
  email?: string | null | undefined
  /** The messenger account the person wrote from. */
  account?: { platform: Platform; externalId: string } | null | undefined
}

export interface Keys {
  /** Each names one person for sure. */
  exact: string[]
  /** Shared by a full number and its masked form: a hint that several people may share. */
  masked: string[]
}

/** A phone's key and the key that its masked form shares with it (P-69). */
export function keysOf(who: Identifiers): Keys {
  const exact: string[] = []
  const masked: string[] = []
  if (who.phone) {
    exact.push(`phone:${who.phone}`)
    if (/^1\d{10}$/.test(who.phone)) masked.push(`masked:${who.phone.slice(0, 3)}-${who.phone.slice(-4)}`)
  }
  if (who.maskedPhone && who.maskedPhone.prefix.length >= 3 && who.maskedPhone.suffix.length >= 4) {
    masked.push(`masked:${who.maskedPhone.prefix.slice(0, 3)}-${who.maskedPhone.suffix.slice(-4)}`)
  }
  if (who.email) exact.push(`mail:${who.email.normalize('NFKC').trim().toLowerCase().slice(0, 120)}`)
  if (who.account) exact.push(`account:${who.account.platform}:${who.account.externalId}`)
  return { exact, masked }
}

/** Remembers a record's keys. Repeating it is harmless. */
export async function rememberKeys(
  tx: Tx,
  subject: { type: 'lead' | 'customer'; id: string },
  who: Identifiers,
): Promise<void> {
  const { exact, masked } = keysOf(who)
  const rows = [...exact, ...masked].map((dedupeKey) => ({
    dedupeKey,
    subjectType: subject.type,
    subjectId: subject.id,
  }))
  await insertIgnore(tx, 'dedupe_keys', rows)
}

/** Forgets a record's keys for what is not true of it any more. Repeating it is harmless. */
export async function forgetKeys(
  tx: Tx,
  subject: { type: 'lead' | 'customer'; id: string },
  who: Identifiers,
): Promise<void> {
  const { exact, masked } = keysOf(who)
  const keys = [...exact, ...masked]
  if (keys.length === 0) return
  await execute(
    tx,
    `DELETE FROM dedupe_keys WHERE subjectType = ? AND subjectId = ? AND dedupeKey IN (${marks(keys)})`,
    [subject.type, subject.id, ...keys],
  )
}

/**
 * Makes others who take in the same person wait until this unit of work ends: two messages at once must not make two
 * leads. SQLite has one writer, so there is nobody to wait for. The row that is locked is gone with the next statement;
 * its lock lasts until the commit.
 */
export async function claimKeys(tx: Tx, who: Identifiers): Promise<void> {
  if (isSqlite(tx)) return
  const { exact, masked } = keysOf(who)
  // Always in the same order: two units that want the same keys must not wait for each other.
  for (const key of [...exact, ...masked].sort()) {
    await execute(
      tx,
      `INSERT INTO dedupe_keys (dedupeKey, subjectType, subjectId) VALUES (?, 'claim', '')
       ON DUPLICATE KEY UPDATE subjectId = subjectId`,
      [key],
    )
    await execute(tx, "DELETE FROM dedupe_keys WHERE dedupeKey = ? AND subjectType = 'claim'", [key])
  }
}

export interface Match {
  type: 'lead' | 'customer'
  id: string
  by: 'exact' | 'masked'
}

/**
 * Records that share a key, customers before leads. A masked number only counts when exactly one record fits: the same
 * mask on several people says nothing.
 */
export async function findMatches(tx: EntityManager, who: Identifiers): Promise<Match[]> {
  const { exact, masked } = keysOf(who)
  const found = await lookUp(tx, exact)
  if (found.length > 0) return found.map((row) => ({ ...row, by: 'exact' as const }))
  const hints = await lookUp(tx, masked)
  // A record that is known by another full number is somebody else with the same mask.
  const fitting = who.phone ? await withoutFullNumber(tx, hints) : hints
  const people = new Set(fitting.map((row) => row.id))
  return people.size === 1 ? fitting.map((row) => ({ ...row, by: 'masked' as const })) : []
}

async function withoutFullNumber(tx: EntityManager, hints: { type: 'lead' | 'customer'; id: string }[]) {
  if (hints.length === 0) return []
  const ids = hints.map((row) => row.id)
  const known = await select<{ id: string }>(
    tx,
    `SELECT DISTINCT subjectId AS id FROM dedupe_keys WHERE subjectId IN (${marks(ids)}) AND dedupeKey LIKE 'phone:%'`,
    ids,
  )
  return hints.filter((hint) => !known.some((row) => row.id === hint.id))
}

async function lookUp(
  tx: EntityManager,
  keys: string[],
): Promise<{ type: 'lead' | 'customer'; id: string }[]> {
  if (keys.length === 0) return []
  return select(
    tx,
    `SELECT DISTINCT subjectType AS type, subjectId AS id FROM dedupe_keys WHERE dedupeKey IN (${marks(keys)})
     ORDER BY subjectType, subjectId DESC LIMIT 20`,
    keys,
  )
}
