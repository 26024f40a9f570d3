import { In, MoreThanOrEqual, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Subject } from '../changes/change.js'
import type { Changes } from '../changes/changes.js'
import type { Customers } from '../customers/customers.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import { LeadEntity } from '../leads/lead.js'
import type { Leads } from '../leads/leads.js'
import { authorize, type Owned } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Tasks } from '../tasks/tasks.js'
import type { NoteDraft } from '../understanding/note-schema.js'
import { FollowUpEntity, type FollowUp } from './follow-up.js'
import { dueTimeOf } from './next-time.js'
import { resolveSubject, type Candidate } from './resolve.js'

export interface Said {
  text: string
  draft: NoteDraft
  readBy: FollowUp['readBy']
  demo?: boolean
}

export type About = { type: 'lead' | 'customer'; id: string }

/** What a person may put right on the confirm card. */
export interface Correction {
  action?: string
  outcome?: string
  /** Local day or day and time; null for no next contact. */
  nextAt?: string | null
  nextWhat?: string | null
  amountCents?: number | null
}

export interface FollowUpsDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  leads: Leads
  customers: Customers
  tasks: Tasks
  timeZone: string
}

export type FollowUps = ReturnType<typeof createFollowUps>

export function createFollowUps({ clock, ids, changes, leads, customers, tasks, timeZone }: FollowUpsDeps) {
  async function ownerRow(tx: EntityManager, actor: Actor, about: About): Promise<Owned> {
    return about.type === 'lead' ? leads.require(tx, actor, about.id) : customers.require(tx, actor, about.id)
  }

  async function byId(tx: EntityManager, id: string): Promise<FollowUp> {
    const followUp = await tx.getRepository(FollowUpEntity).findOneBy({ id })
    if (!followUp) throw new DomainError('follow-up.not_found', { id })
    return followUp
  }

  /** Only the one who wrote a follow-up settles, corrects or takes it back. */
  async function own(tx: EntityManager, actor: Actor, id: string): Promise<FollowUp> {
    const followUp = await byId(tx, id)
    const isAuthor = actor.kind === 'system' || followUp.authorId === actor.personId
    if (!isAuthor) throw new DomainError('permission.denied', { ability: 'follow-up.write' })
    return followUp
  }

  const tell = (tx: Tx, actor: Actor, followUp: FollowUp, kind: string, about: About | null) =>
    changes.append(tx, actor, {
      subject: { type: 'follow-up', id: followUp.id },
      kind,
      data: { about, authorId: followUp.authorId, action: followUp.action, outcome: followUp.outcome },
    })

  /** The reminder of the next contact, and what the author promised. */
  async function makeTasks(tx: Tx, actor: Actor, followUp: FollowUp, about: About): Promise<void> {
    const common = {
      ownerId: followUp.authorId,
      subjectType: about.type,
      subjectId: about.id,
      followUpId: followUp.id,
      demo: followUp.demo,
    }
    const now = clock.now()
    const next = followUp.nextAt ? dueTimeOf(followUp.nextAt, now, timeZone) : null
    if (next)
      await tasks.add(tx, actor, {
        ...common,
        ...next,
        kind: 'contact',
        title: followUp.nextWhat || '再次联系',
      })
    for (const todo of followUp.todos) {
      const due = todo.due ? dueTimeOf(todo.due, now, timeZone) : null
      // The promise that is the next contact itself needs no second reminder.
      if (!due || (next && due.dueAt.getTime() === next.dueAt.getTime())) continue
      const title = isSelf(todo.who) ? todo.what : `${todo.who}：${todo.what}`
      await tasks.add(tx, actor, { ...common, ...due, kind: 'todo', title: title.slice(0, 200) || '待办' })
    }
  }

  /** Puts a follow-up on its subject: everything that a contact means happens here. */
  async function attach(tx: Tx, actor: Actor, followUp: FollowUp, about: About): Promise<FollowUp> {
    authorize(actor, 'follow-up.write', await ownerRow(tx, actor, about))
    const settledTaskIds = await tasks.settleContacts(tx, actor, followUp.authorId, about)
    let wasFirstTouch = false
    if (about.type === 'lead') {
      wasFirstTouch = (await leads.byId(tx, about.id)).firstTouchAt === null
      await leads.markViewed(tx, actor, about.id)
      await leads.markContacted(tx, about.id)
    } else await customers.touched(tx, about.id)
    const attached: FollowUp = {
      ...followUp,
      state: 'active',
      subjectType: about.type,
      subjectId: about.id,
      settledTaskIds,
      wasFirstTouch,
    }
    await tx.getRepository(FollowUpEntity).save(attached)
    await makeTasks(tx, actor, attached, about)
    await tell(tx, actor, attached, 'follow-up.recorded', about)
    return attached
  }

  async function retract(tx: Tx, actor: Actor, followUp: FollowUp): Promise<void> {
    await tasks.takeBack(tx, actor, followUp.id, followUp.settledTaskIds)
    if (followUp.wasFirstTouch && followUp.subjectType === 'lead' && followUp.subjectId) {
      await updateRows(tx, LeadEntity, { id: followUp.subjectId }, { firstTouchAt: null })
    }
  }

  function fresh(authorId: string, { text, draft, readBy, demo }: Said): FollowUp {
    return {
      id: ids.next(),
      state: 'draft',
      subjectType: null,
      subjectId: null,
      authorId,
      text,
      action: draft.action,
      outcome: draft.outcome,
      stage: draft.stage ?? null,
      amountCents: draft.amount?.valueCents ?? null,
      amountKind: draft.amount?.kind ?? null,
      persons: draft.persons,
      nextAt: draft.next?.at.slice(0, 24) ?? null,
      nextWhat: draft.next?.what.slice(0, 200) ?? null,
      todos: draft.todos.map((todo) => ({ who: todo.who, what: todo.what, due: todo.due ?? null })),
      readBy,
      unsure: draft.unsure,
      candidates: [],
      customerHint: draft.customer ?? null,
      phoneHint: draft.phone ?? null,
      settledTaskIds: [],
      wasFirstTouch: false,
      at: clock.now(),
      demo: demo ?? false,
    }
  }

  return {
    byId,

    /**
     * Takes down what a person said. With a clear subject it is recorded at once; otherwise it waits as a draft with
     * the likely ones, so that nothing said is lost.
     */
    async say(tx: Tx, actor: Actor, said: Said, about?: About): Promise<FollowUp> {
      const authorId = requirePerson(actor)
      const followUp = fresh(authorId, said)
      if (about) {
        await insertRows(tx, FollowUpEntity, [followUp])
        return attach(tx, actor, followUp, about)
      }
      const hints = {
        customer: said.draft.customer ?? null,
        persons: said.draft.persons,
        phone: said.draft.phone ?? null,
      }
      const { clear, candidates } = await resolveSubject(tx, actor, hints, clock.now())
      const draft = { ...followUp, candidates: candidates.map(plainCandidate) }
      await insertRows(tx, FollowUpEntity, [draft])
      if (clear) return attach(tx, actor, draft, clear)
      await tell(tx, actor, draft, 'follow-up.drafted', null)
      return draft
    },

    /**
     * Says whose draft it is. Choosing twice keeps the first choice.
     *
     * @throws DomainError `follow-up.not_found`, `permission.denied`, `lead.not_found`, `customer.not_found`.
     */
    async choose(tx: Tx, actor: Actor, id: string, about: About): Promise<FollowUp> {
      const followUp = await own(tx, actor, id)
      return followUp.state === 'draft' ? attach(tx, actor, followUp, about) : followUp
    },

    /** Drops a draft that nobody wants. */
    async drop(tx: Tx, actor: Actor, id: string): Promise<FollowUp> {
      const followUp = await own(tx, actor, id)
      if ((await updateRows(tx, FollowUpEntity, { id, state: 'draft' }, { state: 'dropped' })) === 0)
        return followUp
      await tell(tx, actor, followUp, 'follow-up.dropped', null)
      return { ...followUp, state: 'dropped' }
    },

    /** Takes a follow-up back: its reminders go, what it had settled is open again. Undoing twice is no error. */
    async undo(tx: Tx, actor: Actor, id: string): Promise<FollowUp> {
      const followUp = await own(tx, actor, id)
      if ((await updateRows(tx, FollowUpEntity, { id, state: 'active' }, { state: 'undone' })) === 0)
        return followUp
      await retract(tx, actor, followUp)
      await tell(tx, actor, followUp, 'follow-up.undone', aboutOf(followUp))
      return { ...followUp, state: 'undone' }
    },

    /** Puts a recorded follow-up right; its reminders follow. @throws DomainError `follow-up.not_active` as it is undone. */
    async correct(tx: Tx, actor: Actor, id: string, correction: Correction): Promise<FollowUp> {
      const followUp = await own(tx, actor, id)
      const about = aboutOf(followUp)
      if (followUp.state !== 'active' || !about) throw new DomainError('follow-up.not_active', { id })
      const corrected: FollowUp = { ...followUp, ...correction, readBy: 'person', unsure: [] }
      await tx.getRepository(FollowUpEntity).save(corrected)
      await tasks.takeBack(tx, actor, id, [])
      await makeTasks(tx, actor, corrected, about)
      await changes.append(tx, actor, {
        subject: { type: 'follow-up', id },
        kind: 'follow-up.corrected',
        fields: {
          action: [followUp.action, corrected.action],
          outcome: [followUp.outcome, corrected.outcome],
          nextAt: [followUp.nextAt, corrected.nextAt],
          amountCents: [followUp.amountCents, corrected.amountCents],
        },
        data: { about },
      })
      return corrected
    },

    /** What this person recorded last, since an instant. */
    async latestBy(tx: EntityManager, authorId: string, since: Date): Promise<FollowUp | null> {
      return tx.getRepository(FollowUpEntity).findOne({
        where: { authorId, state: 'active', at: MoreThanOrEqual(since) },
        order: { at: 'DESC', id: 'DESC' },
      })
    },

    /** Recorded follow-ups about some subjects, newest first. */
    async about(tx: EntityManager, subjects: Subject[], limit = 50): Promise<FollowUp[]> {
      if (subjects.length === 0) return []
      return tx.getRepository(FollowUpEntity).find({
        where: {
          state: In(['active', 'undone']),
          subjectType: In([...new Set(subjects.map((subject) => subject.type))]),
          subjectId: In(subjects.map((subject) => subject.id)),
        },
        order: { at: 'DESC', id: 'DESC' },
        take: Math.min(limit, 200),
      })
    },
  }
}

export const aboutOf = (followUp: FollowUp): About | null =>
  followUp.subjectType && followUp.subjectId ? { type: followUp.subjectType, id: followUp.subjectId } : null

const plainCandidate = ({ type, id, label, why }: Candidate) => ({ type, id, label, why })
const isSelf = (who: string): boolean => /^(我|本人|自己)$/.test(who)

function requirePerson(actor: Actor): string {
  if (actor.kind !== 'person') throw new DomainError('permission.denied', { ability: 'follow-up.write' })
  return actor.personId
}
