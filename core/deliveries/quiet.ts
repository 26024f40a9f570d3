import { addDays, fromLocal, toLocal } from '../deadlines/working-time.js'
import type { Notices } from '../playbook/notices.js'

/** When the quiet time that `now` falls into ends; null outside of it. Times are local to the organisation. */
export function quietUntil(
  now: Date,
  { enabled, from, to }: Notices['quiet'],
  timeZone: string,
): Date | null {
  if (!enabled) return null
  const local = toLocal(now, timeZone)
  const day = local.slice(0, 10)
  const time = local.slice(11, 16)
  const overMidnight = from > to
  const isQuiet = overMidnight ? time >= from || time < to : time >= from && time < to
  if (!isQuiet) return null
  const endDay = overMidnight && time >= from ? addDays(day, 1) : day
  return fromLocal(`${endDay}T${to}`, timeZone)
}
