import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createInProcessState } from '../../adapters/shared-state/in-process.js'
import { connectRedis } from '../../adapters/shared-state/redis-connection.js'
import { createRedisState } from '../../adapters/shared-state/redis.js'
import { ConfigError } from '../../core/errors.js'
import { systemClock } from '../../core/ports/clock.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { freePort, startRedis, type RedisServer } from '../support/redis-server.js'

const now = () => systemClock.now().getTime()
const silent = { info() {}, warn() {} }
const hour = 3_600_000

let server: RedisServer
const opened: (() => Promise<void>)[] = []
beforeAll(async () => {
  server = await startRedis()
})
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})
afterAll(() => server.remove())

/** A process's view: each call is one more process on the same Redis. */
async function redisState(prefix: string, log = silent): Promise<SharedState> {
  const redis = await connectRedis(server.url, log)
  const state = createRedisState({ redis, self: `process-${++processes}`, now, log, prefix })
  opened.push(async () => {
    await state.close()
    await redis.close()
  })
  return state
}

let stands = 0
let processes = 0
/** Two views of one state: the same object in one process, two connections in two. */
const stores: [string, () => Promise<[SharedState, SharedState]>][] = [
  [
    'one process',
    async () => {
      const state = createInProcessState(now)
      return [state, state]
    },
  ],
  [
    'two processes on Redis',
    async () => {
      const prefix = `contract-${++stands}`
      return [await redisState(prefix), await redisState(prefix)]
    },
  ],
]

describe.each(stores)('the shared state of %s', (_, open) => {
  it('counts uses in a window together and says how long to wait', async () => {
    const [one, other] = await open()
    const limit = { points: 3, windowMs: hour }
    expect([await one.take('a', limit), await other.take('a', limit), await one.take('a', limit)]).toEqual([
      0, 0, 0,
    ])
    const wait = await other.take('a', limit)
    expect(wait).toBeGreaterThan(hour - 10_000)
    expect(wait).toBeLessThanOrEqual(hour)
    expect(await other.take('b', limit)).toBe(0)
  })

  it('begins anew when the window is over', async () => {
    const [one] = await open()
    const limit = { points: 1, windowMs: 60 }
    expect(await one.take('a', limit)).toBe(0)
    expect(await one.take('a', limit)).toBeGreaterThan(0)
    await expect.poll(() => one.take('a', limit), { interval: 20 }).toBe(0)
  })

  it('lets one fetch a token while all others wait for it', async () => {
    const [one, other] = await open()
    let fetched = 0
    const fetch = async () => {
      fetched += 1
      await new Promise((resolve) => setImmediate(resolve))
      return { value: `token-${fetched}`, lifeMs: hour }
    }
    const asked = [one, other, one, other, one].map((state) => state.token('wecom', fetch))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['token-1']))
    expect(await other.token('wecom', fetch)).toBe('token-1')
    expect(fetched).toBe(1)
  })

  it('fetches anew what was refused, unless somebody has a newer one', async () => {
    const [one, other] = await open()
    let value = 'old'
    const fetch = async () => ({ value, lifeMs: hour })
    await one.token('t', fetch)
    value = 'new'
    await other.dropToken('t', 'old')
    expect(await one.token('t', fetch)).toBe('new')
    await one.dropToken('t', 'old')
    value = 'newest'
    expect(await other.token('t', fetch)).toBe('new')
  })

  it('hands on what a failing fetch throws, and tries again next time', async () => {
    const [one] = await open()
    const refused = async () => Promise.reject(new Error('refused'))
    await expect(one.token('t', refused)).rejects.toThrow('refused')
    expect(await one.token('t', async () => ({ value: 'good', lifeMs: hour }))).toBe('good')
  })

  it('tells every listener once, also those in the publishing process', async () => {
    const [one, other] = await open()
    const heard: string[] = []
    one.subscribe('changes', (message) => heard.push(`one ${message}`))
    const stop = other.subscribe('changes', (message) => heard.push(`other ${message}`))
    other.subscribe('else', (message) => heard.push(`else ${message}`))
    // A subscription is not there the moment it was asked for: the first signals may be early.
    await expect
      .poll(() => {
        one.publish('changes', 'now')
        return heard
      })
      .toContain('other now')
    const before = heard.length
    stop()
    one.publish('changes', 'later')
    expect(heard.slice(before).filter((line) => line === 'one later')).toHaveLength(1)
    expect(heard).not.toContain('other later')
    expect(heard.filter((line) => line.startsWith('else'))).toEqual([])
  })
})

describe('a Redis that cannot be used at the start', () => {
  const problemOf = async (url: string) => {
    try {
      await connectRedis(url, silent)
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
    throw new Error('it was used')
  }

  it('is told in one line that names the variable and not the password', async () => {
    const guarded = await startRedis({ password: 'right-one' })
    const wrong = guarded.url.replace('right-one', 'wrong-one')
    expect(await problemOf(wrong)).toEqual([
      { variable: 'REDIS_URL', problem: 'Redis refuses the user or password' },
    ])
    const none = guarded.url.replace(':right-one@', '')
    expect(await problemOf(none)).toEqual([
      { variable: 'REDIS_URL', problem: 'Redis refuses the user or password' },
    ])
    await guarded.remove()
  })

  it('is told when nothing listens', async () => {
    expect(await problemOf(`redis://:hunter2@127.0.0.1:${await freePort()}`)).toEqual([
      { variable: 'REDIS_URL', problem: 'nothing listens there: is Redis running?' },
    ])
  })
})

describe('a Redis that goes away', () => {
  it('leaves each process with a state of its own, and is used again when it is back', async () => {
    const own = await startRedis()
    const lines: string[] = []
    const log = {
      info: (_: object, line: string) => lines.push(line),
      warn: (_: object, line: string) => lines.push(line),
    }
    const redis = await connectRedis(own.url, log)
    const state = createRedisState({ redis, self: 'alone', now, log })
    const limit = { points: 1, windowMs: hour }
    expect(await state.take('a', limit)).toBe(0)
    await own.stop()
    await expect.poll(() => redis.isReady()).toBe(false)
    // Counted here alone now: the first use of this process.
    expect(await state.take('a', limit)).toBe(0)
    expect(await state.take('a', limit)).toBeGreaterThan(0)
    expect(await state.token('t', async () => ({ value: 'alone', lifeMs: hour }))).toBe('alone')
    const heard: string[] = []
    state.subscribe('changes', (message) => heard.push(message))
    state.publish('changes', 'here')
    expect(heard).toEqual(['here'])
    await own.start()
    await expect.poll(() => redis.isReady(), { timeout: 10_000 }).toBe(true)
    const direct = new Redis(own.url)
    expect(await state.token('t', async () => ({ value: 'shared', lifeMs: hour }))).toBe('shared')
    expect(await direct.keys('genjin:token:*')).toEqual(['genjin:token:t'])
    expect(lines).toEqual(['Redis is away: this process goes on by itself until it is back', 'Redis is back'])
    direct.disconnect()
    await state.close()
    await redis.close()
    await own.remove()
  })
})
