import type { FetchedToken, SharedState } from '../../core/ports/shared-state.js'

/** Tokens are fetched anew when less than this of their life is left. */
const marginMs = 60_000
/** Keys that were not used for a window are forgotten beyond this many. */
const mostKeys = 10_000

/** The shared state of an installation with one process. */
export function createInProcessState(now: () => number): SharedState {
  const windows = new Map<string, { startedAt: number; windowMs: number; used: number }>()
  const tokens = new Map<string, { value: string; until: number }>()
  const fetching = new Map<string, Promise<string>>()
  const listeners = new Map<string, Set<(message: string) => void>>()

  async function fetchToken(key: string, fetch: () => Promise<FetchedToken>): Promise<string> {
    const { value, lifeMs } = await fetch()
    tokens.set(key, { value, until: now() + lifeMs - Math.min(marginMs, lifeMs / 10) })
    return value
  }

  function forgetOld(): void {
    if (windows.size <= mostKeys) return
    for (const [key, { startedAt, windowMs }] of windows)
      if (startedAt + windowMs <= now()) windows.delete(key)
  }

  return {
    take: async (key, { points, windowMs }) => {
      const current = windows.get(key)
      const window =
        current && current.startedAt + windowMs > now() ? current : { startedAt: now(), windowMs, used: 0 }
      if (window !== current) {
        forgetOld()
        windows.set(key, window)
      }
      if (window.used >= points) return window.startedAt + windowMs - now()
      window.used += 1
      return 0
    },
    token(key, fetch) {
      const known = tokens.get(key)
      if (known && known.until > now()) return Promise.resolve(known.value)
      const running = fetching.get(key)
      if (running) return running
      const run = fetchToken(key, fetch).finally(() => fetching.delete(key))
      fetching.set(key, run)
      return run
    },
    dropToken: async (key, value) => {
      if (tokens.get(key)?.value === value) tokens.delete(key)
    },
    publish(topic, message) {
      for (const listener of listeners.get(topic) ?? []) listener(message)
    },
    subscribe(topic, listener) {
      const those = listeners.get(topic) ?? new Set()
      listeners.set(topic, those.add(listener))
      return () => those.delete(listener)
    },
    close: async () => listeners.clear(),
  }
}
