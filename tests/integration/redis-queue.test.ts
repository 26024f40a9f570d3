import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { createRedisQueue } from '../../adapters/queue/redis.js'
import { connectRedis } from '../../adapters/shared-state/redis-connection.js'
import type { Queue } from '../../core/ports/queue.js'
import { startRedis, type RedisServer } from '../support/redis-server.js'

const silent = { info() {}, warn() {} }
const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function redisServer(): Promise<RedisServer> {
  const server = await startRedis()
  endings.push(() => server.remove())
  return server
}

/** One more process on the same Redis. */
async function process(server: RedisServer): Promise<{ queue: Queue; isReady: () => boolean }> {
  const redis = await connectRedis(server.url, silent)
  const queue = createRedisQueue({ redis, log: silent, onError: () => undefined })
  endings.push(async () => {
    await queue.close()
    await redis.close()
  })
  return { queue, isReady: redis.isReady }
}

it('hands work that one process has found to another that does this kind', async () => {
  const server = await redisServer()
  const [web, jobs] = [await process(server), await process(server)]
  let looked = 0
  jobs.queue.handle('relay', async () => {
    looked += 1
  })
  web.queue.push('relay')
  await expect.poll(() => looked).toBe(1)
})

it('keeps one waiting job however often is pushed while nobody works', async () => {
  const server = await redisServer()
  const { queue } = await process(server)
  for (let i = 0; i < 500; i++) queue.push('relay')
  await queue.idle()
  const direct = new Redis(server.url)
  expect(await direct.llen('genjin:relay:wait')).toBe(1)
  direct.disconnect()
})

it('looks once more when work came while a process was looking, on whichever is free', async () => {
  const server = await redisServer()
  const [busy, free, web] = [await process(server), await process(server), await process(server)]
  const looks: string[] = []
  let finish = () => {}
  const finished = new Promise<void>((done) => {
    finish = done
  })
  busy.queue.handle('relay', async () => {
    looks.push('busy')
    await finished
  })
  web.queue.push('relay')
  await expect.poll(() => looks).toEqual(['busy'])
  free.queue.handle('relay', async () => {
    looks.push('free')
  })
  web.queue.push('relay')
  await expect.poll(() => looks).toEqual(['busy', 'free'])
  finish()
})

it('keeps what belongs to one process in it', async () => {
  const server = await redisServer()
  const [one, other] = [await process(server), await process(server)]
  const looks: string[] = []
  for (const [name, { queue }] of [
    ['one', one],
    ['other', other],
  ] as const) {
    queue.handle('inbox', async () => {
      looks.push(name)
    })
  }
  for (let i = 0; i < 5; i++) {
    one.queue.push('inbox')
    await one.queue.idle()
  }
  expect(looks).toEqual(Array(5).fill('one'))
})

it('works on in each process while Redis is away, and across processes when it is back or was emptied', async () => {
  const server = await redisServer()
  const [web, jobs] = [await process(server), await process(server)]
  let looked = 0
  jobs.queue.handle('deliveries', async () => {
    looked += 1
  })
  web.queue.push('deliveries')
  await expect.poll(() => looked).toBe(1)

  await server.stop()
  await expect.poll(() => jobs.isReady() || web.isReady()).toBe(false)
  expect([web.queue.state(), jobs.queue.state()]).toEqual(['away', 'away'])
  web.queue.push('deliveries')
  jobs.queue.push('deliveries')
  await expect.poll(() => looked).toBe(2)

  await server.start()
  await expect.poll(() => jobs.isReady() && web.isReady(), { timeout: 10_000 }).toBe(true)
  await expect
    .poll(
      () => {
        web.queue.push('deliveries')
        return looked
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(2)

  const direct = new Redis(server.url)
  await direct.flushall()
  direct.disconnect()
  const before = looked
  web.queue.push('deliveries')
  await expect.poll(() => looked, { timeout: 10_000 }).toBeGreaterThan(before)
})

it('closes at once when Redis is away', async () => {
  const server = await redisServer()
  const { queue, isReady } = await process(server)
  queue.handle('relay', async () => undefined)
  await server.stop()
  await expect.poll(isReady).toBe(false)
  await queue.close()
})
