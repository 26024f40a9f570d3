import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execute } from '../../../core/db/sql.js'
import { systemClock } from '../../../core/ports/clock.js'
import { within, type ProductProcess } from '../../support/process.js'
import { usesMysql } from '../../support/test-core.js'
import { makeStand, type Stand } from './stand.js'

const nowMs = () => systemClock.now().getTime()
/** What was in the hands of a process that is killed is free again after this long. */
const rowLeaseMs = 30_000
const namedLeaseMs = 5000
/** A look of another process and the work itself, on a machine that is busy with tests. */
const slackMs = 5000

if (usesMysql) severalProcesses()
else oneProcess()

function severalProcesses(): void {
  describe('three processes on one database and one Redis', () => {
    let stand: Stand
    let web: ProductProcess
    let one: ProductProcess
    let other: ProductProcess

    beforeAll(async () => {
      stand = await makeStand()
      await stand.core.write((tx) => execute(tx, 'UPDATE people SET openLeadCap = 100000'))
      ;[web, one, other] = await Promise.all([
        stand.start('web'),
        stand.start('bot,jobs'),
        stand.start('jobs,bot'),
      ])
    })
    afterAll(() => stand.clear())

    const holderOf = async (name: string): Promise<string | null> => {
      const rows = await stand.table<{ name: string; holder: string | null }>('SELECT * FROM leases')
      return rows.find((row) => row.name === name)?.holder ?? null
    }
    const writeMany = async (count: number) => {
      for (let i = 0; i < count; i++) await stand.customerWrites(web)
    }
    const offers = () => stand.platform.cardsOf('新线索').length
    const sent = (count: number, ms: number) => expect.poll(offers, { timeout: ms, interval: 50 }).toBe(count)

    it('serves pages in the one, and says of each what it does', async () => {
      const states = await Promise.all(
        [web, one, other].map(async (process) => {
          const answer = await fetch(`${await process.origin}/readyz`)
          return [answer.status, (await answer.json()) as object]
        }),
      )
      expect(states).toMatchObject([
        [200, { services: ['web'], redis: 'ok' }],
        [200, { services: ['bot', 'jobs'], redis: 'ok' }],
        [200, { services: ['jobs', 'bot'], redis: 'ok' }],
      ])
      expect((await fetch(`${await one.origin}/api/me`)).status).toBe(404)
    })

    it('opens the platform’s connection in one of those that may', async () => {
      await expect.poll(() => stand.platform.connected.size, { timeout: 10_000 }).toBe(1)
      expect([one.pid, other.pid]).toContain([...stand.platform.connected][0])
    })

    it('sends within a second what another process has stored', async () => {
      const startedAt = nowMs()
      await stand.customerWrites(web)
      await sent(1, slackMs)
      expect(nowMs() - startedAt).toBeLessThan(2000)
    })

    it('loses and doubles nothing when Redis is emptied, stopped and started under load', async () => {
      const direct = new Redis(stand.redis.url)
      await writeMany(5)
      await direct.flushall()
      direct.disconnect()
      await writeMany(5)
      await stand.redis.stop()
      await writeMany(5)
      await sent(16, 10_000)
      expect([one, other, web].map((process) => /Redis is away/.test(process.output()))).toContain(true)
      await stand.redis.start()
      await writeMany(5)
      await sent(21, 10_000)
      await expect
        .poll(async () => {
          const answer = await fetch(`${await web.origin}/readyz`)
          return ((await answer.json()) as { redis: string }).redis
        })
        .toBe('ok')
    })

    it('hands over by the lease when the holder is killed under load', async () => {
      await expect.poll(() => holderOf('deadlines'), { timeout: 10_000 }).not.toBeNull()
      const before = await holderOf('deadlines')
      const writing = writeMany(20)
      // Whoever has the connection need not be the one that looks at deadlines: both are taken over.
      const [connectedPid] = [...stand.platform.connected]
      const victim = connectedPid === one.pid ? one : other
      const wasRunner = await isRunner(victim)
      victim.kill('SIGKILL')
      await victim.ended
      stand.platform.died(victim.pid)
      const killedAt = nowMs()
      await expect
        .poll(() => stand.platform.connected.size, { timeout: namedLeaseMs + slackMs, interval: 50 })
        .toBe(1)
      expect(nowMs() - killedAt).toBeLessThan(namedLeaseMs + 1500)
      expect(stand.platform.mostConnected()).toBe(1)
      await writing
      await sent(41, rowLeaseMs + slackMs)
      if (wasRunner) expect(await holderOf('deadlines')).not.toBe(before)
      one = victim === one ? other : one
    }, 90_000)

    it('fires what falls due while nobody holds the lease, no later than its end', async () => {
      other = await stand.start('bot,jobs')
      await expect.poll(() => isRunnerAny(), { timeout: 10_000 }).toBe(true)
      const runner = (await isRunner(one)) ? one : other
      runner.kill('SIGKILL')
      await runner.ended
      stand.platform.died(runner.pid)
      const dueAt = systemClock.now()
      await stand.core.write((tx) =>
        execute(tx, "UPDATE deadlines SET nextAt = ? WHERE state = 'waiting' AND kind = 'lead.accept'", [
          dueAt,
        ]),
      )
      const late = () =>
        stand.table<{ n: number | string }>("SELECT COUNT(*) AS n FROM offers WHERE state = 'expired'")
      await expect
        .poll(async () => Number((await late())[0]?.n), { timeout: namedLeaseMs + slackMs, interval: 100 })
        .toBe(41)
      expect(nowMs() - dueAt.getTime()).toBeLessThan(namedLeaseMs + slackMs)
      const doubled = await stand.table(
        "SELECT subjectId FROM changes WHERE kind = 'offer.expired' GROUP BY subjectId HAVING COUNT(*) > 1",
      )
      expect(doubled).toEqual([])
      one = runner === one ? other : one
    }, 60_000)

    it('hands everything back when it is stopped in good order', async () => {
      await expect.poll(() => holderOf('connection:sandbox'), { timeout: 10_000 }).not.toBeNull()
      one.kill('SIGTERM')
      expect(await within(15_000, 'stopping', one.ended)).toEqual({ code: 0, signal: null })
      expect([await holderOf('deadlines'), await holderOf('connection:sandbox')]).toEqual([null, null])
      expect(stand.platform.connected.size).toBe(0)
      const held = await Promise.all(
        ['inbox', 'outbox', 'deliveries'].map((table) =>
          stand.table(`SELECT leaseHolder FROM ${table} WHERE leaseHolder IS NOT NULL`),
        ),
      )
      expect(held).toEqual([[], [], []])
    })

    async function isRunner(process: ProductProcess): Promise<boolean> {
      const pid = await holderPid()
      return pid === process.pid
    }
    async function isRunnerAny(): Promise<boolean> {
      return (await isRunner(one)) || (await isRunner(other))
    }
    /** The holder's name ends with its process id. */
    async function holderPid(): Promise<number> {
      return Number((await holderOf('deadlines'))?.split(':').at(1) ?? 0)
    }
  })
}

function oneProcess(): void {
  it('is what SQLite serves: a second process says so and ends', async () => {
    const stand = await makeStand()
    try {
      const [first] = [await stand.start('web,bot,jobs', { REDIS_URL: '', SANDBOX: 'off' })]
      const second = stand.start('web,bot,jobs', { REDIS_URL: '', SANDBOX: 'off' })
      await expect(second).rejects.toThrow(/another process is running on this SQLite database/)
      expect((await fetch(`${await first.origin}/healthz`)).status).toBe(200)
      await expect(stand.start('jobs')).rejects.toThrow(/SERVICES: SQLite serves one process/)
    } finally {
      await stand.clear()
    }
  })
}
