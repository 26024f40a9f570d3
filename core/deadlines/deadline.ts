import { EntitySchema, IsNull, type EntitySchemaColumnOptions, type FindOptionsWhere } from 'typeorm'
import type { Subject, SubjectType } from '../changes/change.js'
import * as column from '../db/columns.js'
import type { DeadlineKind, Ladder } from '../playbook/ladders.js'
import type { PlannedStep } from './ladder.js'

/**
 * Something that is waited for. waiting → met | cancelled | done (its ladder has run out); waiting ⇄ stuck (a step
 * failed too often). While paused it stays waiting with `pausedAt` and without `nextAt`.
 */
export interface Deadline {
  id: string
  kind: DeadlineKind
  subjectType: SubjectType
  subjectId: string
  startedAt: Date
  dueAt: Date
  /** The due time was chosen by somebody; a change of the ladder does not move it. */
  dueGiven: boolean
  time: Ladder['time']
  /** Who is waited for, where it is one person: their leave counts. */
  personId: string | null
  /** What has fired (before `nextStep`) and what will. */
  steps: PlannedStep[]
  nextStep: number
  /** When the runner must look; null when nothing is left to fire, and while paused or stuck. */
  nextAt: Date | null
  pausedAt: Date | null
  /** All pauses so far, in the ladder's own time, ms. */
  heldMs: number
  state: 'waiting' | 'stuck' | 'met' | 'cancelled' | 'done'
  /** Failed tries of the next step. */
  attempts: number
  /** Why the last try failed: the error's name or code, never its message. */
  lastError: string | null
  /** `<kind> <subject id>` while waiting or stuck: at most one of a kind runs per subject. */
  openKey: string | null
  closedAt: Date | null
}

/** Stands for steps that cannot be read. Nothing fires by them; see `createFiring`. */
export const unreadableSteps: PlannedStep[] = []
Object.freeze(unreadableSteps)

const areSteps = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (step: unknown) =>
      column.isRecord(step) &&
      typeof step['do'] === 'string' &&
      typeof step['at'] === 'string' &&
      !Number.isNaN(Date.parse(step['at'])),
  )

const ms: EntitySchemaColumnOptions = {
  type: 'bigint',
  transformer: { to: (value: number) => value, from: Number },
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
    dueGiven: { ...column.flag(), default: false },
    time: { ...column.state(), default: 'clock' },
    personId: column.optionalRef(),
    steps: column.documentOr(unreadableSteps, areSteps),
    nextStep: column.count(),
    nextAt: column.optionalInstant(),
    pausedAt: column.optionalInstant(),
    heldMs: { ...ms, default: 0 },
    state: column.state(),
    attempts: { ...column.count(), default: 0 },
    lastError: column.optionalWord(100),
    openKey: column.optionalWord(64),
    closedAt: column.optionalInstant(),
  },
  indices: [
    { name: 'deadlines_next', columns: ['nextAt'] },
    { name: 'deadlines_open', columns: ['openKey'], unique: true },
    { name: 'deadlines_subject', columns: ['subjectType', 'subjectId'] },
    { name: 'deadlines_person', columns: ['personId', 'state'] },
    // Finds the stuck. An index on the state would tempt SQLite to read all that wait for a handful of ids.
    { name: 'deadlines_attempts', columns: ['attempts'] },
  ],
})

export const openKeyOf = (kind: DeadlineKind, subject: Pick<Subject, 'id'>): string => `${kind} ${subject.id}`

/** When the runner must look at the step; null when there is none. */
export const instantOf = (step: PlannedStep | undefined): Date | null => (step ? new Date(step.at) : null)

/**
 * The row as it was read: whoever writes a plan that follows from it must find it so. A pause, a step or a new start
 * that came in between would be undone otherwise.
 */
export const asRead = (deadline: Deadline): FindOptionsWhere<Deadline> => {
  const { id, state, nextStep, startedAt, heldMs, pausedAt } = deadline
  return { id, state, nextStep, startedAt, heldMs, pausedAt: pausedAt ?? IsNull() }
}
