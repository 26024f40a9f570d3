/** The only place that reads the time. Everything else takes `now` as an argument or this port. */
export interface Clock {
  /** The present instant, UTC, to the millisecond. */
  now(): Date
}

/** A clock that can be pushed forward, for the sandbox and for tests. It never goes back. */
export interface AdjustableClock extends Clock {
  /** Milliseconds that this clock is ahead of the machine. */
  offsetMs(): number
  /** @throws RangeError when `ms` is negative or not finite: deadlines that fired cannot un-fire. */
  advance(ms: number): void
}

export const systemClock: Clock = { now: () => new Date() }

/** The machine's clock plus an offset; `initialOffsetMs` is what an earlier run stored. */
export function createAdjustableClock(initialOffsetMs = 0): AdjustableClock {
  let offset = initialOffsetMs
  return {
    now: () => new Date(systemClock.now().getTime() + offset),
    offsetMs: () => offset,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new RangeError('the clock only goes forward')
      offset += Math.round(ms)
    },
  }
}

/** A clock that stands still until it is told to move: for tests and for the deterministic demo company. */
export function createManualClock(start: string | Date): AdjustableClock & { set(at: string | Date): void } {
  let at = new Date(start).getTime()
  const origin = at
  return {
    now: () => new Date(at),
    offsetMs: () => at - origin,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new RangeError('the clock only goes forward')
      at += Math.round(ms)
    },
    set(to) {
      at = new Date(to).getTime()
    },
  }
}

/** Milliseconds on a monotonic scale, for measuring durations only. */
export const stopwatch = (): number => performance.now()
