import { expect, it } from 'vitest'
import { startWecomStand } from '../support/wecom-stand.js'

/** More by `SOAK`; ten thousand take about forty seconds on two cores. */
const many = Number(process.env['SOAK'] ?? 2_000)
const atOnce = 20
/** A third of WeCom's five seconds. */
const slowestMs = 1_600

it('has every effect once of many callbacks that come twice, with a store that fails now and then', async () => {
  const stand = await startWecomStand()
  const effects = new Map<string, number>()
  let calls = 0
  await stand.adapter.channel.start(async (event) => {
    calls += 1
    if (calls % 97 === 0) throw new Error('the database is away')
    // What the inbox does: the first of an id is kept.
    if (!effects.has(event.eventId)) effects.set(event.eventId, effects.size)
    return null
  })
  const took: number[] = []
  const statuses = new Set<number>()
  let sent = 0
  const worker = async () => {
    while (sent < many) {
      sent += 1
      const number = sent
      if (number % 500 === 0) stand.sim.repeatCallbacks()
      const answered =
        number % 3 === 0
          ? await stand.sim.event(`member${number}`, { Event: 'enter_agent' })
          : await stand.sim.says('wang', `第 ${number} 句`)
      took.push(answered.ms)
      statuses.add(answered.status)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  took.sort((a, b) => a - b)
  expect([...statuses]).toEqual([200])
  expect(effects.size).toBe(many)
  expect(calls).toBeGreaterThan(many)
  expect(took[Math.floor(took.length * 0.99)]).toBeLessThan(slowestMs)
  await stand.stop()
}, 120_000)
