import type { EntityManager } from 'typeorm'
import { leavesAfter } from '../org/leave.js'
import type { Calendar } from '../playbook/calendar.js'
import { withHolidays, type Holidays } from '../playbook/holidays.js'
import type { Ladder } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Deadline } from './deadline.js'
import { goOnAfterPause, planLadder, type Plan, type PlanSettings } from './ladder.js'
import { addWorkingTime, workingTimeBetween } from './working-time.js'

/** What plans of deadlines are made with, read once per use: the calendar in force, and a person's leave. */
export function createPlanning({ playbook, timeZone }: { playbook: Playbook; timeZone: string }) {
  let last: { own: Calendar; holidays: Holidays; whole: Calendar } | null = null

  /** The organisation's calendar with the public holidays in it. */
  async function calendar(tx: EntityManager): Promise<Calendar> {
    const own = await playbook.get(tx, 'calendar')
    const holidays = await playbook.get(tx, 'holidays')
    // Documents are shared objects: the same two give the same calendar, whose look-ups are made once.
    if (last?.own !== own || last.holidays !== holidays)
      last = { own, holidays, whole: withHolidays(own, holidays) }
    return last.whole
  }

  async function settings(
    tx: EntityManager,
    time: Ladder['time'],
    personId: string | null,
    from: Date,
    by?: Calendar,
  ): Promise<PlanSettings> {
    const personal = time === 'working' && personId !== null
    const leaves = personal ? await leavesAfter(tx, personId, from) : []
    return {
      calendar: by ?? (await calendar(tx)),
      timeZone,
      absences: leaves.map(({ fromAt, toAt }) => ({ from: fromAt, to: toAt })),
    }
  }

  return {
    calendar,
    settings,

    /**
     * A running deadline's plan under a ladder: from its own start, its pauses not counted.
     *
     * @param by - another calendar than the one in force.
     */
    async replanned(tx: EntityManager, deadline: Deadline, ladder: Ladder, by?: Calendar): Promise<Plan> {
      const base = await settings(tx, ladder.time, deadline.personId, deadline.startedAt, by)
      return planLadder(ladder, deadline.startedAt, {
        ...base,
        heldMs: deadline.heldMs,
        ...(deadline.dueGiven ? { dueAt: deadline.dueAt } : {}),
      })
    },

    /** Where a paused deadline goes on from at `now`, and how long the pause was in the ladder's own time (ms). */
    async resumed(
      tx: EntityManager,
      deadline: Deadline & { pausedAt: Date },
      now: Date,
    ): Promise<Plan & { pausedMs: number }> {
      const { pausedAt } = deadline
      const base = await settings(tx, deadline.time, deadline.personId, pausedAt)
      const between = (from: Date, to: Date) =>
        deadline.time === 'working'
          ? workingTimeBetween(from, to, base.calendar, timeZone, base.absences)
          : to.getTime() - from.getTime()
      const later = (ms: number) =>
        deadline.time === 'working'
          ? addWorkingTime(now, ms, base.calendar, timeZone, base.absences)
          : new Date(now.getTime() + ms)
      const shift = (at: Date) => (at <= pausedAt ? at : later(between(pausedAt, at)))
      return { ...goOnAfterPause(deadline, now, shift), pausedMs: between(pausedAt, now) }
    },
  }
}

export type Planning = ReturnType<typeof createPlanning>
