import { EntitySchema, type EntityManager } from 'typeorm'
import type { Subject, SubjectType } from '../changes/change.js'
import * as column from '../db/columns.js'
import { insertLater, updateRows } from '../db/rows.js'
import { asOptionalDate, select } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { isMadeHere, noteMade } from '../db/unit-state.js'
import { faultPoint } from '../fault-points.js'
import type { DeadlineKind } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { planLadder, type PlannedStep } from './ladder.js'

/** Something that is waited for. waiting → met | cancelled | done (its ladder has run out). */
export interface Deadline {
  id: string
  kind: DeadlineKind
  subjectType: SubjectType
  subjectId: string
  startedAt: Date
  dueAt: Date
  steps: PlannedStep[]
  nextStep: number
  /** When the runner must look; null when nothing is left to fire. */
  nextAt: Date | null
  state: 'waiting' | 'met' | 'cancelled' | 'done'
  /** `<kind> <subject id>` while waiting: at most one of a kind runs per subject. */
  openKey: string | null
  closedAt: Date | null
}

export const DeadlineEntity = new EntitySchema<Deadline>({
  name: 'deadline',
  tableName: 'deadlines',
  columns: {
    id: column.id(),
    kind: column.word(32),
    subjectType: column.state(),
    subjectId: column.ref(),
    startedAt: column.instant(),
    dueAt: column.instant(),
    steps: column.document(),
    nextStep: column.count(),
    nextAt: column.optionalInstant(),
    state: column.state(),
    openKey: column.optionalWord(64),
    closedAt: column.optionalInstant(),
  },
  indices: [
    { name: 'deadlines_next', columns: ['nextAt'] },
    { name: 'deadlines_open', columns: ['openKey'], unique: true },
    { name: 'deadlines_subject', columns: ['subjectType', 'subjectId'] },
  ],
})

/** What happens when a step fires, in the same unit as the step: both are committed, or neither. */
export type StepHandler = (
  tx: Tx,
  input: { deadline: Deadline; step: PlannedStep; now: Date },
) => Promise<void>

export type Deadlines = ReturnType<typeof createDeadlines>

/** The only kind of waiting. */
export function createDeadlines({
  clock,
  ids,
  playbook,
  timeZone,
}: {
  clock: Clock
  ids: Ids
  playbook: Playbook
  timeZone: string
}) {
  const handlers = new Map<string, StepHandler>()
  const wakers = new Set<() => void>()
  const wake = () => {
    for (const waker of wakers) waker()
  }

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
      { openKey, state: 'waiting' },
      { state, openKey: null, nextAt: null, closedAt: clock.now() },
    )
    return closed === 1
  }

  return {
    /** Registers what a step of a ladder does. Each module does so for its own kinds of deadline. */
    on(kind: DeadlineKind, action: string, handler: StepHandler) {
      handlers.set(`${kind} ${action}`, handler)
    },

    /** Calls back when a deadline was started: the runner may have to wake earlier. */
    onStarted(waker: () => void) {
      wakers.add(waker)
    },

    /**
     * Starts waiting, by the ladder in force now. A running deadline of the same kind and subject is replaced.
     *
     * @param dueAt - for reminders: the chosen instant; else the ladder's own time from now.
     */
    async start(
      tx: Tx,
      kind: DeadlineKind,
      subject: Subject,
      { dueAt }: { dueAt?: Date } = {},
    ): Promise<Deadline> {
      await close(tx, kind, subject, 'cancelled')
      const ladder = (await playbook.get(tx, 'ladders'))[kind]
      const calendar = await playbook.get(tx, 'calendar')
      const now = clock.now()
      const plan = planLadder(ladder, now, { calendar, timeZone, ...(dueAt ? { dueAt } : {}) })
      const deadline: Deadline = {
        id: ids.next(),
        kind,
        subjectType: subject.type,
        subjectId: subject.id,
        startedAt: now,
        dueAt: plan.dueAt,
        steps: plan.steps,
        nextStep: 0,
        nextAt: instantOf(plan.steps[0]),
        state: 'waiting',
        openKey: openKeyOf(kind, subject),
        closedAt: null,
      }
      noteMade(tx, deadline.openKey ?? deadline.id)
      await insertLater(tx, DeadlineEntity, [deadline])
      afterCommit(tx, wake)
      return deadline
    },

    /** What was waited for has happened. False when nothing was waiting any more. */
    meet: (tx: Tx, kind: DeadlineKind, subject: Subject) => close(tx, kind, subject, 'met'),

    /** It no longer matters. False when nothing was waiting any more. */
    cancel: (tx: Tx, kind: DeadlineKind, subject: Subject) => close(tx, kind, subject, 'cancelled'),

    /** The running deadline of a kind for a subject; null when none runs. */
    async running(tx: EntityManager, kind: DeadlineKind, subject: Subject): Promise<Deadline | null> {
      return tx.getRepository(DeadlineEntity).findOneBy({ openKey: openKeyOf(kind, subject) })
    },

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

    /**
     * Fires one due step: moves the deadline on by a conditional update and runs the step's handler in the same unit.
     * A late runner, a restart or a second runner finds nothing to move and does nothing.
     *
     * @returns true when this call fired the step.
     */
    async fire(tx: Tx, id: string, now: Date): Promise<boolean> {
      const deadline = await tx.getRepository(DeadlineEntity).findOneBy({ id, state: 'waiting' })
      const step = deadline?.steps[deadline.nextStep]
      if (!deadline || !step || deadline.nextAt === null || deadline.nextAt > now) return false
      const following = instantOf(deadline.steps[deadline.nextStep + 1])
      const moved = await updateRows(
        tx,
        DeadlineEntity,
        { id, state: 'waiting', nextStep: deadline.nextStep },
        following
          ? { nextStep: deadline.nextStep + 1, nextAt: following }
          : { nextStep: deadline.nextStep + 1, nextAt: null, state: 'done', openKey: null, closedAt: now },
      )
      if (moved !== 1) return false
      faultPoint('deadline.after-claim')
      const handler = handlers.get(`${deadline.kind} ${step.do}`)
      // A ladder may name an action that this version does not know; the step is spent, the deadline goes on.
      if (handler) await handler(tx, { deadline, step, now })
      faultPoint('deadline.before-commit')
      return true
    },
  }
}

const openKeyOf = (kind: DeadlineKind, subject: Subject): string => `${kind} ${subject.id}`
const instantOf = (step: PlannedStep | undefined): Date | null => (step ? new Date(step.at) : null)
