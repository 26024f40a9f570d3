import { PlatformError } from '../core/errors.js'
import type { Clock } from '../core/ports/clock.js'
import { stopwatch } from '../core/ports/clock.js'
import type { OutreachChannel } from '../core/ports/outreach.js'
import type { Platform } from '../core/ports/platform.js'

/** A platform, or a channel outside of the messengers. */
export type WayOut = Platform | OutreachChannel

/** Nothing goes out this way now. What wanted to keeps its place, costs no try and is due again at `until`. */
export class WayRests extends Error {
  readonly until: Date
  constructor(until: Date) {
    super('nothing goes out this way now')
    this.until = until
  }
}

/** So many calls in a row that nobody answered make a way rest. */
const mostTimeouts = 3
const firstRestMs = 5000
const longestRestMs = 40_000
/** While one call finds out whether the way works again, the others wait for it: no call takes longer. */
const probeMs = 15_000
/** Of calls that have not been answered for `slowMs`, so many at a time: more would only hang as well. */
const mostSlow = 50
const slowMs = 1000

interface State {
  timeouts: number
  rests: number
  /** Nothing goes out before this instant; null while the way is open. */
  restsUntil: Date | null
  isProbing: boolean
  /** When the calls under way began. */
  calls: Set<number>
}

export type WaysOut = ReturnType<typeof createWaysOut>

/**
 * Knows which ways out do not answer, so that nobody waits for them in vain: after some calls in a row without an
 * answer a way rests, then one call tries it while the others wait.
 *
 * @param onRecovered - a way answers again: what was put off until this instant can go out now.
 */
export function createWaysOut({
  clock,
  onRecovered,
}: {
  clock: Clock
  onRecovered: (putOffUntil: Date) => void
}) {
  const states = new Map<WayOut, State>()
  const stateOf = (way: WayOut): State => {
    const known = states.get(way)
    if (known) return known
    const state: State = { timeouts: 0, rests: 0, restsUntil: null, isProbing: false, calls: new Set() }
    states.set(way, state)
    return state
  }
  const later = (ms: number) => new Date(clock.now().getTime() + ms)

  function unanswered(state: State): void {
    state.timeouts += 1
    // Those that were under way when the rest began say nothing new.
    const isNews = state.restsUntil === null || state.isProbing
    if (state.timeouts < mostTimeouts || !isNews) return
    state.restsUntil = later(Math.min(longestRestMs, firstRestMs * 2 ** state.rests))
    state.rests += 1
    state.isProbing = false
  }

  function answered(state: State): void {
    const { restsUntil } = state
    Object.assign(state, { timeouts: 0, rests: 0, restsUntil: null, isProbing: false })
    if (restsUntil) onRecovered(restsUntil)
  }

  return {
    /**
     * To be asked before anything is marked or called.
     *
     * @throws WayRests
     */
    enter(way: WayOut): void {
      const state = stateOf(way)
      const { restsUntil, calls } = state
      const now = clock.now()
      if (restsUntil) {
        if (now < restsUntil) throw new WayRests(restsUntil)
        // This one finds out. Should nothing be heard of it, the next one does.
        state.isProbing = true
        state.restsUntil = later(probeMs)
        return
      }
      const slowSince = stopwatch() - slowMs
      const slow = calls.size < mostSlow ? 0 : [...calls].filter((startedAt) => startedAt < slowSince).length
      // A whole second, the same for all who come now: their order stays what it is.
      if (slow >= mostSlow) throw new WayRests(new Date((Math.floor(now.getTime() / 1000) + 2) * 1000))
    },

    /** Makes a call and learns from what becomes of it: any answer shows that somebody is there. */
    async call<T>(way: WayOut, run: () => Promise<T>): Promise<T> {
      const state = stateOf(way)
      // Two calls may begin at the same instant.
      let startedAt = stopwatch()
      while (state.calls.has(startedAt)) startedAt += 0.001
      state.calls.add(startedAt)
      try {
        const result = await run()
        answered(state)
        return result
      } catch (error) {
        if (isTimeout(error)) unanswered(state)
        else if (error instanceof PlatformError && !neverAsked.has(error.code)) answered(state)
        throw error
      } finally {
        state.calls.delete(startedAt)
      }
    },
  }
}

/** Codes of failures that the far side had no part in. */
const neverAsked: ReadonlySet<string> = new Set(['unreachable'])

export const isTimeout = (error: unknown): boolean =>
  error instanceof PlatformError && error.code === 'timeout'
