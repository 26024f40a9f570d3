import { createHash } from 'node:crypto'
import { EntitySchema, type EntityManager } from 'typeorm'
import { actorId, type Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import type { Subject, SubjectType } from '../changes/change.js'
import * as column from '../db/columns.js'
import { insertRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'

/** What is known of an uploaded file; its content is in the file store under the same id. */
export interface FileRecord {
  id: string
  name: string
  mime: string
  bytes: number
  sha256: string
  /** What the file is for, e.g. `contract`. */
  purpose: string
  subjectType: SubjectType
  subjectId: string
  uploadedBy: string
  uploadedAt: Date
}

export const FileEntity = new EntitySchema<FileRecord>({
  name: 'file',
  tableName: 'files',
  columns: {
    id: column.id(),
    name: column.word(200),
    mime: column.word(100),
    bytes: column.count(),
    sha256: column.word(64),
    purpose: column.state(),
    subjectType: column.state(),
    subjectId: column.ref(),
    uploadedBy: column.word(48),
    uploadedAt: column.instant(),
  },
  indices: [{ name: 'files_subject', columns: ['subjectType', 'subjectId'] }],
})

/** A contract scan fits; a video does not. */
export const largestFileBytes = 20 * 1024 * 1024

const startsOf: Record<string, (head: Buffer) => boolean> = {
  'application/pdf': (head) => head.subarray(0, 5).toString('latin1') === '%PDF-',
  'image/png': (head) => head.subarray(0, 8).toString('hex') === '89504e470d0a1a0a',
  'image/jpeg': (head) => head.subarray(0, 3).toString('hex') === 'ffd8ff',
}

/** The type that the bytes themselves show; null for anything that is no scan: names and headers are not believed. */
export const sniffScan = (bytes: Buffer): string | null =>
  Object.entries(startsOf).find(([, matches]) => matches(bytes))?.[0] ?? null

export type Files = ReturnType<typeof createFiles>

export function createFiles({ clock, ids, changes }: { clock: Clock; ids: Ids; changes: Changes }) {
  return {
    /** An id for a file whose content is stored before its record. */
    newId: () => ids.next(),

    /**
     * Records a file whose content is in the store already: content without a record is litter, a record without
     * content would be a lie.
     *
     * @throws DomainError `file.empty`, `file.too_large`, `file.not_a_scan`.
     */
    async add(
      tx: Tx,
      actor: Actor,
      input: { id: string; name: string; bytes: Buffer; purpose: string; subject: Subject },
    ): Promise<FileRecord> {
      const mime = checkScan(input.bytes)
      const record: FileRecord = {
        id: input.id,
        name: cleanName(input.name),
        mime,
        bytes: input.bytes.length,
        sha256: createHash('sha256').update(input.bytes).digest('hex'),
        purpose: input.purpose,
        subjectType: input.subject.type,
        subjectId: input.subject.id,
        uploadedBy: actorId(actor),
        uploadedAt: clock.now(),
      }
      await insertRows(tx, FileEntity, [record])
      await changes.append(tx, actor, {
        subject: input.subject,
        kind: 'file.added',
        data: { fileId: record.id, name: record.name, purpose: record.purpose, sha256: record.sha256 },
      })
      return record
    },

    async find(tx: EntityManager, id: string): Promise<FileRecord | null> {
      return tx.getRepository(FileEntity).findOneBy({ id })
    },

    /** Files of a subject, newest first. */
    async of(tx: EntityManager, subject: Subject, purpose?: string): Promise<FileRecord[]> {
      return tx.getRepository(FileEntity).find({
        where: { subjectType: subject.type, subjectId: subject.id, ...(purpose ? { purpose } : {}) },
        order: { uploadedAt: 'DESC', id: 'DESC' },
        take: 100,
      })
    },
  }
}

/** @returns the type. @throws DomainError as `add` does: checked before the content is stored, too. */
export function checkScan(bytes: Buffer): string {
  if (bytes.length === 0) throw new DomainError('file.empty')
  if (bytes.length > largestFileBytes)
    throw new DomainError('file.too_large', { mostMb: largestFileBytes / 1024 / 1024 })
  const mime = sniffScan(bytes)
  if (!mime) throw new DomainError('file.not_a_scan')
  return mime
}

const cleanName = (name: string): string =>
  name.replace(/[\u0000-\u001f\u007f/\\]/g, '_').slice(-200) || 'file'
