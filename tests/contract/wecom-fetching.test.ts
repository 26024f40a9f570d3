import { afterEach, describe, expect, it } from 'vitest'
import type { ConversationArchive } from '../../adapters/wecom/archive.js'
import type { InboundEvent, MessageEvent } from '../../core/ports/inbound.js'
import type { Fault } from '../simulators/wecom/world.js'
import { startWecomStand, type WecomStand } from '../support/wecom-stand.js'

const sync = '/cgi-bin/kf/sync_msg'
const minute = 60_000
const hour = 60 * minute
const texts = (events: InboundEvent[]) =>
  events.flatMap((event) => (event.type === 'message' ? [event.text] : []))
/** No try after the first in the process that was told. */
const onlyWatch = { retryWaits: [], watchMs: 20 }

describe('what WeCom only tells of', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it.each<[Fault, string]>([
    ['busy', '-1'],
    ['frequency', '45009'],
    ['ip', '60020'],
    ['hang-up', 'timeout'],
  ])('is fetched after a try that failed (%s, %s), without another callback', async (fault) => {
    stand = await startWecomStand({ wecom: { retryWaits: [20, 20] } })
    await stand.listen()
    await stand.sim.customerSays('第一句')
    stand.sim.fail(sync, fault)
    expect((await stand.sim.customerSays('我要报价')).status).toBe(200)
    await expect.poll(() => texts(stand.events)).toEqual(['第一句', '我要报价'])
    expect(stand.adapter.counters()['failed.fetch']).toBe(1)
  })

  it('is found by the watch when the process that was told gave up, less and less often while it fails', async () => {
    stand = await startWecomStand({ wecom: onlyWatch })
    await stand.listen()
    await stand.sim.customerSays('第一句')
    stand.sim.fail(sync, 'ip', 'ip', 'ip')
    await stand.sim.customerSays('我要报价')
    await stand.adapter.channel.connect?.()
    const failures = () => stand.adapter.counters()['failed.fetch']
    for (const [after, expected] of [
      [29_000, 1],
      [1_000, 2],
      [59_000, 2],
      [1_000, 3],
    ] as const) {
      stand.clock.advance(after)
      await expect.poll(failures).toBe(expected)
    }
    expect(texts(stand.events)).toEqual(['第一句'])
    stand.clock.advance(2 * minute)
    await expect.poll(() => texts(stand.events)).toEqual(['第一句', '我要报价'])
  })

  it('is fetched by another process when the one that was told is gone for good', async () => {
    stand = await startWecomStand({ wecom: onlyWatch })
    await stand.listen()
    await stand.sim.customerSays('第一句')
    const other = stand.another()
    await other.listen()
    await other.adapter.channel.connect?.()
    await expect.poll(() => stand.sim.callsTo(sync).length).toBeGreaterThan(1)
    stand.sim.fail(sync, 'busy')
    await stand.sim.customerSays('我要报价')
    await stand.adapter.channel.stop()
    await expect.poll(() => texts(other.events)).toContain('我要报价')
    await other.adapter.channel.stop()
  })

  it('is asked for once an hour although nothing was told, for callbacks get lost', async () => {
    stand = await startWecomStand({ wecom: onlyWatch })
    await stand.listen()
    await stand.adapter.channel.connect?.()
    await stand.sim.customerSays('第一句')
    stand.sim.connect('http://127.0.0.1:9/hooks')
    await stand.sim.customerSays('我要报价')
    expect(texts(stand.events)).toEqual(['第一句'])
    stand.clock.advance(hour)
    await expect.poll(() => texts(stand.events)).toEqual(['第一句', '我要报价'])
  })

  it('goes on where it was when storing failed or the process had ended', async () => {
    stand = await startWecomStand({ wecom: onlyWatch })
    let isAway = true
    await stand.listen(async () => {
      if (isAway) throw new Error('the database is away')
      return null
    })
    await stand.sim.customerSays('想要一份报价')
    expect(stand.adapter.counters()['failed.fetch']).toBe(1)
    isAway = false
    const other = stand.another()
    await other.listen()
    await expect.poll(() => texts(other.events)).toEqual(['想要一份报价'])
    await other.adapter.channel.stop()
  })

  it('is fetched without the wake-up’s token when WeCom’s clock says that it is over', async () => {
    stand = await startWecomStand()
    await stand.listen()
    stand.sim.world.kf.tokenLifeMs = 0
    await stand.sim.customerSays('想要一份报价')
    await expect.poll(() => texts(stand.events)).toEqual(['想要一份报价'])
  })

  it('is left as it is by a source that says that there is more and not from where', async () => {
    stand = await startWecomStand()
    await stand.listen()
    stand.sim.world.kf.standsStill = true
    await stand.sim.customerSays('想要一份报价')
    expect(texts(stand.events)).toEqual(['想要一份报价'])
    expect(stand.sim.callsTo(sync)).toHaveLength(2)
  })
})

const message: MessageEvent = {
  ...{ type: 'message', platform: 'wecom', eventId: 'a1', at: '2026-11-16T01:00:00.000Z' },
  ...{ sender: { externalId: 'wm1', internal: false }, chat: { id: 'archive:1', type: 'group' } },
  ...{ messageId: 'a1', text: '要报价', toBot: false },
}

describe('the conversation archive', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it('is read when WeCom says so, and again when the reading failed', async () => {
    let isAway = false
    let said: MessageEvent[] = []
    const archive: ConversationArchive = {
      async read(after) {
        if (isAway) throw new Error('the library has no network')
        return { messages: said.slice(after), last: said.length }
      },
    }
    stand = await startWecomStand({ wecom: { archive, retryWaits: [20, 20] } })
    await stand.listen()
    said = [message]
    await stand.sim.event('sys', { Event: 'msgaudit_notify' })
    expect(texts(stand.events)).toEqual(['要报价'])
    isAway = true
    said.push({ ...message, eventId: 'a2', text: '什么时候发货' })
    await stand.sim.event('sys', { Event: 'msgaudit_notify' })
    expect(stand.adapter.counters()['failed.fetch']).toBeGreaterThan(0)
    isAway = false
    await expect.poll(() => texts(stand.events)).toEqual(['要报价', '什么时候发货'])
  })
})
