import { addDays, fromLocal, toLocal } from '../deadlines/working-time.js'

const workStarts = '09:00:00'
const dayEnds = '18:00:00'

export interface DueTime {
  dueAt: Date
  /** Only the day was named. */
  allDay: boolean
}

/**
 * When to remind of a time as people name it: a day at nine in the morning, a clock time on the minute, a range at its
 * beginning, “by X” on X itself. A day that has begun already reminds in an hour, at six in the evening at the latest;
 * a clock time that has passed reminds now.
 *
 * @param value - `YYYY-MM-DD`, `YYYY-MM-DDTHH:mm:ss`, `start/end` (end exclusive), `../end` or `start/..`.
 * @returns null for what names no instant (a bare duration, a bare clock time).
 */
export function dueTimeOf(value: string, now: Date, timeZone: string): DueTime | null {
  const point = pointOf(value, localNow(now, timeZone))
  if (!point) return null
  if (point.length > 10) return { dueAt: atLeast(fromLocal(point, timeZone), now), allDay: false }
  const today = localNow(now, timeZone).slice(0, 10)
  const morning = fromLocal(`${point}T${workStarts}`, timeZone)
  if (point !== today || morning > now) return { dueAt: atLeast(morning, now), allDay: true }
  const inAnHour = now.getTime() + 3_600_000
  const evening = fromLocal(`${point}T${dayEnds}`, timeZone).getTime()
  return { dueAt: new Date(Math.max(now.getTime(), Math.min(inAnHour, evening))), allDay: true }
}

/** The day or instant that stands for a value; for a range that has begun, today. */
export function pointOf(value: string, nowLocal: string): string | null {
  const [from = '', to] = value.split('/')
  if (to === undefined) return isPoint(from) ? from : null
  if (from === '..') return isPoint(to) ? (to.length === 10 ? addDays(to, -1) : to) : null
  if (!isPoint(from)) return null
  const today = nowLocal.slice(0, 10)
  const begun = from.slice(0, 10) < today
  const over = isPoint(to) && to.slice(0, 10) <= today
  return begun && !over ? today : from
}

const isPoint = (text: string): boolean => /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/.test(text)
const atLeast = (at: Date, now: Date): Date => (at < now ? now : at)
const localNow = (now: Date, timeZone: string): string => toLocal(now, timeZone)
