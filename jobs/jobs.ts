import type { Core } from '../core/app.js'
import type { Directory } from '../core/ports/directory.js'
import type { Queue, WorkKind } from '../core/ports/queue.js'
import { createDeadlineRunner } from './deadline-runner.js'
import { createDirectorySyncJob } from './directory-sync.js'
import type { JobLog } from './job-log.js'
import { createLeader } from './leader.js'
import { createLeaversJob } from './leavers.js'
import { createReceiptPoller } from './receipt-poller.js'
import { createRelay, type RelayDeps } from './relay.js'
import { createSchedules, type SchedulesDeps } from './schedules.js'
import { createSender, type SenderDeps } from './sender.js'

export interface JobsDeps {
  core: Core
  queue: Queue
  log: JobLog
  /** Null: this is the only process, nobody has to be asked. */
  several: { holder: string } | null
  relay: Pick<RelayDeps, 'consumer' | 'react'>
  sender: Omit<SenderDeps, 'core' | 'log'>
  maintain: SchedulesDeps['maintain']
  readCertificate?: SchedulesDeps['readCertificate']
  /** Organisations that are brought in and kept in line. */
  directories?: readonly Directory[]
}

/** A lost push is found again after this long. */
const sweepEveryMs = 1000
/** What another process asked for about the organisation is seen after this long. */
const lookAtPeopleEveryMs = 5000
/** Deadlines that another process started are seen by the elected runner after this long. */
const lookAtDeadlinesEveryMs = 500

/**
 * What happens by itself: relay, deliveries, deadlines and the daily schedules. In several processes each of them
 * relays and sends; one, elected by a lease, looks at the deadlines. A second runner would do no harm, it is only waste.
 */
export function createJobs({
  core,
  queue,
  log,
  several,
  relay,
  sender,
  maintain,
  readCertificate,
  directories = [],
}: JobsDeps) {
  const relaying = createRelay({ core, log, ...relay })
  const sending = createSender({ core, log, ...sender })
  const receipts = createReceiptPoller({ core, log, messengers: sender.messengers })
  const deadlines = createDeadlineRunner({ core, log, wake: () => queue.pushHere('deadlines') })
  const directorySync = createDirectorySyncJob({ core, log, directories })
  const leavers = createLeaversJob({ core })
  const schedules = createSchedules({
    ...{ core, log, maintain, reconcile: directorySync.plan },
    ...(readCertificate ? { readCertificate } : {}),
  })
  const elected =
    several &&
    createLeader({
      leases: core.leases,
      name: 'deadlines',
      holder: several.holder,
      log,
      onHeld: async () => {
        deadlines.beCareful()
        queue.pushHere('deadlines')
      },
    })
  const kinds: WorkKind[] = ['relay', 'deliveries', 'deadlines']
  const timers: NodeJS.Timeout[] = []

  queue.handle('relay', relaying.run)
  queue.handle('deliveries', sending.run)
  queue.handle('deadlines', async () => {
    if (!elected || elected.isHolder()) await deadlines.run()
  })

  queue.handle('directory', directorySync.run)
  queue.handle('leavers', async () => {
    if (!elected || elected.isHolder()) await leavers.run()
  })
  const unlisten = core.changes.onCommitted(({ kind }) => {
    if (kind === 'person.left') queue.pushHere('leavers')
    if (kind === 'organisation.sync-asked') queue.pushHere('directory')
  })

  const wakeAll = () => {
    for (const kind of kinds) queue.pushHere(kind)
  }
  const lookAtPeople = () => {
    queue.pushHere('leavers')
    if (directories.length > 0) queue.pushHere('directory')
  }
  return {
    /** Looks at everything once, then keeps looking. */
    start() {
      elected?.start()
      wakeAll()
      lookAtPeople()
      timers.push(setInterval(wakeAll, sweepEveryMs))
      timers.push(setInterval(lookAtPeople, lookAtPeopleEveryMs))
      timers.push(setInterval(() => queue.pushHere('deadlines'), lookAtDeadlinesEveryMs))
      schedules.start()
      receipts.start()
    },
    /** Asks every kind of work to look again now: after the clock was pushed. */
    wakeAll() {
      wakeAll()
      lookAtPeople()
    },
    /** Takes nothing new; what runs goes on to the end of its batch. Hands the lease back. */
    async stop() {
      for (const timer of timers) clearInterval(timer)
      unlisten()
      directorySync.stop()
      leavers.stop()
      deadlines.stop()
      relaying.stop()
      sending.stop()
      await receipts.stop()
      await schedules.stop()
      await elected?.stop()
    },
  }
}
