/** Days since 1970-01-01 on the local calendar. */
export type Day = number
/** Seconds since 1970-01-01T00:00:00 on the local wall clock; there are no zones and no summer time in here. */
export type Second = number

export const DAY_SECONDS = 86_400

export interface Civil {
  year: number
  month: number
  day: number
}

/** Half-open span of days. */
export interface DaySpan {
  from: Day
  to: Day
}

// Date.UTC is used as arithmetic of the Gregorian calendar only; it reads no clock.
/** The day of a civil date, or undefined where the month has no such day. */
export function dayOf(year: number, month: number, day: number): Day | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return firstOfMonth(year, month) + day - 1
}

/** First day of a month; months beyond 1..12 run over into other years. */
export function firstOfMonth(year: number, month: number): Day {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, 1)
  return Math.round(date.getTime() / (DAY_SECONDS * 1000))
}

export function civilOf(day: Day): Civil {
  const date = new Date(day * DAY_SECONDS * 1000)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

export function daysInMonth(year: number, month: number): number {
  return firstOfMonth(year, month + 1) - firstOfMonth(year, month)
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(day: Day): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

export function mondayOf(day: Day): Day {
  return day - weekdayOf(day) + 1
}

/** Adds months; the 31st becomes the last day where the month is shorter. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, day: date } = civilOf(day)
  const first = firstOfMonth(year, month + months)
  const length = firstOfMonth(year, month + months + 1) - first
  return first + Math.min(date, length) - 1
}

/** Adds Mondays to Fridays only; public holidays are the working calendar's business. */
export function addWorkdays(day: Day, count: number): Day {
  let result = day
  for (let left = count; left > 0;) {
    result += 1
    if (weekdayOf(result) <= 5) left -= 1
  }
  return result
}

export function monthSpan(year: number, month: number, count = 1): DaySpan {
  return { from: firstOfMonth(year, month), to: firstOfMonth(year, month + count) }
}

export function formatDay(day: Day): string {
  const { year, month, day: date } = civilOf(day)
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(date)}`
}

export function formatSecond(second: Second): string {
  const day = Math.floor(second / DAY_SECONDS)
  return `${formatDay(day)}T${formatClock(second - day * DAY_SECONDS)}`
}

export function formatClock(seconds: number): string {
  return `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
}

/** Reads 'YYYY-MM-DDTHH:mm:ss' (seconds may be missing). @throws RangeError on anything else. */
export function readLocal(value: string): Second {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?/.exec(value)
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1).map((part) => Number(part ?? 0))
  const date = match && dayOf(year ?? 0, month ?? 0, day ?? 0)
  if (date == null) throw new RangeError(`not a local time: ${value}`)
  return date * DAY_SECONDS + (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
