import { In, IsNull, type EntityManager } from 'typeorm'
import type { Changes } from '../changes/changes.js'
import type { Subject, SubjectType } from '../changes/change.js'
import { OvertakenError } from '../db/clash.js'
import { insertLater, updateRows } from '../db/rows.js'
import { asOptionalDate, select } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { isMadeHere, noteMade } from '../db/unit-state.js'
import type { Org } from '../org/org.js'
import type { Person } from '../org/person.js'
import type { DeadlineKind } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { asRead, DeadlineEntity, instantOf, openKeyOf, unreadableSteps, type Deadline } from './deadline.js'
import { createFiring, type StepHandler } from './firing.js'
import { planLadder, type PlannedStep } from './ladder.js'
import { createLeaves } from './leaves.js'
import { createPlanning } from './planning.js'
import { createPreviews } from './preview.js'
import { createWho, type Concerned } from './who.js'

export interface DeadlinesDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  playbook: Playbook
  org: Org
  timeZone: string
}

/** Whose a subject is: tells whom the steps of its deadlines concern. */
export type ConcernedBy = (tx: EntityManager, subjectId: string) => Promise<Concerned | null>

export type Deadlines = ReturnType<typeof createDeadlines>

const running: Deadline['state'][] = ['waiting', 'stuck']

