import { clockSkewMs, type Database } from '../../core/db/database.js'
import { systemClock, type Clock } from '../../core/ports/clock.js'
import type { Log } from '../log.js'

const mostSkewMs = 5000

/** Says in one line when this machine and the database server do not agree on the time: deadlines and leases follow it. */
export async function warnOfWrongClock(
  database: Database,
  log: Pick<Log, 'warn'>,
  machine: Clock = systemClock,
): Promise<void> {
  const skewMs = await clockSkewMs(database, machine.now)
  if (Math.abs(skewMs) <= mostSkewMs) return
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  const [ahead, behind] =
    skewMs > 0 ? ['the database server', 'this machine'] : ['this machine', 'the database server']
  log.warn(
    { skewMs },
    `the clocks differ: ${ahead} is ${seconds} s ahead of ${behind}; set both by NTP, or deadlines fire at the wrong time`,
  )
}
