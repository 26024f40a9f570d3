import { afterEach, describe, expect, it } from 'vitest'
import { createSocket } from '../../adapters/feishu/socket.js'
import { stopwatch } from '../../core/ports/clock.js'
import { startFeishuStand, type FeishuStand } from '../simulators/feishu/stand.js'
import { startFeishu, type FeishuSim } from '../simulators/feishu/start.js'

const callbacks = Number(process.env['SOAK_CALLBACKS'] ?? 1000)
/** The platform waits 3 s; a third of that is for us. */
const budgetMs = 1000

describe('Feishu for a long time', () => {
  let stand: FeishuStand
  afterEach(() => stand.stop())

  for (const mode of ['socket', 'webhook'] as const)
    it(`hands every callback over through repeats and drops, in time, by ${mode}`, async () => {
      stand = await startFeishuStand({ mode, fragmentBytes: 400 })
      const { sim } = stand
      const waits: number[] = []
      sim.delivery.repeat(2)
      for (let n = 0; n < callbacks; n += 1) {
        sim.says(sim.colleague, 'bot', `第 ${n} 条`)
        if (n % 25 !== 24) continue
        const startedAt = stopwatch()
        await sim.delivery.idle()
        waits.push(stopwatch() - startedAt)
        if (mode === 'webhook' || n % 500 !== 499) continue
        sim.dropConnections()
        while (sim.delivery.sockets.size === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await sim.delivery.idle()
      const ids = stand.events.map(({ eventId }) => eventId)
      expect(new Set(ids).size).toBe(callbacks)
      expect(ids.length).toBeGreaterThanOrEqual(2 * callbacks)
      expect(sim.delivery.counts.lost).toBe(0)
      // Fifty at once, each of them acknowledged: a batch bounds every single wait in it.
      expect(waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)]).toBeLessThan(budgetMs)
    }, 300_000)
})

describe('a half-dead connection to Feishu', () => {
  it('is noticed by its silence and opened anew', async () => {
    const sim: FeishuSim = await startFeishu()
    const socket = createSocket({
      probe: async () => undefined,
      endpoint: async () => ({
        url: `${sim.origin.replace('http', 'ws')}/ws/v2?device_id=1&service_id=7`,
        config: { ReconnectNonce: 1, ReconnectInterval: 1, PingInterval: 30 },
      }),
      take: async () => null,
      onRefused: () => undefined,
      now: stopwatch,
      log: { info: () => undefined, warn: () => undefined },
      pongMs: 50,
    })
    sim.delivery.mute()
    await socket.connect()
    const [first] = sim.delivery.sockets
    while (sim.delivery.sockets.has(first as never) || sim.delivery.sockets.size === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    expect(socket.isOpen()).toBe(true)
    await socket.disconnect()
    await sim.stop()
  })
})

describe('a connection to Feishu that breaks as soon as it is there', () => {
  it('is opened anew at the slow pace, the quick one is for a line that served', async () => {
    const sim: FeishuSim = await startFeishu()
    const openedAt: number[] = []
    const socket = createSocket({
      probe: async () => undefined,
      endpoint: async () => {
        openedAt.push(stopwatch())
        return {
          url: `${sim.origin.replace('http', 'ws')}/ws/v2?device_id=1&service_id=7`,
          config: { ReconnectNonce: 1, ReconnectInterval: 2, PingInterval: 30 },
        }
      },
      take: async () => null,
      onRefused: () => undefined,
      now: stopwatch,
      log: { info: () => undefined, warn: () => undefined },
    })
    await socket.connect()
    await expect.poll(() => sim.delivery.sockets.size, { interval: 5 }).toBe(1)
    for (const one of sim.delivery.sockets) one.terminate()
    await expect.poll(() => openedAt.length, { timeout: 5_000 }).toBe(2)
    // Within a second is the quick pace.
    expect((openedAt[1] ?? 0) - (openedAt[0] ?? 0)).toBeGreaterThan(1_500)
    await socket.disconnect()
    await sim.stop()
  })
})