/** The only kind of waiting. */
export function createDeadlines({ clock, ids, changes, playbook, org, timeZone }: DeadlinesDeps) {
  const handlers = new Map<string, StepHandler>()
  const concerned = new Map<SubjectType, ConcernedBy>()
  const wakers = new Set<() => void>()
  const firedListeners = new Set<(lateMs: number) => void>()
  const fired = (lateMs: number) => {
    for (const listener of firedListeners) listener(lateMs)
  }
  const wake = (tx: Tx) =>
    afterCommit(tx, () => {
      for (const waker of wakers) waker()
    })
  const who = createWho({ clock, org, playbook, timeZone })
  const planning = createPlanning({ playbook, timeZone })

  async function close(
    tx: Tx,
    kind: DeadlineKind,
    subject: Subject,
    state: 'met' | 'cancelled',
  ): Promise<boolean> {
    const openKey = openKeyOf(kind, subject)
    // Nothing can be waiting for a subject of this very unit but what the unit started itself.
    if (isMadeHere(tx, subject.id) && !isMadeHere(tx, openKey)) return false
    const closed = await updateRows(
      tx,
      DeadlineEntity,
      { openKey, state: In(running) },
      { state, openKey: null, nextAt: null, closedAt: clock.now() },
    )
    return closed === 1
  }

  const find = (tx: EntityManager, kind: DeadlineKind, subject: Subject): Promise<Deadline | null> =>
    tx.getRepository(DeadlineEntity).findOneBy({ openKey: openKeyOf(kind, subject) })

  /** The runner finds it at once and parks it where an admin sees it. */
  const goOnUnread = (tx: Tx, deadline: Deadline) => {
    wake(tx)
    return updateRows(tx, DeadlineEntity, asRead(deadline), { pausedAt: null, nextAt: clock.now() })
  }

  async function about(tx: EntityManager, deadline: Deadline): Promise<Concerned> {
    const found = await concerned.get(deadline.subjectType)?.(tx, deadline.subjectId)
    return found ?? { ownerId: deadline.personId, departmentId: null }
  }

  return {
    /** Registers what a step of a ladder does. Each module does so for its own kinds of deadline. */
    on(kind: DeadlineKind, action: string, handler: StepHandler) {
      handlers.set(`${kind} ${action}`, handler)
    },

    /** What the steps of a kind's ladder can do here. */
    actionsOf(kind: DeadlineKind): string[] {
      return [...handlers.keys()].flatMap((key) =>
        key.startsWith(`${kind} `) ? key.slice(kind.length + 1) : [],
      )
    },

    /** Registers whose the subjects of a type are. Each module does so for its own. */
    concernedBy(type: SubjectType, find: ConcernedBy) {
      concerned.set(type, find)
    },

    /** Calls back when a deadline was started or moved: the runner may have to wake earlier. */
    onStarted(waker: () => void) {
      wakers.add(waker)
    },

    /** Calls back after each step that fired in this process: how late it was, in milliseconds. For measuring only. */
    onFired(listener: (lateMs: number) => void) {
      firedListeners.add(listener)
    },

    /**
     * The people whom a step concerns now, as its ladder says; those on leave are passed over, see `createWho`.
     *
     * @param otherwise - whom it concerns when the ladder does not say. @param besides - who has been asked already.
     */
    async peopleOf(
      tx: EntityManager,
      { deadline, step }: { deadline: Deadline; step: PlannedStep },
      { otherwise, besides = null }: { otherwise?: string; besides?: string | null } = {},
    ): Promise<Person[]> {
      return who.people(tx, step.who ?? otherwise, await about(tx, deadline), { besides })
    },

    people: who.people,

    /** The calendar that working time is counted by: the organisation's own, with the public holidays in it. */
    calendar: planning.calendar,

    /**
     * Starts waiting, by the ladder in force now. A running deadline of the same kind and subject is replaced: so a
     * subject that has changed is counted anew, from the first step.
     *
     * @param dueAt - for reminders: the chosen instant; else the ladder's own time from now.
     * @param personId - who is waited for, where it is one person: their leave does not count as working time, and
     * what waits for them goes on without them when their leave begins (where the ladder says so).
     */
    async start(
      tx: Tx,
      kind: DeadlineKind,
      subject: Subject,
      { dueAt, personId = null }: { dueAt?: Date; personId?: string | null } = {},
    ): Promise<Deadline> {
      await close(tx, kind, subject, 'cancelled')
      const ladder = (await playbook.get(tx, 'ladders'))[kind]
      const now = clock.now()
      const settings = await planning.settings(tx, ladder.time, personId, now)
      const plan = planLadder(ladder, now, { ...settings, ...(dueAt ? { dueAt } : {}) })
      const deadline: Deadline = {
        id: ids.next(),
        kind,
        subjectType: subject.type,
        subjectId: subject.id,
        startedAt: now,
        dueAt: plan.dueAt,
        dueGiven: dueAt !== undefined,
        time: ladder.time,
        personId,
        steps: plan.steps,
        nextStep: 0,
        nextAt: instantOf(plan.steps[0]),
        pausedAt: null,
        heldMs: 0,
        state: 'waiting',
        attempts: 0,
        lastError: null,
        openKey: openKeyOf(kind, subject),
        closedAt: null,
      }
      noteMade(tx, deadline.openKey ?? deadline.id)
      await insertLater(tx, DeadlineEntity, [deadline])
      wake(tx)
      return deadline
    },

    /** What was waited for has happened. False when nothing was waiting any more. */
    meet: (tx: Tx, kind: DeadlineKind, subject: Subject) => close(tx, kind, subject, 'met'),

    /** It no longer matters. False when nothing was waiting any more. */
    cancel: (tx: Tx, kind: DeadlineKind, subject: Subject) => close(tx, kind, subject, 'cancelled'),

    /** Stops the counting, e.g. while it is the customer's turn. False when nothing runs, or it is paused already. */
    async pause(tx: Tx, kind: DeadlineKind, subject: Subject): Promise<boolean> {
      const paused = await updateRows(
        tx,
        DeadlineEntity,
        { openKey: openKeyOf(kind, subject), state: 'waiting', pausedAt: IsNull() },
        { pausedAt: clock.now(), nextAt: null },
      )
      return paused === 1
    },

    /**
     * Goes on counting: what was left of the (working) time when it was paused is left now. Steps that were due
     * already fire at once. False when nothing was paused.
     */
    async resume(tx: Tx, kind: DeadlineKind, subject: Subject): Promise<boolean> {
      const deadline = await find(tx, kind, subject)
      const pausedAt = deadline?.pausedAt
      if (!deadline || !pausedAt) return false
      if (deadline.steps === unreadableSteps) return (await goOnUnread(tx, deadline)) === 1
      const plan = await planning.resumed(tx, { ...deadline, pausedAt }, clock.now())
      const resumed = await updateRows(tx, DeadlineEntity, asRead(deadline), {
        dueAt: plan.dueAt,
        steps: plan.steps,
        nextAt: instantOf(plan.steps[deadline.nextStep]),
        pausedAt: null,
        heldMs: deadline.heldMs + plan.pausedMs,
      })
      if (resumed !== 1) throw new OvertakenError('the deadline was moved meanwhile')
      wake(tx)
      return true
    },

    /** From now on somebody else is waited for; the steps stay where they are. */
    async waitFor(tx: Tx, kind: DeadlineKind, subject: Subject, personId: string | null): Promise<boolean> {
      const key = { openKey: openKeyOf(kind, subject), state: In(running) }
      return (await updateRows(tx, DeadlineEntity, key, { personId })) === 1
    },

    /** The running deadline of a kind for a subject; null when none runs. */
    running: find,

    /** Running deadlines that fire next, soonest first. */
    async upcoming(tx: EntityManager, limit: number): Promise<Deadline[]> {
      return tx
        .getRepository(DeadlineEntity)
        .createQueryBuilder('d')
        .where('d.nextAt IS NOT NULL')
        .orderBy('d.nextAt')
        .take(Math.min(limit, 200))
        .getMany()
    },

    /** Ids of deadlines with a step that is due, soonest first. */
    async due(tx: EntityManager, now: Date, limit: number): Promise<string[]> {
      const rows = await select<{ id: string }>(
        tx,
        'SELECT id FROM deadlines WHERE nextAt <= ? ORDER BY nextAt, id LIMIT ?',
        [now, limit],
      )
      return rows.map((row) => row.id)
    },

    /** When the next step of any deadline is due; null when nothing waits. */
    async nextAt(tx: EntityManager): Promise<Date | null> {
      const [row] = await select<{ nextAt: Date | string }>(
        tx,
        'SELECT nextAt FROM deadlines WHERE nextAt IS NOT NULL ORDER BY nextAt LIMIT 1',
      )
      return row ? asOptionalDate(row.nextAt) : null
    },

    ...createFiring({ clock, handlers, wake, fired }),
    ...createPreviews({
      clock,
      changes,
      playbook,
      planning,
      timeZone,
      about,
      find,
      people: who.people,
      wake,
    }),
    leaves: createLeaves({ clock, ids, changes, org, playbook, timeZone, wake }),
  }
}
