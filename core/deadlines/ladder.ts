import type { Calendar } from '../playbook/calendar.js'
import type { Ladder } from '../playbook/ladders.js'
import { addWorkingTime } from './working-time.js'

/** A step with the instant at which it fires. Computed once when the deadline starts, and stored. */
export interface PlannedStep {
  at: string
  do: string
  who?: string
}

export interface Plan {
  dueAt: Date
  /** In order of time; at least one. */
  steps: PlannedStep[]
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `5m`, `-30m`, `2h`, `1d` in milliseconds. */
export function spanMs(span: string): number {
  const match = /^([+-]?\d+)([mhd])$/.exec(span)
  if (!match) throw new RangeError(`not a span: ${span}`)
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/**
 * Turns a ladder into instants.
 *
 * Steps never fire before `start`. With working time, due time and steps after it count working time only; a step
 * before the due time (a warning) counts plain time back, since it must come before whatever the calendar says.
 *
 * @param dueAt - given when the due time is somebody's choice (a reminder); else `start` + `ladder.dueIn`.
 */
export function planLadder(
  ladder: Ladder,
  start: Date,
  { calendar, timeZone, dueAt }: { calendar: Calendar; timeZone: string; dueAt?: Date },
): Plan {
  const later = (from: Date, ms: number) =>
    ladder.time === 'working' ? addWorkingTime(from, ms, calendar, timeZone) : new Date(from.getTime() + ms)
  const due = dueAt ?? later(start, spanMs(ladder.dueIn))
  const steps = ladder.steps
    .map((step) => {
      const ms = spanMs(step.at)
      const at = ms > 0 ? later(due, ms) : new Date(due.getTime() + ms)
      return { step, at: at < start ? start : at }
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ step, at }) => ({ at: at.toISOString(), do: step.do, ...(step.who ? { who: step.who } : {}) }))
  return { dueAt: due, steps }
}
