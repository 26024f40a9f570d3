import { stopwatch } from '../../core/ports/clock.js'
import type { InboundAnswer, InboundSink } from '../../core/ports/inbound.js'
import type { Callback, CallbackBook } from './callbacks.js'

const firstPauseMs = 200
const longestPauseMs = 30_000

/** What the sandbox writes about itself. Matches pino's shape. */
export interface SandboxLog {
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

interface DispatcherDeps {
  callbacks: CallbackBook
  log: SandboxLog
  budgetMs: () => number
  /** Stores what follows from the product having taken an event; called once per copy, with its answer. */
  settle: (callback: Callback, answer: InboundAnswer | null, tookMs: number) => void
}

/**
 * Hands callbacks to the product until it took them: at least once, in order per lane, lanes side by side. What
 * fails is tried again after 0.2, 0.4, … up to 30 seconds, also after a restart.
 */
export function createDispatcher({ callbacks, log, budgetMs, settle }: DispatcherDeps) {
  let sink: InboundSink | null = null
  const busy = new Map<string, Promise<void>>()
  const sleepers = new Set<() => void>()
  const waiters = new Map<string, (answer: InboundAnswer | null) => void>()

  function wake(lane: string): void {
    if (!sink || busy.has(lane)) return
    const run = drain(lane).then(
      () => {
        busy.delete(lane)
        // A callback stored between the last look and this line must not wait for the next one.
        if (sink && callbacks.head(lane)) wake(lane)
      },
      (error: unknown) => {
        busy.delete(lane)
        log.error({ err: error, lane }, 'handing over callbacks broke off')
      },
    )
    busy.set(lane, run)
  }

  async function drain(lane: string): Promise<void> {
    for (let next = callbacks.head(lane); sink && next; next = callbacks.head(lane)) {
      const started = stopwatch()
      try {
        const answer = await sink(next.event, budgetMs())
        settle(next, answer, stopwatch() - started)
        waiters.get(next.eventId)?.(answer)
      } catch (error) {
        callbacks.failed(next.seq)
        const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(next.attempts, 10))
        log.warn({ err: error, eventId: next.eventId, pauseMs }, 'the product did not take a callback')
        await pause(pauseMs)
      }
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        sleepers.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      sleepers.add(end)
    })
  }

  return {
    wake,
    start(to: InboundSink): void {
      sink = to
      for (const lane of callbacks.lanes()) wake(lane)
    },
    /** Resolves when nothing is in flight any more; what was not taken stays stored. */
    async stop(): Promise<void> {
      sink = null
      for (const end of sleepers) end()
      await Promise.all(busy.values())
    },
    /** Resolves when no callback is being handed over. @returns false when there was nothing to wait for. */
    async idle(): Promise<boolean> {
      const waited = busy.size > 0
      while (busy.size > 0) await Promise.all(busy.values())
      return waited
    },
    /** The product's answer to an event. @returns undefined when it was not there within `withinMs`. */
    answerTo(eventId: string, withinMs: number): Promise<InboundAnswer | null | undefined> {
      return new Promise((resolve) => {
        const end = (answer: InboundAnswer | null | undefined): void => {
          clearTimeout(timer)
          waiters.delete(eventId)
          resolve(answer)
        }
        const timer = setTimeout(() => end(undefined), withinMs)
        waiters.set(eventId, end)
      })
    },
  }
}

export type Dispatcher = ReturnType<typeof createDispatcher>
