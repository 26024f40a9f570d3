import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { select } from '../../../core/db/sql.js'
import { createSchedules } from '../../../jobs/schedules.js'
import { startCore, type TestCore } from '../../support/test-core.js'

let test: TestCore
beforeEach(async () => {
  test = await startCore()
})
afterEach(() => test.close())

const day = 86_400_000
const seals = async () =>
  (await test.core.read((tx) => select<{ day: string }>(tx, 'SELECT day FROM seals ORDER BY day'))).map(
    (row) => row.day,
  )

it('runs each schedule once a day, however many processes look', async () => {
  let runs = 0
  const maintain = async () => {
    runs += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  const processes = Array.from({ length: 3 }, () =>
    createSchedules({ core: test.core, log: silentLog, maintain }),
  )
  await Promise.all(processes.map((process) => process.lookAtAll()))
  await processes[0]?.lookAtAll()
  expect(runs).toBe(1)
  expect(await seals()).toEqual(['2026-03-10'])
  test.clock.advance(day)
  await Promise.all(processes.map((process) => process.lookAtAll()))
  expect(runs).toBe(2)
  expect(await seals()).toEqual(['2026-03-10', '2026-03-11'])
})

it('makes up for days on which nothing ran', async () => {
  const schedules = createSchedules({ core: test.core, log: silentLog, maintain: async () => undefined })
  await schedules.lookAtAll()
  test.clock.advance(3 * day)
  await schedules.lookAtAll()
  expect(await seals()).toEqual(['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13'])
})

it('tries again what failed, and forgets old marks', async () => {
  let runs = 0
  const maintain = async () => {
    runs += 1
    if (runs === 1) throw new Error('the disk was busy')
  }
  const schedules = createSchedules({ core: test.core, log: silentLog, maintain })
  await schedules.lookAtAll()
  await schedules.lookAtAll()
  expect(runs).toBe(2)
  const marks = () =>
    test.core.read((tx) => select<{ name: string }>(tx, "SELECT name FROM leases WHERE name LIKE '%@%'"))
  const before = (await marks()).map((row) => row.name)
  expect(before.length).toBeGreaterThanOrEqual(3)
  test.clock.advance(5 * day)
  await schedules.lookAtAll()
  expect((await marks()).filter((row) => before.includes(row.name))).toEqual([])
})

it('removes events that were done a month ago, and no younger ones', async () => {
  const { core, clock } = test
  const schedules = createSchedules({ core, log: silentLog, maintain: async () => undefined })
  const take = async (eventId: string) => {
    const { id } = await core.inbox.accept({ channel: 'sandbox', eventId, body: '{}' })
    await core.write((tx) => core.inbox.finish(tx, id))
  }
  await Promise.all(Array.from({ length: 1100 }, (_, i) => take(`old-${i}`)))
  clock.advance(29 * day)
  await take('young')
  clock.advance(2 * day)
  await schedules.lookAtAll()
  const left = await core.read((tx) => select<{ eventId: string }>(tx, 'SELECT eventId FROM inbox'))
  expect(left).toEqual([{ eventId: 'young' }])
})

it('reads the certificate of our address once a day, and goes on when it cannot be read', async () => {
  const { core, clock } = test
  const answers = [null, new Date('2026-06-01T00:00:00Z')]
  const readCertificate = async () => answers.shift() ?? null
  const schedules = createSchedules({
    core,
    log: silentLog,
    maintain: async () => undefined,
    readCertificate,
  })
  const watched = () => core.read((tx) => core.credentials.all(tx))
  await schedules.lookAtAll()
  await schedules.lookAtAll()
  expect(await watched()).toEqual([])
  clock.advance(day)
  await schedules.lookAtAll()
  expect(await watched()).toMatchObject([{ name: '网站的 HTTPS 证书', expiresOn: '2026-06-01' }])
})
