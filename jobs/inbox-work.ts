import type { Core } from '../core/app.js'
import type { Queue } from '../core/ports/queue.js'

export interface InboxWorkDeps {
  core: Core
  queue: Queue
  /** Works on events. @returns how many there were. */
  work: (holder: string) => Promise<number>
}

/** Events of processes that died are found again after this long, once their lease has ended. */
const sweepEveryMs = 1000

/**
 * Works on the inbox, in every process: on what it has stored itself at once, and on what nobody works on. Whatever is
 * written there is told to whichever process relays and sends.
 */
export function createInboxWork({ core, queue, work }: InboxWorkDeps) {
  let stopped = false
  let sweep: NodeJS.Timeout | undefined

  queue.handle('inbox', async () => {
    while (!stopped && (await work(core.ids.next())) > 0);
  })
  core.changes.onCommitted(() => queue.push('relay'))
  core.deliveries.onQueued(() => queue.push('deliveries'))
  core.deadlines.onStarted(() => queue.push('deadlines'))

  return {
    start() {
      queue.pushHere('inbox')
      sweep = setInterval(() => queue.pushHere('inbox'), sweepEveryMs)
    },
    wake: () => queue.pushHere('inbox'),
    stop() {
      stopped = true
      clearInterval(sweep)
    },
    /** What this process has stored and not come to is free for others: once nothing runs here any more. */
    handBack: (): Promise<number> => core.write((tx) => core.inbox.handBack(tx)),
  }
}
