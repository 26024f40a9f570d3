import { setTimeout as pause } from 'node:timers/promises'
import type { FetchedToken, SharedState } from '../../core/ports/shared-state.js'
import { createInProcessState } from './in-process.js'
import type { RedisConnection, RedisLog } from './redis-connection.js'

export interface RedisStateDeps {
  redis: RedisConnection
  /** Name of this process among all. */
  self: string
  now: () => number
  log: RedisLog
  /** Begins every key: installations on one Redis must differ in it or in the database number. */
  prefix?: string
}

/** Tokens are fetched anew when less than this of their life is left. */
const marginMs = 60_000
/** One fetch at a time across processes; longer than any platform call, so that nobody fetches beside it. */
const fetchingMs = 15_000
const askAgainMs = 50

const takeScript = `
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if used <= tonumber(ARGV[1]) then return 0 end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return tonumber(ARGV[2]) end
return math.max(left, 1)`
const dropScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

/**
 * The shared state of several processes. While Redis is away each process goes on with a state of its own: limits count
 * per process, tokens are fetched per process, signals stay in the process.
 */
export function createRedisState({ redis, self, now, log, prefix = 'genjin' }: RedisStateDeps): SharedState {
  const alone = createInProcessState(now)
  const fetching = new Map<string, Promise<string>>()
  const { commands } = redis
  // Channels know no database numbers: installations that are apart by it alone would hear each other.
  const channel = `${prefix}:${commands.options.db ?? 0}:signal`

  const subscriber = redis.open({ autoResubscribe: true, maxRetriesPerRequest: null })
  subscriber.subscribe(channel).catch((error: unknown) => log.warn({ err: error }, 'signals are not heard'))
  subscriber.on('message', (_channel: string, text: string) => {
    const signal = readSignal(text)
    // Our own were told when they were published.
    if (signal && signal.from !== self) alone.publish(signal.topic, signal.message)
  })

  /** Redis's answer; null when it is away, which its connection has told. */
  async function ask<T>(question: () => Promise<T>): Promise<{ answer: T } | null> {
    if (!redis.isReady()) return null
    try {
      return { answer: await question() }
    } catch {
      return null
    }
  }

  async function sharedToken(key: string, fetch: () => Promise<FetchedToken>): Promise<string> {
    const place = `${prefix}:token:${key}`
    const lock = `${prefix}:fetching:${key}`
    for (const giveUpAt = now() + fetchingMs; now() < giveUpAt;) {
      const known = await ask(() => commands.get(place))
      if (!known) return alone.token(key, fetch)
      if (known.answer !== null) return known.answer
      const won = await ask(() => commands.set(lock, self, 'PX', fetchingMs, 'NX'))
      if (!won) return alone.token(key, fetch)
      if (won.answer === 'OK') return fetchUnderLock(place, lock, fetch)
      await pause(askAgainMs)
    }
    return (await fetch()).value
  }

  async function fetchUnderLock(
    place: string,
    lock: string,
    fetch: () => Promise<FetchedToken>,
  ): Promise<string> {
    try {
      // It may have come between the look and the lock.
      const known = await ask(() => commands.get(place))
      if (known?.answer) return known.answer
      const { value, lifeMs } = await fetch()
      const keepMs = Math.floor(lifeMs - Math.min(marginMs, lifeMs / 10))
      if (keepMs > 0) await ask(() => commands.set(place, value, 'PX', keepMs))
      return value
    } finally {
      await ask(() => commands.eval(dropScript, 1, lock, self))
    }
  }

  return {
    async take(key, limit) {
      const waited = await ask(() =>
        commands.eval(takeScript, 1, `${prefix}:limit:${key}`, limit.points, limit.windowMs),
      )
      return waited ? Number(waited.answer) : alone.take(key, limit)
    },
    token(key, fetch) {
      const running = fetching.get(key)
      if (running) return running
      const run = sharedToken(key, fetch).finally(() => fetching.delete(key))
      fetching.set(key, run)
      return run
    },
    async dropToken(key, value) {
      await alone.dropToken(key, value)
      await ask(() => commands.eval(dropScript, 1, `${prefix}:token:${key}`, value))
    },
    publish(topic, message) {
      alone.publish(topic, message)
      void ask(() => commands.publish(channel, JSON.stringify({ from: self, topic, message })))
    },
    subscribe: alone.subscribe,
    async close() {
      subscriber.disconnect()
      await alone.close()
    },
  }
}

interface Signal {
  from: string
  topic: string
  message: string
}

/** Null for what is no signal: anybody with the password can publish. */
function readSignal(text: string): Signal | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    const { from, topic, message } = value as Partial<Record<keyof Signal, unknown>>
    if (typeof from !== 'string' || typeof topic !== 'string' || typeof message !== 'string') return null
    return { from, topic, message }
  } catch {
    return null
  }
}
