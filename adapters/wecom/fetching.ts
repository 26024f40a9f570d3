import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { InboundSink } from '../../core/ports/inbound.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { AdapterLog } from '../platforms.js'
import type { Counters } from './counters.js'

/** Something that WeCom only tells of and that has to be fetched, in one or several parts: accounts, an archive. */
export interface Source {
  /** The parts that are known. */
  names(): Promise<string[]>
  /**
   * Fetches and stores all that is new in a part, and keeps the place after each step.
   *
   * @param signal - ends it between two steps.
   * @throws whatever went wrong; what was stored until then stays stored.
   */
  read(name: string, sink: InboundSink, signal: AbortSignal): Promise<void>
}

export interface FetchingDeps {
  keys: KeyStore
  ids: Ids
  clock: Clock
  log: AdapterLog
  counters: Counters
  /** Tells the sources of one database apart, and the apps. */
  scope: string
  /** Tests wait less: milliseconds between the tries after a failed one. */
  retryWaits?: readonly number[]
}

export type Fetching = ReturnType<typeof createFetching>

/** What failed is tried again after these pauses by the process that was told, and then by the watch. */
const defaultRetryWaits = [2_000, 10_000, 30_000]
/** A call that WeCom never made, or that nobody heard, is made good this often: it keeps words for three days. */
const lookAnywayMs = 3_600_000
/** How long the watch leaves a part alone that failed: twice as long each time, up to this. */
const restMs = { first: 30_000, longest: 15 * 60_000 }

/**
 * Fetching that is not forgotten. What WeCom tells of is written down as wanted before it is acknowledged, and stays
 * wanted until a fetch that began later has come to the end: a failed one, a dead process or a platform that is away
 * for an hour only delays it.
 *
 * One fetch of a part at a time here; two processes at once only fetch the same twice, and its ids make it the same.
 */
export function createFetching(source: Source, deps: FetchingDeps) {
  const { keys, ids, clock, log, counters, scope, retryWaits = defaultRetryWaits } = deps
  const ending = new AbortController()
  const running = new Map<string, Promise<void>>()
  /** The fetch that follows the one under way. */
  const next = new Map<string, Promise<void>>()
  const retrying = new Map<string, Promise<void>>()
  const resting = new Map<string, { failures: number; until: number }>()
  let lookedAt: number | null = null
  const key = (kind: 'wanted' | 'had', name: string) => `wecom:${scope}:${kind}:${name}`

  /** The mark of what is wanted; null when a fetch has come to the end since. */
  async function wanted(name: string): Promise<string | null> {
    const mark = await keys.get(key('wanted', name))
    return mark !== null && mark !== (await keys.get(key('had', name))) ? mark : null
  }

  async function begin(sink: InboundSink, name: string): Promise<void> {
    const run = readAll(sink, name)
    running.set(name, run)
    try {
      await run
    } finally {
      if (running.get(name) === run) running.delete(name)
    }
  }

  /** What is told of meanwhile has a mark of its own, and stays wanted. */
  async function readAll(sink: InboundSink, name: string): Promise<void> {
    const mark = await wanted(name)
    await source.read(name, sink, ending.signal)
    if (mark !== null) await keys.put(key('had', name), mark, null)
  }

  /** While one fetch is under way all others share the one after it, which sees what each of them was told of. */
  function fetch(sink: InboundSink, name: string): Promise<void> {
    const waiting = next.get(name)
    if (waiting) return waiting
    const before = running.get(name)
    if (!before) return begin(sink, name)
    const run = before
      .catch(() => undefined)
      .then(() => {
        next.delete(name)
        return begin(sink, name)
      })
    next.set(name, run)
    return run
  }

  async function tryFetch(sink: InboundSink, name: string): Promise<boolean> {
    try {
      await fetch(sink, name)
      resting.delete(name)
      return true
    } catch (err) {
      if (ending.signal.aborted) return false
      const failures = (resting.get(name)?.failures ?? 0) + 1
      const rest = Math.min(restMs.longest, restMs.first * 2 ** (failures - 1))
      resting.set(name, { failures, until: clock.now().getTime() + rest })
      counters.add('failed.fetch')
      log.warn({ err }, 'messages that WeCom told of could not be fetched; they are asked for again')
      return false
    }
  }

  async function retry(sink: InboundSink, name: string): Promise<void> {
    try {
      for (const wait of retryWaits) {
        await pause(wait, undefined, { ref: false, signal: ending.signal })
        if ((await wanted(name)) === null || (await tryFetch(sink, name))) return
      }
    } catch (err) {
      if (!ending.signal.aborted) log.warn({ err }, 'what WeCom told of could not be looked up')
    } finally {
      retrying.delete(name)
    }
  }

  return {
    /** Writes down that there is something: it will be had. */
    want: (name: string): Promise<void> => keys.put(key('wanted', name), ids.next(), null),

    /** Fetches what is wanted. Resolves after the first try; a failed one is repeated in the background. */
    async fetch(sink: InboundSink, name: string): Promise<void> {
      const isDone = await tryFetch(sink, name)
      if (!isDone && !ending.signal.aborted && !retrying.has(name)) retrying.set(name, retry(sink, name))
    },

    /** Fetches all that is wanted; now and then, and the first time, also what WeCom may have forgotten to tell of. */
    async catchUp(sink: InboundSink): Promise<void> {
      const now = clock.now().getTime()
      const isLooking = lookedAt === null || now - lookedAt >= lookAnywayMs
      for (const name of await source.names()) {
        if (isLooking) await this.want(name)
        if ((resting.get(name)?.until ?? 0) > now) continue
        if ((await wanted(name)) !== null) await tryFetch(sink, name)
      }
      if (isLooking) lookedAt = now
    },

    /** Begins nothing more, and resolves when nothing is under way. */
    async stop(): Promise<void> {
      ending.abort()
      await Promise.allSettled([...running.values(), ...next.values(), ...retrying.values()])
    },
  }
}
