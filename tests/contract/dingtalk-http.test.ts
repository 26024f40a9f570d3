import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callbackKeys, seal } from '../../adapters/dingtalk/envelope.js'
import { robotSign, cardSign, cardCallbackSecret } from '../../adapters/dingtalk/signatures.js'
import type { InboundEvent } from '../../core/ports/inbound.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'
import { sim as ids } from '../simulators/dingtalk/world.js'

let stand: Awaited<ReturnType<typeof startDingtalkStand>>
let events: InboundEvent[]

describe('callbacks over HTTP', () => {
  beforeEach(async () => {
    stand = await startDingtalkStand({ settings: { mode: 'http' } })
    events = []
    await stand.channel.start(async (event) => {
      events.push(event)
      return null
    })
  })
  afterEach(() => stand.stop())

  const post = async (path: string, body: string, headers: Record<string, string> = {}) =>
    (await fetch(`${stand.hooksOrigin}/hooks/dingtalk/${path}`, { method: 'POST', body, headers })).status
  const left = '{"EventType":"user_leave_org","UserId":["u-chen"]}'
  const event = (receiver: string, timestamp: string, body = left) => {
    const sealed = seal(callbackKeys(ids), body, receiver, { timestamp, nonce: 'n' })
    const query = new URLSearchParams({ msg_signature: sealed.msg_signature, timestamp, nonce: 'n' })
    return post(`event?${query.toString()}`, JSON.stringify({ encrypt: sealed.encrypt }))
  }
  const at = (shiftMs = 0) => String(stand.clock.now().getTime() + shiftMs)

  it.each([ids.clientId, ids.corpId])('take a sealed event for %s, twice under one id', async (receiver) => {
    const timestamp = at()
    expect([await event(receiver, timestamp), await event(receiver, timestamp)]).toEqual([200, 200])
    expect(events).toMatchObject([
      { type: 'directory', externalIds: ['u-chen'] },
      { externalIds: ['u-chen'] },
    ])
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(1)
    expect(await event(receiver, timestamp, '{"EventType":"check_url"}')).toBe(200)
  })

  // How the envelope is spelt is told from memory: each way it is told must do.
  it.each([
    ['msg_signature', { EventType: 'user_leave_org', UserId: ['u-chen'], EventId: 'e1' }],
    ['signature', { EventType: 'user_leave_org', UserId: ['u-chen'], EventId: 'e1' }],
    ['msg_signature', { eventType: 'user_leave_org', userId: ['u-chen'], eventId: 'e1' }],
    ['signature', { eventType: 'user_leave_org', userId: ['u-chen'], eventId: 'e1' }],
  ])('take an event signed as %s and written as %o', async (name, body) => {
    const timestamp = at()
    const sealed = seal(callbackKeys(ids), JSON.stringify(body), ids.corpId, { timestamp, nonce: 'n' })
    const query = new URLSearchParams({ [name]: sealed.msg_signature, timestamp, nonce: 'n' })
    expect(await post(`event?${query.toString()}`, JSON.stringify({ encrypt: sealed.encrypt }))).toBe(200)
    expect(events).toMatchObject([{ type: 'directory', externalIds: ['u-chen'] }])
  })

  it('refuse what is stale, from the future, for others, unsigned or no JSON', async () => {
    expect(await event(ids.clientId, at(-3_700_000))).toBe(403)
    expect(await event(ids.clientId, at(3_700_000))).toBe(403)
    expect(await event('dingother', at())).toBe(403)
    expect(await post('event', '{}')).toBe(403)
    expect(await post('robot', '{}', { timestamp: at(), sign: 'forged' })).toBe(403)
    const old = at(-3_700_000)
    expect(await post('robot', '{}', { timestamp: old, sign: robotSign(old, ids.clientSecret) })).toBe(403)
    const stamp = at()
    const sign = cardSign(stamp, cardCallbackSecret(ids.clientSecret))
    const headers = { 'x-ddpaas-signature-timestamp': stamp, 'x-ddpaas-signature': sign }
    expect(await post('card', '<xml/>', headers)).toBe(403)
    expect(events).toHaveLength(0)
    expect(stand.adapter.counters().refused).toEqual({
      stale: 2,
      future: 1,
      receiver: 1,
      timestamp: 1,
      signature: 1,
      json: 1,
    })
  })
})
