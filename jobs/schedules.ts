import { createTask, type ScheduledTask } from 'node-cron'
import type { Core } from '../core/app.js'
import { sealDay } from '../core/changes/verify.js'
import { addDays, fromLocal, localDay } from '../core/deadlines/working-time.js'
import type { JobLog } from './job-log.js'

export interface SchedulesDeps {
  core: Core
  log: JobLog
  /** Looks after the database while nobody is at work. */
  maintain: () => Promise<void>
}

/** What happens at a time of day. Each may run twice or late: the row it makes is unique. */
export function createSchedules({ core, log, maintain }: SchedulesDeps) {
  async function sealYesterday(): Promise<void> {
    const now = core.clock.now()
    const today = localDay(now, core.timeZone)
    const day = addDays(today, -1)
    const range = { from: fromLocal(day, core.timeZone), to: fromLocal(today, core.timeZone) }
    const seal = await core.write((tx) => sealDay(tx, { day, ...range, now }))
    log.info({ day, changes: seal.changes, root: seal.root }, 'the day is sealed')
  }

  const tasks: ScheduledTask[] = []
  const daily = (expression: string, run: () => Promise<void>) => {
    const guarded = () =>
      run().catch((error: unknown) => log.error({ err: error, expression }, 'a schedule failed'))
    return createTask(expression, guarded, { timezone: core.timeZone, noOverlap: true })
  }

  return {
    sealYesterday,
    start() {
      tasks.push(daily('10 0 * * *', sealYesterday), daily('30 3 * * *', maintain))
      for (const task of tasks) void task.start()
    },
    async stop() {
      for (const task of tasks) await task.destroy()
    },
  }
}
