import { In, IsNull, LessThanOrEqual, MoreThan, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import { LeaveEntity, leavesAfter, type Leave } from '../org/leave.js'
import type { Org } from '../org/org.js'
import type { DeadlineKind } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { DeadlineEntity } from './deadline.js'
import { createLeaveViews } from './leave-view.js'
import { addDays, fromLocal } from './working-time.js'

/** A leave as people say it: local days, each end a whole day or half of one. Noon parts the halves. */
export interface LeaveDays {
  /** Local day `YYYY-MM-DD`. */
  from: string
  /** `pm`: the first day is worked until noon. */
  fromHalf?: 'pm'
  to: string
  /** `am`: the last day is worked from noon on. */
  toHalf?: 'am'
}

export interface NewLeave extends LeaveDays {
  personId: string
  deputyId?: string | null
  note?: string
}

const longestDays = 366

/** The instants of a leave. @throws DomainError `leave.invalid` when it ends before it begins or lasts over a year. */
export function leaveSpan({ from, fromHalf, to, toHalf }: LeaveDays, timeZone: string) {
  const fromAt = fromLocal(fromHalf === 'pm' ? `${from}T12:00` : from, timeZone)
  const toAt = fromLocal(toHalf === 'am' ? `${to}T12:00` : addDays(to, 1), timeZone)
  if (fromAt >= toAt || to > addDays(from, longestDays)) throw new DomainError('leave.invalid', { from, to })
  return { fromAt, toAt }
}

export interface LeavesDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  org: Org
  playbook: Playbook
  timeZone: string
  wake: (tx: Tx) => void
}

/** Who is away from when to when. Their working time stands still, questions go to their deputy or the next manager. */
export function createLeaves({ clock, ids, changes, org, playbook, timeZone, wake }: LeavesDeps) {
  const views = createLeaveViews({ clock, org, playbook })

  async function requireRight(tx: Tx, actor: Actor, personId: string): Promise<void> {
    const person = await org.person(tx, personId)
    if (actor.kind === 'system' || views.mayKeep(actor, person)) return
    throw new DomainError('permission.denied', { ability: 'leave.edit' })
  }

  return {
    ...views,

    /**
     * Notes a leave. What waits for the person goes on without them when it begins, where the ladder says so. Noted a
     * second time with the same ends, it is the same leave.
     *
     * @throws DomainError `person.not_found`, `permission.denied`, `leave.invalid`, `leave.past` when it is over
     * already, `leave.deputy` when the deputy is the person or has left.
     */
    async add(tx: Tx, actor: Actor, input: NewLeave): Promise<Leave> {
      await requireRight(tx, actor, input.personId)
      const span = leaveSpan(input, timeZone)
      if (span.toAt <= clock.now()) throw new DomainError('leave.past')
      const known = (await leavesAfter(tx, input.personId, clock.now())).find(
        ({ fromAt, toAt }) =>
          fromAt.getTime() === span.fromAt.getTime() && toAt.getTime() === span.toAt.getTime(),
      )
      if (known) return known
      const deputyId = input.deputyId ?? null
      const deputy = deputyId ? await org.person(tx, deputyId) : null
      if (deputy && (deputy.id === input.personId || deputy.state === 'left'))
        throw new DomainError('leave.deputy', { name: deputy.name })
      const leave: Leave = {
        id: ids.next(),
        personId: input.personId,
        ...span,
        deputyId,
        note: (input.note ?? '').slice(0, 200),
        addedAt: clock.now(),
        begunAt: null,
        cancelledAt: null,
      }
      await insertRows(tx, LeaveEntity, [leave])
      await changes.append(tx, actor, {
        subject: { type: 'person', id: input.personId },
        kind: 'person.leave-added',
        data: {
          leaveId: leave.id,
          from: span.fromAt.toISOString(),
          to: span.toAt.toISOString(),
          deputyId,
        },
      })
      wake(tx)
      return leave
    },

    /** Takes a leave back; the person is there again. False when it was taken back already. Errors as for `add`. */
    async cancel(tx: Tx, actor: Actor, id: string): Promise<boolean> {
      const leave = await tx.getRepository(LeaveEntity).findOneBy({ id })
      if (!leave) throw new DomainError('leave.not_found', { id })
      await requireRight(tx, actor, leave.personId)
      const cancelledAt = clock.now()
      if ((await updateRows(tx, LeaveEntity, { id, cancelledAt: IsNull() }, { cancelledAt })) !== 1)
        return false
      await changes.append(tx, actor, {
        subject: { type: 'person', id: leave.personId },
        kind: 'person.leave-cancelled',
        data: { leaveId: id },
      })
      return true
    },

    /** A person's running and coming leave, soonest first. */
    async of(tx: EntityManager, personId: string): Promise<Leave[]> {
      return leavesAfter(tx, personId, clock.now())
    },

    /** Leaves that have begun and whose people are waited for still; at most 100. */
    async beginning(tx: EntityManager, now: Date): Promise<string[]> {
      const rows = await tx.getRepository(LeaveEntity).find({
        where: {
          begunAt: IsNull(),
          fromAt: LessThanOrEqual(now),
          toAt: MoreThan(now),
          cancelledAt: IsNull(),
        },
        select: { id: true },
        order: { fromAt: 'ASC' },
        take: 100,
      })
      return rows.map(({ id }) => id)
    },

    /**
     * A leave begins: what waits for the person takes its next step now, for kinds whose ladder says `whenAway: next`.
     * Beginning twice does nothing.
     *
     * @returns how many deadlines were brought forward.
     */
    async begin(tx: Tx, id: string, now: Date): Promise<number> {
      const begun = await updateRows(
        tx,
        LeaveEntity,
        { id, begunAt: IsNull(), cancelledAt: IsNull() },
        { begunAt: now },
      )
      if (begun !== 1) return 0
      const { personId } = await tx.getRepository(LeaveEntity).findOneByOrFail({ id })
      const ladders = await playbook.get(tx, 'ladders')
      const kinds = (Object.keys(ladders) as DeadlineKind[]).filter(
        (kind) => ladders[kind].whenAway === 'next',
      )
      if (kinds.length === 0) return 0
      const moved = await updateRows(
        tx,
        DeadlineEntity,
        { personId, state: 'waiting', kind: In(kinds), pausedAt: IsNull(), nextAt: MoreThan(now) },
        { nextAt: now },
      )
      if (moved > 0) wake(tx)
      return moved
    },
  }
}
