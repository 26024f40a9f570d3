import { addDays, fromLocal, toLocal } from '../deadlines/working-time.js'
import { execute, marks } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
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

/**
 * Nothing of the normal lane begins its way in quiet time: not what is tried again at night, and not what a new account
 * has set free either. Cards that somebody has already are kept true all night.
 *
 * @returns how many were put off until the morning.
 */
export async function holdForQuiet(
  tx: Tx,
  { now, quiet, timeZone }: { now: Date; quiet: Notices['quiet']; timeZone: string },
): Promise<number> {
  const end = quietUntil(now, quiet, timeZone)
  if (!end) return 0
  const { except } = quiet
  return execute(
    tx,
    `UPDATE deliveries SET workAt = ?, waitingFor = 'quiet' WHERE workAt <= ? AND state = 'queued'
     AND lane = 'normal' AND channel = 'messenger' AND leaseHolder IS NULL
     ${except.length > 0 ? `AND card NOT IN (${marks(except)})` : ''}`,
    [end, now, ...except],
  )
}
