import { EntitySchema, type EntityManager } from 'typeorm'
import * as column from '../db/columns.js'
import { insertLater } from '../db/rows.js'
import { execute, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Platform } from '../ports/platform.js'
import { claimAndRead, knownOf, withFullNumber, type KeyedSubject } from './known.js'

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
  const known = knownOf(tx)
  for (const { dedupeKey } of rows) {
    const there = known?.byKey.get(dedupeKey)
    if (there && !there.some((one) => one.id === subject.id)) there.push(subject)
  }
  if (who.phone) known?.withPhone.add(subject.id)
  await insertLater(tx, DedupeKeyEntity, rows, { ignore: true })
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

/** The messenger accounts that a record is known by. At most 20. */
export async function accountsOf(
  tx: EntityManager,
  { type, id }: { type: 'lead' | 'customer'; id: string },
): Promise<{ platform: string; externalId: string }[]> {
  const rows = await select<{ dedupeKey: string }>(
    tx,
    `SELECT dedupeKey FROM dedupe_keys WHERE subjectType = ? AND subjectId = ? AND dedupeKey LIKE 'account:%'
     ORDER BY dedupeKey LIMIT ${mostMatches}`,
    [type, id],
  )
  return rows.map(({ dedupeKey }) => {
    const [, platform = '', ...rest] = dedupeKey.split(':')
    return { platform, externalId: rest.join(':') }
  })
}

/**
 * Makes others who take in the same people wait until this unit of work ends, and reads what is known of them at once:
 * `findMatches` then needs no statement. Repeating it is free.
 */
export async function claimKeys(tx: Tx, people: readonly Identifiers[]): Promise<void> {
  await claimAndRead(
    tx,
    people.flatMap((who) => {
      const { exact, masked } = keysOf(who)
      return [...exact, ...masked]
    }),
  )
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
  const fitting = who.phone ? await withoutFullNumber(tx, hints, masked) : hints
  const people = new Set(fitting.map((row) => row.id))
  return people.size === 1 ? fitting.map((row) => ({ ...row, by: 'masked' as const })) : []
}

async function withoutFullNumber(tx: EntityManager, hints: KeyedSubject[], keys: readonly string[]) {
  if (hints.length === 0) return []
  const known = knownOf(tx)
  const isRead = known && keys.every((key) => known.byKey.has(key))
  const full = isRead
    ? known.withPhone
    : new Set(
        await withFullNumber(
          tx,
          hints.map((row) => row.id),
        ),
      )
  return hints.filter((hint) => !full.has(hint.id))
}

const mostMatches = 20
const customersFirst = (a: KeyedSubject, b: KeyedSubject): number =>
  a.type === b.type ? (a.id > b.id ? -1 : 1) : a.type < b.type ? -1 : 1

async function lookUp(tx: EntityManager, keys: string[]): Promise<KeyedSubject[]> {
  if (keys.length === 0) return []
  const known = knownOf(tx)
  if (known && keys.every((key) => known.byKey.has(key))) {
    const found = new Map(keys.flatMap((key) => known.byKey.get(key) ?? []).map((one) => [one.id, one]))
    return [...found.values()].sort(customersFirst).slice(0, mostMatches)
  }
  return select(
    tx,
    `SELECT DISTINCT subjectType AS type, subjectId AS id FROM dedupe_keys WHERE dedupeKey IN (${marks(keys)})
     ORDER BY subjectType, subjectId DESC LIMIT ${mostMatches}`,
    keys,
  )
}
