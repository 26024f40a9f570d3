import type { Core } from '../core/app.js'
import type { Queue, WorkKind } from '../core/ports/queue.js'
import { createDeadlineRunner } from './deadline-runner.js'
import type { JobLog } from './job-log.js'
import { createRelay, type RelayDeps } from './relay.js'
import { createSchedules, type SchedulesDeps } from './schedules.js'
import { createSender, type SenderDeps } from './sender.js'

export interface JobsDeps {
  core: Core
  queue: Queue
  log: JobLog
  relay: Pick<RelayDeps, 'consumer' | 'react'>
  sender: Omit<SenderDeps, 'core' | 'log'>
  /** Works on the inbox. @returns how many events there were. */
  workInbox: (holder: string) => Promise<number>
  maintain: SchedulesDeps['maintain']
}

/** A lost push is found again after this long. */
const sweepEveryMs = 1000

/** Everything that happens by itself: inbox, relay, deliveries, deadlines and the daily schedules. */
export function createJobs({ core, queue, log, relay, sender, workInbox, maintain }: JobsDeps) {
  const relaying = createRelay({ core, log, ...relay })
  const sending = createSender({ core, log, ...sender })
  const deadlines = createDeadlineRunner({ core, log, wake: () => queue.push('deadlines') })
  const schedules = createSchedules({ core, log, maintain })
  const kinds: WorkKind[] = ['inbox', 'relay', 'deliveries', 'deadlines']
  let sweep: NodeJS.Timeout | undefined

  queue.handle('inbox', async () => {
    while ((await workInbox(core.ids.next())) > 0);
  })
  queue.handle('relay', relaying.run)
  queue.handle('deliveries', sending.run)
  queue.handle('deadlines', deadlines.run)
  core.changes.onCommitted(() => queue.push('relay'))
  core.deliveries.onQueued(() => queue.push('deliveries'))
  core.deadlines.onStarted(() => queue.push('deadlines'))

  return {
    /** Looks at everything once, then keeps looking. */
    start() {
      const all = () => {
        for (const kind of kinds) queue.push(kind)
      }
      all()
      sweep = setInterval(all, sweepEveryMs)
      schedules.start()
    },
    /** Asks every kind of work to look again now: after the clock was pushed. */
    wakeAll() {
      for (const kind of kinds) queue.push(kind)
    },
    async stop() {
      clearInterval(sweep)
      deadlines.stop()
      await schedules.stop()
    },
  }
}
