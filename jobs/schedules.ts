import { createTask, type ScheduledTask } from 'node-cron'
import type { Core } from '../core/app.js'
import { SealEntity } from '../core/changes/change.js'
import { sealDay } from '../core/changes/verify.js'
import { addDays, fromLocal, localDay, toLocal } from '../core/deadlines/working-time.js'
import type { JobLog } from './job-log.js'

export interface SchedulesDeps {
  core: Core
  log: JobLog
  /** Looks after the database while nobody is at work. */
  maintain: () => Promise<void>
  /** Asks for the nightly look at the platforms' organisations. */
  reconcile?: () => Promise<void>
  /** Until when the certificate of our own address is good; null when it cannot be read. */
  readCertificate?: () => Promise<Date | null>
}

interface Schedule {
  key: string
  /** Local time of day, `HH:mm`. */
  at: string
  run: () => Promise<void>
}

/** A run whose process died is done by another one after this long. */
const runningMs = 10 * 60_000
const dayMs = 86_400_000
/** A day's run stays marked as done this long: no process comes that late. */
const doneMs = 3 * dayMs
/** How long a look at a platform's organisation can be read about. */
const keptRunsMs = 90 * dayMs
/** An installation that stood still for longer than this seals no further back. */
const mostSealedDays = 31

/**
 * What happens once a day. Every process wakes at the time; the lease that names the schedule and the day lets one of
 * them run it, and stays as the mark that it is done. A run that failed or was missed is made up for within ten minutes.
 */
export function createSchedules({ core, log, maintain, reconcile, readCertificate }: SchedulesDeps) {
  async function sealPast(): Promise<void> {
    const now = core.clock.now()
    const today = localDay(now, core.timeZone)
    const yesterday = addDays(today, -1)
    const [last] = await core.read((tx) =>
      tx.getRepository(SealEntity).find({ order: { day: 'DESC' }, take: 1 }),
    )
    const oldest = addDays(today, -mostSealedDays)
    let day = last ? addDays(last.day, 1) : yesterday
    if (day < oldest) day = oldest
    for (; day <= yesterday; day = addDays(day, 1)) {
      const range = {
        from: fromLocal(day, core.timeZone),
        to: fromLocal(addDays(day, 1), core.timeZone),
      }
      const sealing = { day, ...range, now }
      const seal = await core.write((tx) => sealDay(tx, sealing))
      log.info({ day, changes: seal.changes, root: seal.root }, 'the day is sealed')
    }
  }

  async function prune(): Promise<void> {
    const now = core.clock.now()
    const keys = await core.keys.prune()
    let leases = 0
    for (const kind of [...schedules.map(({ key }) => key), 'process'])
      leases += await core.leases.prune(kind, now)
    const tries = await core.write((tx) => core.deliveries.prune(tx))
    const runs = await core.write((tx) => core.directorySync.prune(tx, new Date(now.getTime() - keptRunsMs)))
    // A slice at a time: nobody waits for the lock on all of them.
    for (let after: string | null = ''; after !== null;) {
      const from: string = after
      after = await core.write((tx) => core.inbox.prune(tx, from))
    }
    log.info({ keys, leases, tries, runs }, 'what has expired is removed')
  }

  async function lookAtCertificate(read: () => Promise<Date | null>): Promise<void> {
    const expiresAt = await read()
    if (expiresAt) await core.write((tx) => core.credentials.noteCertificate(tx, expiresAt))
    else log.info({}, 'the certificate of PUBLIC_URL could not be read')
  }

  const schedules: Schedule[] = [
    { key: 'seal', at: '00:10', run: sealPast },
    { key: 'statistics', at: '03:30', run: maintain },
    { key: 'prune', at: '03:40', run: prune },
    ...(reconcile ? [{ key: 'directory', at: '03:40', run: reconcile }] : []),
    ...(readCertificate
      ? [{ key: 'certificate', at: '07:30', run: () => lookAtCertificate(readCertificate) }]
      : []),
  ]

  /** The day whose run is the last that has come due. */
  function dayOf({ at }: Schedule, now: Date): string {
    const local = toLocal(now, core.timeZone)
    const today = local.slice(0, 10)
    return local.slice(11, 16) >= at ? today : addDays(today, -1)
  }

  async function look(schedule: Schedule): Promise<void> {
    const name = `${schedule.key}@${dayOf(schedule, core.clock.now())}`
    // A holder for each try: the mark that it is done keeps this process away as well.
    const holder = core.ids.next()
    if ((await core.leases.hold(name, holder, runningMs)) === null) return
    try {
      await schedule.run()
      await core.leases.hold(name, holder, doneMs)
    } catch (error) {
      log.error({ err: error, schedule: schedule.key }, 'a schedule failed, it is tried again')
      await core.leases.release(name, holder)
    }
  }

  const guarded = (schedule: Schedule) => () =>
    look(schedule).catch((error: unknown) =>
      log.error({ err: error, schedule: schedule.key }, 'a schedule could not be looked at'),
    )
  const task = (expression: string, run: () => Promise<void>) =>
    createTask(expression, run, { timezone: core.timeZone, noOverlap: true })

  const tasks: ScheduledTask[] = []
  const lookAtAll = async () => {
    for (const schedule of schedules) await guarded(schedule)()
  }
  return {
    /** Runs whatever has come due and is not done. */
    lookAtAll,
    start() {
      for (const schedule of schedules) {
        const [hour, minute] = schedule.at.split(':').map(Number)
        tasks.push(task(`${minute} ${hour} * * *`, guarded(schedule)))
      }
      tasks.push(task('*/10 * * * *', lookAtAll))
      for (const each of tasks) void each.start()
    },
    async stop() {
      for (const each of tasks) await each.destroy()
    },
  }
}
