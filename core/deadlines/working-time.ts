import type { Calendar } from '../playbook/calendar.js'
import { fixedOffset } from './local-offset.js'

/** Local time without libraries: Intl knows every zone. All instants are UTC `Date`s; local days are `YYYY-MM-DD`. */

const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Wall clock of an instant: `YYYY-MM-DDTHH:mm:ss`. */
export function toLocal(at: Date, timeZone: string): string {
  const offset = fixedOffset(timeZone, at.getTime())
  return offset === null
    ? toLocalByIntl(at, timeZone)
    : new Date(at.getTime() + offset).toISOString().slice(0, 19)
}

/** The same for every zone and age; slow. */
export function toLocalByIntl(at: Date, timeZone: string): string {
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
  const offset = fixedOffset(timeZone, wall)
  if (offset !== null) return new Date(wall - offset)
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

/** When somebody is not there: their working time stands still. */
export interface Absence {
  from: Date
  to: Date
}

/** A calendar as quick look-ups: minutes of the day from–to by weekday, merged; the end may lie on the next day. */
interface Compiled {
  minutes: Map<number, [from: number, to: number][]>
  on: Set<string>
  off: Set<string>
  workdays: Set<number>
  workdayMs: number
}

// Playbook documents are shared objects and never change: a calendar is compiled once.
const compiled = new WeakMap<Calendar, Compiled>()

function compile(calendar: Calendar): Compiled {
  const known = compiled.get(calendar)
  if (known) return known
  const usual = toMinutes(calendar.intervals)
  const fresh: Compiled = {
    minutes: new Map([1, 2, 3, 4, 5, 6, 7].map((day) => [day, usual])),
    on: new Set(calendar.makeUpDays),
    off: new Set(calendar.daysOff),
    workdays: new Set(calendar.workdays),
    workdayMs: usual.reduce((sum, [from, to]) => sum + (to - from) * 60_000, 0),
  }
  for (const { weekday: day, intervals } of calendar.otherHours ?? [])
    fresh.minutes.set(day, toMinutes(intervals))
  compiled.set(calendar, fresh)
  return fresh
}

function toMinutes(intervals: Calendar['intervals']): [number, number][] {
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  const merged: [number, number][] = []
  const sorted = intervals
    .map(({ from, to }): [number, number] => [minute(from), minute(to) + (to < from ? 1440 : 0)])
    .toSorted((a, b) => a[0] - b[0])
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** A make-up day outranks a day off. */
export function isWorkday(day: string, calendar: Calendar): boolean {
  const { on, off, workdays } = compile(calendar)
  return on.has(day) || (!off.has(day) && workdays.has(weekday(day)))
}

/** How long an ordinary working day is, in ms: what `1d` means where only working time counts. */
export const workdayMs = (calendar: Calendar): number => compile(calendar).workdayMs

/** A calendar without working time in sight must not hang the runner: after this many days it counts plain time. */
const longestSearchDays = 3000

/** Working time from `start` on, piece by piece in order, never overlapping; a make-up day keeps its weekday's hours. */
function* workingSpans(
  start: Date,
  calendar: Calendar,
  timeZone: string,
  absences: readonly Absence[],
): Generator<[from: number, to: number]> {
  const { minutes } = compile(calendar)
  const away = absences.toSorted((a, b) => a.from.getTime() - b.from.getTime())
  let reached = start.getTime()
  // A night shift of the day before may still be going on.
  let day = addDays(localDay(start, timeZone), -1)
  for (let n = 0; n <= longestSearchDays; n++, day = addDays(day, 1)) {
    if (!isWorkday(day, calendar)) continue
    for (const [fromMinute, toMinute] of minutes.get(weekday(day)) ?? []) {
      const from = Math.max(wallInstant(day, fromMinute, timeZone), reached)
      const to = wallInstant(day, toMinute, timeZone)
      if (from >= to) continue
      reached = to
      yield* without(from, to, away)
    }
  }
}

function* without(from: number, to: number, away: readonly Absence[]): Generator<[number, number]> {
  let at = from
  for (const gap of away) {
    if (gap.to.getTime() <= at || gap.from.getTime() >= to) continue
    if (gap.from.getTime() > at) yield [at, gap.from.getTime()]
    at = Math.max(at, gap.to.getTime())
  }
  if (at < to) yield [at, to]
}

/** The instant of a minute of a local day; minutes from 1440 on lie on the next day. */
function wallInstant(day: string, minute: number, timeZone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + minute * 60_000
  const offset = fixedOffset(timeZone, wall)
  if (offset !== null) return wall - offset
  return fromLocal(new Date(wall).toISOString().slice(0, 19), timeZone).getTime()
}

/**
 * The instant at which `ms` of working time have passed since `start`. Zero gives the next working instant at or after
 * `start`.
 *
 * @param absences - of the person whose working time it is: leave does not count.
 */
export function addWorkingTime(
  start: Date,
  ms: number,
  calendar: Calendar,
  timeZone: string,
  absences: readonly Absence[] = [],
): Date {
  let left = ms
  for (const [from, to] of workingSpans(start, calendar, timeZone, absences)) {
    if (left <= to - from) return new Date(from + left)
    left -= to - from
  }
  return new Date(start.getTime() + ms)
}

/** Working time between two instants, milliseconds; zero when `to` is not after `from`. Absences as above. */
export function workingTimeBetween(
  from: Date,
  to: Date,
  calendar: Calendar,
  timeZone: string,
  absences: readonly Absence[] = [],
): number {
  let total = 0
  for (const [start, end] of workingSpans(from, calendar, timeZone, absences)) {
    if (start >= to.getTime()) break
    total += Math.min(end, to.getTime()) - start
  }
  return total
}
