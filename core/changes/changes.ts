import { randomBytes } from 'node:crypto'
import { In, type EntityManager } from 'typeorm'
import { actorId, type Actor } from '../actor.js'
import { insertLater } from '../db/rows.js'
import { select } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { memoryOf } from '../db/unit-state.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import {
  canonical,
  ChangeEntity,
  ChangeValueEntity,
  chainStart,
  commitment,
  hashChange,
  type Change,
  type ChangeValue,
  type FieldChange,
  type Subject,
  type SubjectType,
} from './change.js'
import { addToOutbox } from './outbox.js'

export interface NewChange {
  subject: Subject
  kind: string
  /** Fields with their values before and after; equal pairs are left out. */
  fields?: Record<string, FieldChange>
  data?: Record<string, unknown>
  /** The subject was made in this unit and nothing was said of it yet: its chain starts here. */
  isFirst?: boolean
}

export type Changes = ReturnType<typeof createChanges>

/** The chain of facts. Append only. */
export function createChanges({ clock, ids }: { clock: Clock; ids: Ids }) {
  const personal = new Map<SubjectType, ReadonlySet<string>>()
  const consumers = new Map<string, (kind: string) => boolean>()
  const listeners = new Set<(change: Change) => void>()

  return {
    /** Says which fields of a subject are personal data: their values are kept apart from the chain, so they can be erased. */
    describe(type: SubjectType, input: { personalFields: readonly string[] }) {
      personal.set(type, new Set(input.personalFields))
    },

    /** Registers a consumer: every later change of a kind it wants gets an outbox row for it. */
    addConsumer(name: string, wants: (kind: string) => boolean) {
      consumers.set(name, wants)
    },

    /** Calls back in this process after a change has committed. For signals only: what must happen uses a consumer. */
    onCommitted(listener: (change: Change) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /**
     * Appends one fact to its subject's chain, with outbox rows for those who must react.
     *
     * A concurrent append to the same subject makes the unit of work run again (unique key on the sequence).
     */
    async append(tx: Tx, actor: Actor, input: NewChange): Promise<Change> {
      const { subject, kind } = input
      const heads = memoryOf(tx, 'changes')
      const name = `${subject.type} ${subject.id}`
      const head = input.isFirst
        ? chainHead
        : ((heads?.get(name) as Head | undefined) ?? (await headOf(tx, subject)))
      const id = ids.next()
      const { fields, values } = split(id, input.fields ?? {}, personal.get(subject.type))
      const open: Omit<Change, 'hash'> = {
        id,
        subjectType: subject.type,
        subjectId: subject.id,
        seq: head.seq + 1,
        kind,
        actorId: actorId(actor),
        at: clock.now(),
        fields,
        data: input.data ?? {},
        origin: actor.origin,
        prevHash: head.hash,
      }
      const change = { ...open, hash: hashChange(open) }
      heads?.set(name, { seq: change.seq, hash: change.hash })
      await insertLater(tx, ChangeEntity, [change])
      await insertLater(tx, ChangeValueEntity, values)
      await addToOutbox(
        tx,
        change,
        [...consumers].filter(([, wants]) => wants(kind)).map(([name]) => name),
      )
      afterCommit(tx, () => {
        for (const listener of listeners) listener(change)
      })
      return change
    },

    /** The change that `id` names, with personal values filled in where they still exist. Null when there is none. */
    async find(tx: EntityManager, id: string): Promise<Change | null> {
      const change = await tx.getRepository(ChangeEntity).findOneBy({ id })
      return change ? ((await withValues(tx, [change]))[0] ?? null) : null
    },

    /**
     * The time line of some subjects, newest first, personal values filled in.
     *
     * @param limit - at most 200. @param before - id of the last change already shown.
     */
    async timeLine(
      tx: EntityManager,
      subjects: Subject[],
      { limit = 50, before }: { limit?: number; before?: string } = {},
    ) {
      if (subjects.length === 0) return []
      const query = tx.getRepository(ChangeEntity).createQueryBuilder('c')
      query.where(
        `(${subjects.map((_, i) => `(c.subjectType = :t${i} AND c.subjectId = :i${i})`).join(' OR ')})`,
        Object.fromEntries(
          subjects.flatMap((s, i) => [
            [`t${i}`, s.type],
            [`i${i}`, s.id],
          ]),
        ),
      )
      if (before) query.andWhere('c.id < :before', { before })
      const found = await query
        .orderBy('c.at', 'DESC')
        .addOrderBy('c.id', 'DESC')
        .take(Math.min(limit, 200))
        .getMany()
      return withValues(tx, found)
    },

    /** The newest changes of all subjects, newest first, without personal values. */
    async latest(tx: EntityManager, limit: number): Promise<Change[]> {
      return tx
        .getRepository(ChangeEntity)
        .find({ order: { at: 'DESC', id: 'DESC' }, take: Math.min(limit, 200) })
    },
  }
}

/** The newest link of a chain: what the next one is fastened to. */
type Head = Pick<Change, 'seq' | 'hash'>
const chainHead: Head = { seq: 0, hash: chainStart }

async function headOf(tx: Tx, subject: Subject): Promise<Head> {
  const [head] = await select<Head>(
    tx,
    'SELECT seq, hash FROM changes WHERE subjectType = ? AND subjectId = ? ORDER BY seq DESC LIMIT 1',
    [subject.type, subject.id],
  )
  return head ?? chainHead
}

function split(
  changeId: string,
  fields: Record<string, FieldChange>,
  personal: ReadonlySet<string> | undefined,
) {
  const values: ChangeValue[] = []
  const kept: Record<string, FieldChange> = {}
  for (const [field, [before = null, after = null]] of Object.entries(fields)) {
    if (canonical(before) === canonical(after)) continue
    if (!personal?.has(field)) {
      kept[field] = [before, after]
      continue
    }
    const saltBefore = randomBytes(16).toString('hex')
    const saltAfter = randomBytes(16).toString('hex')
    kept[field] = [commitment(saltBefore, before), commitment(saltAfter, after)]
    values.push({ changeId, field, saltBefore, saltAfter, before, after })
  }
  return { fields: kept, values }
}

/** Puts personal values back in place of their commitments, where they were not erased. */
async function withValues(tx: EntityManager, changes: Change[]): Promise<Change[]> {
  if (changes.length === 0) return changes
  const values = await tx.getRepository(ChangeValueEntity).findBy({ changeId: In(changes.map((c) => c.id)) })
  return changes.map((change) => {
    const own = values.filter((value) => value.changeId === change.id)
    if (own.length === 0) return change
    const fields = { ...change.fields }
    for (const { field, before, after } of own) fields[field] = [before, after]
    return { ...change, fields }
  })
}
