import type { Core } from '../core/app.js'
import { faultPoint } from '../core/fault-points.js'
import type { JobLog } from './job-log.js'

/** How often the runner looks at the table when nothing wakes it: a bound on lateness whatever else fails. */
const longestSleepMs = 1000
const batch = 100

/** Fires what is due. Sleeps until the next due row; a started deadline or a pushed clock wakes it. */
export function createDeadlineRunner({ core, wake, log }: { core: Core; wake: () => void; log: JobLog }) {
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  /** @returns true when a step was fired: a later step of the same ladder may be due as well. */
  async function fireOne(id: string, now: Date): Promise<boolean> {
    try {
      const fired = await core.write((tx) => core.deadlines.fire(tx, id, now))
      if (fired) faultPoint('deadline.after-commit')
      return fired
    } catch (error) {
      // The step was rolled back with its effect; it is due again at the next look.
      log.error({ deadlineId: id, err: error }, 'a deadline step failed, it is tried again')
      return false
    }
  }

  function sleepUntil(next: Date | null): void {
    clearTimeout(timer)
    if (stopped) return
    const ms = next ? next.getTime() - core.clock.now().getTime() : longestSleepMs
    timer = setTimeout(wake, Math.min(longestSleepMs, Math.max(5, ms)))
  }

  return {
    /** Fires until nothing is due, then sets the alarm. */
    async run(): Promise<void> {
      const failed = new Set<string>()
      for (;;) {
        const now = core.clock.now()
        const found = await core.read((tx) => core.deadlines.due(tx, now, batch + failed.size))
        const due = found.filter((id) => !failed.has(id))
        if (due.length === 0) break
        for (const id of due) {
          let fired = await fireOne(id, now)
          if (!fired) failed.add(id)
          while (fired) fired = await fireOne(id, now)
        }
      }
      sleepUntil(failed.size > 0 ? null : await core.read((tx) => core.deadlines.nextAt(tx)))
    },
    /** A deadline was started: it may be sooner than the alarm. */
    wakeEarlier: () => wake(),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
