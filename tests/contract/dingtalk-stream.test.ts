import { afterEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../core/ports/inbound.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'

type Stand = Awaited<ReturnType<typeof startDingtalkStand>>
const until = (isSo: () => boolean) => expect.poll(isSo, { timeout: 5_000, interval: 5 }).toBe(true)

describe('connections of DingTalk that are taken out of service as soon as they are there', () => {
  let stand: Stand
  afterEach(() => stand.stop())

  it.each(['at once', 'soon'] as const)('make no storm of new ones, and none is lost (%s)', async (when) => {
    const events: InboundEvent[] = []
    stand = await startDingtalkStand({ timing: { steadyMs: 10_000, retiredMs: 50 } })
    const { gateway } = stand.sim
    gateway.state.retiresNew = when
    const startedAt = performance.now()
    await stand.channel.start(async (event) => {
      events.push(event)
      return null
    })
    await until(() => gateway.state.opened === 5)
    // The shortest of the four waits between: half of 20, 40, 80 and 100 ms.
    expect(performance.now() - startedAt).toBeGreaterThan(100)
    gateway.state.retiresNew = null
    const openedBefore = gateway.state.opened
    await until(() => gateway.state.opened > openedBefore && gateway.connections() === 1)
    await stand.sim.says('u-wang', 'bot', '还在吗')
    expect(events).toHaveLength(1)
    expect(gateway.state.lost).toBe(0)
  })

  it('are left by themselves when the server forgets to close them', async () => {
    stand = await startDingtalkStand({ timing: { retiredMs: 50 } })
    await stand.channel.start(async () => null)
    stand.sim.gateway.announceDisconnect()
    await until(() => stand.sim.gateway.state.opened === 2)
    expect(stand.sim.gateway.connections()).toBe(2)
    await until(() => stand.sim.gateway.connections() === 1)
  })

  it('begin with the shortest wait again after one that served well', async () => {
    stand = await startDingtalkStand({ timing: { steadyMs: 0, backoffMs: [60_000, 60_000] } })
    await stand.channel.start(async () => null)
    for (const opened of [2, 3, 4]) {
      stand.sim.gateway.announceDisconnect()
      await until(() => stand.adapter.counters().connected === opened)
    }
  })
})
