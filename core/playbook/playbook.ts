import { EntitySchema, type EntityManager } from 'typeorm'
import type { z } from 'zod'
import { actorId, type Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import * as column from '../db/columns.js'
import { insertRows, updateRows } from '../db/rows.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { documentNames, documents, type DocumentName, type DocumentOf } from './documents.js'
import { sayProblems } from './problems.js'

/** A version of a document: draft → published → archived. At most one of a document is published. */
export interface PlaybookVersion {
  id: string
  name: DocumentName
  version: number
  state: 'draft' | 'published' | 'archived'
  body: unknown
  note: string
  savedBy: string
  savedAt: Date
}

export const PlaybookVersionEntity = new EntitySchema<PlaybookVersion>({
  name: 'playbook_version',
  tableName: 'playbook_versions',
  columns: {
    id: column.id(),
    name: column.word(26),
    version: column.count(),
    state: column.state(),
    body: column.document(),
    note: column.word(200),
    savedBy: column.word(48),
    savedAt: column.instant(),
  },
  indices: [{ name: 'playbook_versions_name', columns: ['name', 'version'], unique: true }],
})

export type Playbook = ReturnType<typeof createPlaybook>

/** The rules of the business as versioned data. A document without a published version has its default. */
export function createPlaybook({ clock, ids, changes }: { clock: Clock; ids: Ids; changes: Changes }) {
  const cache = new Map<DocumentName, unknown>()

  /** Writes the next version; the unique key on (name, version) refuses a concurrent second one. */
  async function add(
    tx: Tx,
    actor: Actor,
    name: DocumentName,
    body: unknown,
    state: PlaybookVersion['state'],
    note: string,
  ) {
    const newest = await tx
      .getRepository(PlaybookVersionEntity)
      .findOne({ where: { name }, order: { version: 'DESC' } })
    const row: PlaybookVersion = {
      id: ids.next(),
      name,
      version: (newest?.version ?? 0) + 1,
      state,
      body,
      note: note.slice(0, 200),
      savedBy: actorId(actor),
      savedAt: clock.now(),
    }
    await insertRows(tx, PlaybookVersionEntity, [row])
    return row
  }

  async function archivePublished(tx: Tx, name: DocumentName) {
    await updateRows(tx, PlaybookVersionEntity, { name, state: 'published' }, { state: 'archived' })
    afterCommit(tx, () => cache.delete(name))
  }

  return {
    /** The rules in force. The object is shared: do not change it. */
    async get<N extends DocumentName>(tx: EntityManager, name: N): Promise<DocumentOf<N>> {
      if (!cache.has(name)) {
        const row = await tx.getRepository(PlaybookVersionEntity).findOneBy({ name, state: 'published' })
        // A stored document that a newer schema refuses must not stop the business: the default takes its place.
        const stored = row ? documents[name].schema.safeParse(row.body) : null
        cache.set(name, stored?.success ? stored.data : documents[name].defaults)
      }
      return cache.get(name) as DocumentOf<N>
    },

    /** Reads the documents anew when they are next asked for: another process may have published one. */
    forget() {
      cache.clear()
    },

    /**
     * A body as it would be stored; writes nothing.
     *
     * @throws DomainError as for `saveDraft`.
     */
    examine<N extends DocumentName>(actor: Actor, name: N, body: unknown): DocumentOf<N> {
      requireAdmin(actor)
      return check(name, body) as DocumentOf<N>
    },

    /**
     * Saves a draft.
     *
     * @throws DomainError `permission.denied` for others than admins; `playbook.invalid` with
     *   `problems: { path, message }[]`; `playbook.unknown`.
     */
    async saveDraft(
      tx: Tx,
      actor: Actor,
      name: string,
      body: unknown,
      note: string,
    ): Promise<PlaybookVersion> {
      requireAdmin(actor)
      const known = requireName(name)
      const row = await add(tx, actor, known, check(known, body), 'draft', note)
      await changes.append(tx, actor, {
        subject: { type: 'playbook', id: known },
        kind: 'playbook.saved',
        data: { version: row.version, note },
      })
      return row
    },

    /** Puts a draft in force. @throws DomainError `playbook.version_not_found` when it is no draft of this document. */
    async publish(tx: Tx, actor: Actor, name: string, version: number): Promise<void> {
      requireAdmin(actor)
      const known = requireName(name)
      const before = await this.get(tx, known)
      await archivePublished(tx, known)
      const done = await updateRows(
        tx,
        PlaybookVersionEntity,
        { name: known, version, state: 'draft' },
        { state: 'published' },
      )
      if (done !== 1) throw new DomainError('playbook.version_not_found', { name, version })
      const row = await tx.getRepository(PlaybookVersionEntity).findOneByOrFail({ name: known, version })
      await changes.append(tx, actor, {
        subject: { type: 'playbook', id: known },
        kind: 'playbook.published',
        fields: { body: [before, row.body] },
        data: { version },
      })
    },

    /** Puts an earlier version's body in force again, as a new version: history only grows. */
    async rollBack(tx: Tx, actor: Actor, name: string, version: number): Promise<PlaybookVersion> {
      requireAdmin(actor)
      const known = requireName(name)
      const earlier = await tx.getRepository(PlaybookVersionEntity).findOneBy({ name: known, version })
      if (!earlier) throw new DomainError('playbook.version_not_found', { name, version })
      const before = await this.get(tx, known)
      await archivePublished(tx, known)
      const row = await add(
        tx,
        actor,
        known,
        check(known, earlier.body),
        'published',
        `退回到第 ${version} 版`,
      )
      await changes.append(tx, actor, {
        subject: { type: 'playbook', id: known },
        kind: 'playbook.rolled-back',
        fields: { body: [before, row.body] },
        data: { version: row.version, from: version },
      })
      return row
    },

    /** All versions of a document, newest first. */
    async history(tx: EntityManager, name: string): Promise<PlaybookVersion[]> {
      return tx
        .getRepository(PlaybookVersionEntity)
        .find({ where: { name: requireName(name) }, order: { version: 'DESC' }, take: 200 })
    },
  }
}

function requireName(name: string): DocumentName {
  const known = documentNames.find((candidate) => candidate === name)
  if (!known) throw new DomainError('playbook.unknown', { name })
  return known
}

function check(name: DocumentName, body: unknown): unknown {
  const schema: z.ZodType = documents[name].schema
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new DomainError('playbook.invalid', { name, problems: sayProblems(schema, parsed.error) })
}

/** The rules decide what everybody may do, so they are checked before the module of permissions stands. */
function requireAdmin(actor: Actor): void {
  if (actor.kind === 'person' && actor.role !== 'admin')
    throw new DomainError('permission.denied', { ability: 'playbook.edit' })
}
