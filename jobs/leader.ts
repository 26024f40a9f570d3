import type { Leases } from '../core/db/leases.js'
import { stopwatch } from '../core/ports/clock.js'
import type { JobLog } from './job-log.js'

export interface LeaderDeps {
  leases: Leases
  /** What may be done by one process at a time. */
  name: string
  /** This process. */
  holder: string
  log: JobLog
  /** Called when the lease was taken. When it throws the lease is handed back: another process may have more luck. */
  onHeld?: () => Promise<void>
  /** Called when it was lost or is about to be handed back; the next holder begins after it, or at the lease's end. */
  onLost?: () => Promise<void>
}

export type Leader = ReturnType<typeof createLeader>

/** A holder that dies is followed after at most this long and one ask: five seconds. */
export const leaseMs = 4000
const askEveryMs = 1000
/** The holder stops this long before others may begin: clocks of machines differ a little. */
const marginMs = 500
const longestPauseMs = 60_000

/** One candidate for a right that one process has at a time: asks for it, keeps it, and knows when it is lost. */
export function createLeader({ leases, name, holder, log, onHeld, onLost }: LeaderDeps) {
  let heldUntil = 0
  let isActive = false
  let stopped = false
  let failures = 0
  let notBefore = 0
  let timer: NodeJS.Timeout | undefined
  let watchdog: NodeJS.Timeout | undefined
  let asking: Promise<void> | null = null
  // Taking up and laying down never overlap.
  let acting: Promise<void> = Promise.resolve()

  async function ask(): Promise<void> {
    const askedAt = stopwatch()
    if (askedAt < notBefore) return
    const epoch = await leases.hold(name, holder, leaseMs)
    if (stopped) return
    if (epoch === null) return lose()
    heldUntil = askedAt + leaseMs - marginMs
    clearTimeout(watchdog)
    watchdog = setTimeout(lose, Math.max(0, heldUntil - stopwatch()))
    if (isActive) return
    isActive = true
    log.info({ lease: name, epoch }, 'this process has taken the lease')
    acting = acting.then(takeUp)
  }

  async function takeUp(): Promise<void> {
    try {
      await onHeld?.()
      failures = 0
    } catch (error) {
      failures += 1
      const pauseMs = Math.min(longestPauseMs, askEveryMs * 2 ** failures)
      notBefore = stopwatch() + pauseMs
      log.warn({ lease: name, err: error, pauseMs }, 'the lease could not be used, it is handed back')
      isActive = false
      heldUntil = 0
      await leases.release(name, holder)
    }
  }

  function lose(): void {
    clearTimeout(watchdog)
    heldUntil = 0
    if (!isActive) return
    isActive = false
    log.warn({ lease: name }, 'this process has lost the lease')
    acting = acting.then(layDown)
  }

  async function layDown(): Promise<void> {
    try {
      await onLost?.()
    } catch (error) {
      log.error({ lease: name, err: error }, 'what the lease was for did not end cleanly')
    }
  }

  function tick(): void {
    // A database that does not answer is asked once at a time; the watchdog ends the holding meanwhile.
    asking ??= ask()
      .catch((error: unknown) => log.warn({ lease: name, err: error }, 'the lease could not be asked for'))
      .finally(() => {
        asking = null
      })
  }

  return {
    /** True while no other process may do it. */
    isHolder: (): boolean => stopwatch() < heldUntil,
    start() {
      tick()
      timer = setInterval(tick, askEveryMs)
    },
    /** Ends what it was for, then hands it back: the next holder need not wait. */
    async stop(): Promise<void> {
      stopped = true
      clearInterval(timer)
      clearTimeout(watchdog)
      await asking
      await acting
      if (!isActive) return
      isActive = false
      heldUntil = 0
      await layDown()
      await leases.release(name, holder)
    },
  }
}
