import type { Calendar } from '../playbook/calendar.js'
import type { Ladder, LadderStep } from '../playbook/ladders.js'
import { addWorkingTime, workdayMs, type Absence } from './working-time.js'

/** A step with the instant at which it fires. Computed once when the deadline starts, and stored. */
export interface PlannedStep {
  at: string
  do: string
  who?: string
  /** A warning: it keeps its distance to the due time, whatever moves that. */
  before?: true
}

export interface Plan {
  dueAt: Date
  /** In order of time; at least one. */
  steps: PlannedStep[]
}

export interface PlanSettings {
  calendar: Calendar
  timeZone: string
  /** Given when the due time is somebody's choice (a reminder); else `start` + `ladder.dueIn`. */
  dueAt?: Date
  /** How long the counting was paused since `start`, in the ladder's own time (ms). */
  heldMs?: number
  /** Leave of the person whose working time counts. */
  absences?: readonly Absence[]
}

const dayMs = 86_400_000

/**
 * `5m`, `-30m`, `2h`, `1d` in milliseconds.
 *
 * @param longDay - how long `d` is; a working day where only working time counts.
 */
export function spanMs(span: string, longDay: number = dayMs): number {
  const match = /^([+-]?\d+)([mhd])$/.exec(span)
  if (!match) throw new RangeError(`not a span: ${span}`)
  const units = { m: 60_000, h: 3_600_000, d: longDay }
  return Number(match[1]) * units[match[2] as keyof typeof units]
}

/**
 * Turns a ladder into instants.
 *
 * Steps never fire before `start`. With working time, due time and steps after it count working time only; a step
 * before the due time (a warning) counts plain time back, since it must come before whatever the calendar says.
 */
export function planLadder(
  ladder: Ladder,
  start: Date,
  { calendar, timeZone, dueAt, heldMs = 0, absences = [] }: PlanSettings,
): Plan {
  const isWorking = ladder.time === 'working'
  const later = (from: Date, ms: number) =>
    isWorking ? addWorkingTime(from, ms, calendar, timeZone, absences) : new Date(from.getTime() + ms)
  const ahead = (span: string) => spanMs(span, isWorking ? workdayMs(calendar) : dayMs)
  const due = dueAt ?? later(start, ahead(ladder.dueIn) + heldMs)

  function instantsOf(step: LadderStep): { step: LadderStep; at: Date; before: boolean }[] {
    return Array.from({ length: step.times ?? 1 }, (_, n) => {
      if (step.from === 'start') {
        const ms = ahead(step.at) + n * ahead(step.every ?? '0m')
        return { step, at: later(start, ms + heldMs), before: false }
      }
      const plain = spanMs(step.at) + n * spanMs(step.every ?? '0m')
      if (plain <= 0) return { step, at: new Date(due.getTime() + plain), before: plain < 0 }
      // What a repeat leaves of the way to the due time was plain time; only what lies behind it is counted here.
      const ms = spanMs(step.at) < 0 ? plain : ahead(step.at) + n * ahead(step.every ?? '0m')
      return { step, at: later(due, ms), before: false }
    })
  }

  const steps = ladder.steps
    .flatMap(instantsOf)
    .map(({ step, at, before }) => ({ step, before, at: at < start ? start : at }))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ step, at, before }): PlannedStep => ({
      at: at.toISOString(),
      do: step.do,
      ...(step.who ? { who: step.who } : {}),
      ...(before ? { before: true as const } : {}),
    }))
  return { dueAt: due, steps }
}

/**
 * A new plan for a ladder that is under way: what has fired stays fired. The nth firing of an action counts as done
 * when the action has fired n times, whatever its new time; what the new plan puts into the past fires at `now`.
 */
export function carryOn(
  fired: readonly PlannedStep[],
  planned: readonly PlannedStep[],
  now: Date,
): PlannedStep[] {
  const spent = new Map<string, number>()
  for (const step of fired) spent.set(step.do, (spent.get(step.do) ?? 0) + 1)
  const rest = planned.filter((step) => {
    const left = spent.get(step.do) ?? 0
    if (left === 0) return true
    spent.set(step.do, left - 1)
    return false
  })
  return [
    ...fired,
    ...rest.map((step) => (step.at < now.toISOString() ? { ...step, at: now.toISOString() } : step)),
  ]
}

/**
 * The same plan after a pause: what was left of the way is left still.
 *
 * @param shift - where an instant of the old plan lies now. Warnings keep their distance to the due time instead.
 */
export function goOnAfterPause(
  plan: { dueAt: Date; steps: readonly PlannedStep[]; nextStep: number },
  now: Date,
  shift: (at: Date) => Date,
): Plan {
  const dueAt = shift(plan.dueAt)
  const moved = (step: PlannedStep): PlannedStep => {
    const at = new Date(step.at)
    const to = step.before ? new Date(dueAt.getTime() - (plan.dueAt.getTime() - at.getTime())) : shift(at)
    return { ...step, at: (to < now ? now : to).toISOString() }
  }
  const open = plan.steps.slice(plan.nextStep).map(moved)
  // A warning may have come nearer to a step that counts working time: order is part of the promise.
  open.sort((a, b) => a.at.localeCompare(b.at))
  return { dueAt, steps: [...plan.steps.slice(0, plan.nextStep), ...open] }
}
