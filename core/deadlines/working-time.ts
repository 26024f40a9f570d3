import type { Calendar } from '../playbook/calendar.js'

/** Local time without libraries: Intl knows every zone. All instants are UTC `Date`s; local days are `YYYY-MM-DD`. */

const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Wall clock of an instant: `YYYY-MM-DDTHH:mm:ss`. */
export function toLocal(at: Date, timeZone: string): string {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  return format.format(at).replace(' ', 'T')
}

export const localDay = (at: Date, timeZone: string): string => toLocal(at, timeZone).slice(0, 10)

/**
 * The instant of a wall clock `YYYY-MM-DD` or `YYYY-MM-DDTHH:mm[:ss]`. A time that a daylight-saving jump skips becomes
 * the instant as far after the jump; one that exists twice is the first of the two.
 */
export function fromLocal(local: string, timeZone: string): Date {
  const wall = Date.parse(`${local.length === 10 ? `${local}T00:00:00` : local}Z`)
  if (Number.isNaN(wall)) throw new RangeError(`not a local time: ${local}`)
  const shift = (at: number) => Date.parse(`${toLocal(new Date(at), timeZone)}Z`) - at
  const [before, after] = [shift(wall - dayMs), shift(wall + dayMs)]
  if (before === after) return new Date(wall - before)
  // A jump is near: of the two readings those that the clock really shows, the earlier one first.
  const shown = [wall - before, wall - after].filter((at) => shift(at) === wall - at)
  return new Date(shown.length > 0 ? Math.min(...shown) : wall - before)
}

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** 1 = Monday … 7 = Sunday. */
export const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7

export function isWorkday(day: string, calendar: Calendar): boolean {
  if (calendar.makeUpDays.includes(day)) return true
  return !calendar.daysOff.includes(day) && calendar.workdays.includes(weekday(day))
}

/** A calendar without a working day in sight must not hang the runner: after this many days it counts plain time. */
const longestSearchDays = 400

/**
 * The instant at which `ms` of working time have passed since `start`. Zero gives the next working instant at or after
 * `start`.
 */
export function addWorkingTime(start: Date, ms: number, calendar: Calendar, timeZone: string): Date {
  let left = ms
  let day = localDay(start, timeZone)
  for (let n = 0; n < longestSearchDays; n++, day = addDays(day, 1)) {
    if (!isWorkday(day, calendar)) continue
    for (const interval of calendar.intervals) {
      const from = Math.max(fromLocal(`${day}T${interval.from}`, timeZone).getTime(), start.getTime())
      const to = fromLocal(`${day}T${interval.to}`, timeZone).getTime()
      if (from >= to) continue
      if (left <= to - from) return new Date(from + left)
      left -= to - from
    }
  }
  return new Date(start.getTime() + ms)
}

/** Working time between two instants, milliseconds; zero when `to` is not after `from`. */
export function workingTimeBetween(from: Date, to: Date, calendar: Calendar, timeZone: string): number {
  let total = 0
  const last = localDay(to, timeZone)
  for (
    let day = localDay(from, timeZone), n = 0;
    day <= last && n < longestSearchDays;
    day = addDays(day, 1), n++
  ) {
    if (!isWorkday(day, calendar)) continue
    for (const interval of calendar.intervals) {
      const start = Math.max(fromLocal(`${day}T${interval.from}`, timeZone).getTime(), from.getTime())
      const end = Math.min(fromLocal(`${day}T${interval.to}`, timeZone).getTime(), to.getTime())
      total += Math.max(0, end - start)
    }
  }
  return total
}
