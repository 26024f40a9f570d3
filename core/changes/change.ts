import { createHash } from 'node:crypto'
import { EntitySchema } from 'typeorm'
import type { Origin } from '../actor.js'
import * as column from '../db/columns.js'

/** What a change is about. */
export interface Subject {
  type: SubjectType
  id: string
}

export const subjectTypes = [
  'lead',
  'customer',
  'deal',
  'follow-up',
  'task',
  'file',
  'import',
  'person',
  'organisation',
  'playbook',
  'installation',
] as const
export type SubjectType = (typeof subjectTypes)[number]

/** One field before and after. For personal fields the stored change holds commitments instead of the values. */
export type FieldChange = [before: unknown, after: unknown]

/**
 * One immutable fact. The same row is the audit trail, the record's time line, the event that others react to and the
 * live-page signal. `(subjectType, subjectId, seq)` is unique: that is the optimistic lock of the subject.
 */
export interface Change {
  id: string
  subjectType: SubjectType
  subjectId: string
  seq: number
  /** `lead.assigned`, past tense. */
  kind: string
  actorId: string
  at: Date
  /** Fields that changed. Ids and rule data only; personal values are in `change_values`. */
  fields: Record<string, FieldChange>
  /** What else belongs to the fact: ids, reasons, numbers. Never personal data. */
  data: Record<string, unknown>
  origin: Origin
  prevHash: string
  hash: string
}

/** Stands for a part of a change that cannot be read: such a change fits its hash no more, and nobody reacts to it. */
const unreadable = Object.freeze({})

export const isReadable = ({ fields, data, origin }: Change): boolean =>
  ![fields, data, origin].some((part) => (part as unknown) === unreadable)

export const ChangeEntity = new EntitySchema<Change>({
  name: 'change',
  tableName: 'changes',
  columns: {
    id: column.id(),
    subjectType: column.state(),
    subjectId: column.ref(),
    seq: column.count(),
    kind: column.word(48),
    actorId: column.word(48),
    at: column.instant(),
    fields: column.documentOr(unreadable, column.isRecord),
    data: column.documentOr(unreadable, column.isRecord),
    origin: column.documentOr(unreadable, column.isRecord),
    prevHash: column.word(64),
    hash: column.word(64),
  },
  indices: [
    { name: 'changes_subject_seq', columns: ['subjectType', 'subjectId', 'seq'], unique: true },
    { name: 'changes_at', columns: ['at'] },
  ],
})

/** A personal value and the salt of its commitment. Erasing a person deletes these rows; the chain still verifies. */
export interface ChangeValue {
  changeId: string
  field: string
  saltBefore: string
  saltAfter: string
  before: unknown
  after: unknown
}

export const ChangeValueEntity = new EntitySchema<ChangeValue>({
  name: 'change_value',
  tableName: 'change_values',
  columns: {
    changeId: { ...column.ref(), primary: true },
    field: { ...column.word(40), primary: true },
    saltBefore: column.word(32),
    saltAfter: column.word(32),
    before: column.documentOr(null),
    after: column.documentOr(null),
  },
})

/** Merkle root of all hashes of one local day, in order of id. */
export interface Seal {
  day: string
  root: string
  changes: number
  at: Date
}

export const SealEntity = new EntitySchema<Seal>({
  name: 'seal',
  tableName: 'seals',
  columns: {
    day: { ...column.word(10), primary: true },
    root: column.word(64),
    changes: column.count(),
    at: column.instant(),
  },
})

export const chainStart = '0'.repeat(64)

/** Hash of a change over everything in it and its predecessor's hash. */
export function hashChange(change: Omit<Change, 'hash'>): string {
  return sha256(
    canonical([
      change.id,
      change.subjectType,
      change.subjectId,
      change.seq,
      change.kind,
      change.actorId,
      change.at.toISOString(),
      change.fields,
      change.data,
      change.origin,
      change.prevHash,
    ]),
  )
}

/** What stands in the chain for a personal value. */
export const commitment = (salt: string, value: unknown): string =>
  `sha256:${sha256(`${salt}|${canonical(value)}`)}`

/** Root of a binary Merkle tree over hex hashes; an odd node moves up as it is. The root of nothing is `chainStart`. */
export function merkleRoot(hashes: readonly string[]): string {
  let level = [...hashes]
  if (level.length === 0) return chainStart
  while (level.length > 1) {
    const next: string[] = []
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] ?? ''
      const right = level[i + 1]
      next.push(right === undefined ? left : sha256(left + right))
    }
    level = next
  }
  return level[0] ?? chainStart
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** JSON with sorted keys, so that a stored document hashes the same after a round trip. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}
