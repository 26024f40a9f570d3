import { In, MoreThanOrEqual, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { backoffMs } from '../db/backoff.js'
import { updateRows } from '../db/rows.js'
import { execute, marks, type SqlValue } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import { faultPoint } from '../fault-points.js'
import { authorize } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import { DeadlineEntity, instantOf, unreadableSteps, type Deadline } from './deadline.js'
import type { PlannedStep } from './ladder.js'

/** What happens when a step fires, in the same unit as the step: both are committed, or neither. */
export type StepHandler = (
  tx: Tx,
  input: { deadline: Deadline; step: PlannedStep; now: Date },
) => Promise<void>

/** Some deadline of a batch was moved by somebody else meanwhile: nothing of the batch has happened. */
export class BatchDisturbed extends Error {}

/** A step is tried this often, over some twenty minutes; then it is parked where an admin sees it. */
export const mostTries = 10

/**
 * A try that its process did not survive weighs as much as two that failed: after five of them the step is parked and
 * ends no further process.
 */
const interruptionWeighs = 2
const interrupted = 'interrupted'

/** What a deadline's row says of its steps cannot be read. No further try would change that: it is parked at once. */
export class UnreadableSteps extends Error {
  readonly code = 'steps_unreadable'
}

interface Due {
  deadline: Deadline
  step: PlannedStep
}

export function createFiring({
  clock,
  handlers,
  wake,
  fired,
}: {
  clock: Clock
  handlers: ReadonlyMap<string, StepHandler>
  wake: (tx: Tx) => void
  /** Told of each committed step how late it was. */
  fired: (lateMs: number) => void
}) {
  // A ladder may name an action that this version does not know; the step is spent, the deadline goes on.
  const act = async (tx: Tx, { deadline, step }: Due, now: Date) => {
    const dueAt = deadline.nextAt ?? now
    afterCommit(tx, () => fired(clock.now().getTime() - dueAt.getTime()))
    await handlers.get(`${deadline.kind} ${step.do}`)?.(tx, { deadline, step, now })
  }

  return {
    /**
     * Fires one due step: moves the deadline on by a conditional update and runs the step's handler in the same unit.
     * A late runner, a restart or a second runner finds nothing to move and does nothing.
     *
     * @returns true when this call fired the step.
     * @throws UnreadableSteps, and whatever the handler throws.
     */
    async fire(tx: Tx, id: string, now: Date): Promise<boolean> {
      const deadline = await tx.getRepository(DeadlineEntity).findOneBy({ id, state: 'waiting' })
      const due = deadline && stepDue(deadline, now)
      if (!due) return false
      const following = instantOf(deadline.steps[deadline.nextStep + 1])
      const spent = { nextStep: deadline.nextStep + 1, attempts: 0, lastError: null }
      const moved = await updateRows(
        tx,
        DeadlineEntity,
        { id, state: 'waiting', nextStep: deadline.nextStep, nextAt: deadline.nextAt ?? now },
        following
          ? { ...spent, nextAt: following }
          : { ...spent, nextAt: null, state: 'done', openKey: null, closedAt: now },
      )
      if (moved !== 1) return false
      faultPoint('deadline.after-claim')
      await act(tx, due, now)
      faultPoint('deadline.before-commit')
      return true
    },

    /**
     * Fires the due steps of many deadlines in one unit, at most one of a subject: a commit costs more than a step.
     *
     * @returns how many fired; those that are not due any more are left out.
     * @throws BatchDisturbed, and whatever a handler throws: then nothing has fired and each is to be tried by itself.
     */
    async fireBatch(tx: Tx, ids: readonly string[], now: Date): Promise<number> {
      if (ids.length === 0) return 0
      const rows = await tx.getRepository(DeadlineEntity).findBy({ id: In([...ids]), state: 'waiting' })
      const byId = new Map(rows.map((row) => [row.id, row]))
      const subjects = new Set<string>()
      const due = ids.flatMap((id) => {
        const row = byId.get(id)
        const found = row && stepDue(row, now)
        if (!found || subjects.has(row.subjectId)) return []
        subjects.add(row.subjectId)
        return [found]
      })
      const groups = Map.groupBy(due, ({ deadline }) => deadline.nextStep)
      for (const [nextStep, group] of groups) await moveOn(tx, nextStep, group, now)
      faultPoint('deadline.after-claim')
      for (const one of due) await act(tx, one, now)
      faultPoint('deadline.before-commit')
      return due.length
    },

    /**
     * Notes that a due step is about to be tried, in a unit of its own: should the process end by it, the note stays.
     * Firing it, or noting that it failed, takes the note back.
     *
     * @returns `stuck` when it has ended too many processes: it was parked and is not to be fired.
     */
    async begin(tx: Tx, id: string, now: Date): Promise<'go' | 'stuck' | 'gone'> {
      const row = await tx.getRepository(DeadlineEntity).findOneBy({ id, state: 'waiting' })
      if (!row?.nextAt || row.nextAt > now) return 'gone'
      const isStuck = row.lastError === interrupted && row.attempts >= mostTries
      const noted = await updateRows(
        tx,
        DeadlineEntity,
        { id, state: 'waiting', nextStep: row.nextStep, attempts: row.attempts, nextAt: row.nextAt },
        isStuck
          ? { state: 'stuck', nextAt: null }
          : { attempts: row.attempts + interruptionWeighs, lastError: interrupted },
      )
      return noted !== 1 ? 'gone' : isStuck ? 'stuck' : 'go'
    },

    /**
     * Notes that a due step failed: it is tried again after a while, ever longer; at the end it is parked as `stuck`.
     * What cannot be read is parked at once.
     *
     * @returns what becomes of it; `gone` when it was met, cancelled or fired meanwhile.
     */
    async failed(tx: Tx, id: string, error: unknown): Promise<'again' | 'stuck' | 'gone'> {
      const row = await tx.getRepository(DeadlineEntity).findOneBy({ id, state: 'waiting' })
      if (!row?.nextAt) return 'gone'
      const before = row.attempts - (row.lastError === interrupted ? interruptionWeighs : 0)
      const attempts = error instanceof UnreadableSteps ? mostTries : before + 1
      const isStuck = attempts >= mostTries
      const noted = await updateRows(
        tx,
        DeadlineEntity,
        { id, state: 'waiting', nextStep: row.nextStep, attempts: row.attempts, nextAt: row.nextAt },
        {
          attempts,
          lastError: nameOf(error),
          ...(isStuck
            ? { state: 'stuck', nextAt: null }
            : { nextAt: new Date(clock.now().getTime() + backoffMs(attempts)) }),
        },
      )
      return noted !== 1 ? 'gone' : isStuck ? 'stuck' : 'again'
    },

    /** Deadlines whose step failed too often, those due first first; at most 200. Nothing fires until a retry. */
    async stuck(tx: EntityManager, limit = 50): Promise<Deadline[]> {
      return tx.getRepository(DeadlineEntity).find({
        where: { attempts: MoreThanOrEqual(mostTries), state: 'stuck' },
        order: { dueAt: 'ASC', id: 'ASC' },
        take: Math.min(limit, 200),
      })
    },

    /**
     * An admin has a stuck deadline tried again now.
     *
     * @throws DomainError `permission.denied`; `deadline.not_stuck` when it is not stuck any more.
     */
    async retry(tx: Tx, actor: Actor, id: string): Promise<void> {
      authorize(actor, 'playbook.edit')
      const back = await updateRows(
        tx,
        DeadlineEntity,
        { id, state: 'stuck' },
        { state: 'waiting', attempts: 0, lastError: null, nextAt: clock.now() },
      )
      if (back !== 1) throw new DomainError('deadline.not_stuck', { id })
      wake(tx)
    },
  }
}

function stepDue(deadline: Deadline, now: Date): Due | null {
  if (deadline.steps === unreadableSteps) throw new UnreadableSteps()
  const step = deadline.steps[deadline.nextStep]
  return step && deadline.nextAt !== null && deadline.nextAt <= now ? { deadline, step } : null
}

/** The conditional update of `fire` for many rows that stand at the same step. The counts decide. */
async function moveOn(tx: Tx, nextStep: number, group: readonly Due[], now: Date): Promise<void> {
  const following = ({ deadline }: Due) => instantOf(deadline.steps[nextStep + 1])
  const [ending, going] = [group.filter((one) => !following(one)), group.filter(following)]
  const move = async (list: readonly Due[], set: string, values: SqlValue[]) => {
    if (list.length === 0) return
    const moved = await execute(
      tx,
      `UPDATE deadlines SET nextStep = nextStep + 1, attempts = 0, lastError = NULL, ${set}
       WHERE id IN (${marks(list)}) AND state = 'waiting' AND nextStep = ? AND nextAt <= ?`,
      [...values, ...list.map(({ deadline }) => deadline.id), nextStep, now],
    )
    if (moved !== list.length) throw new BatchDisturbed()
  }
  await move(ending, "nextAt = NULL, state = 'done', openKey = NULL, closedAt = ?", [now])
  await move(
    going,
    `nextAt = CASE id ${going.map(() => 'WHEN ? THEN ?').join(' ')} END`,
    going.flatMap((one) => [one.deadline.id, following(one)]),
  )
}

/** The error's code or name. Its message may hold a customer's words. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return code.slice(0, 100)
}
