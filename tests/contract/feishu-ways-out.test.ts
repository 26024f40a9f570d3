import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Card } from '../../core/ports/card.js'
import type { Switches } from '../simulators/feishu/world.js'
import { startFeishuStand, type FeishuStand } from '../simulators/feishu/stand.js'

const day = 86_400_000
const card: Card = {
  kind: 'lead.offer',
  title: '新线索',
  tone: 'info',
  blocks: [],
  inputs: [
    { type: 'text', name: 'note', label: '备注' },
    { type: 'date', name: 'at', label: '时间', withTime: true },
  ],
  actions: [{ id: 'accept', label: '接单', style: 'primary', submit: true }],
  page: { label: '查看', path: '/leads/1' },
}

describe('what goes out to Feishu', () => {
  let stand: FeishuStand
  afterEach(() => stand.stop())
  const open = async (options: Parameters<typeof startFeishuStand>[0] = {}) => {
    stand = await startFeishuStand(options)
    const { sim, adapter } = stand
    return { sim, messenger: adapter.messenger, to: { externalId: sim.colleague } }
  }
  const outgoing = (to: { externalId?: string; chatId?: string }, key = 'k1', content = card) => ({
    to,
    card: content,
    ref: `ref-${key}`,
    idempotencyKey: key,
    urgent: false,
  })

  it('asks for one token however many messages leave at once, and again when it is refused', async () => {
    const { sim, messenger } = await open({ connect: false })
    const tokens = () => sim.calls.filter(({ path }) => path.includes('tenant_access_token')).length
    const people = [...sim.world.people.values()].filter((one) => one.isAvailable)
    await Promise.all(people.map((one, n) => messenger.send(outgoing({ externalId: one.openId }, `k${n}`))))
    expect(tokens()).toBe(1)
    sim.api.expireTokens()
    await messenger.send(outgoing({ externalId: sim.colleague }, 'k9'))
    expect(tokens()).toBe(2)
    sim.fault('POST /im/v1/messages', { kind: { code: 99991663, status: 400 }, times: 2 })
    await expect(messenger.send(outgoing({ externalId: sim.colleague }, 'k10'))).rejects.toMatchObject({
      code: '99991663',
    })
  })

  it('survives gateways that answer in HTML or not at all, and tells what may be tried again', async () => {
    const { sim, messenger, to } = await open({ connect: false })
    const failing = async (kind: Parameters<typeof sim.fault>[1]['kind']) => {
      sim.fault('POST /im/v1/messages', { kind, times: 1 })
      return messenger.send(outgoing(to, `k-${JSON.stringify(kind)}`)).catch((error: unknown) => error)
    }
    expect(await failing('html')).toMatchObject({ code: 'timeout', retryable: true })
    expect(await failing('empty')).toMatchObject({ code: 'bad_answer', retryable: true })
    const headers = { 'x-ogw-ratelimit-reset': '7' }
    expect(await failing({ code: 99991400, status: 429, headers })).toMatchObject({
      retryable: true,
      retryAfterMs: 7000,
    })
    expect(await failing({ code: 99991672, status: 400 })).toMatchObject({
      code: '99991672',
      retryable: false,
    })
    // Said with HTTP 200, an error is one all the same.
    expect(await failing({ code: 230013, status: 200 })).toMatchObject({ code: '230013', retryable: false })
  })

  it('sends once when the line broke after the message had left', async () => {
    const { sim, messenger, to } = await open({ connect: false })
    sim.fault('POST /im/v1/messages', { kind: 'dropped', times: 1 })
    await expect(messenger.send(outgoing(to))).rejects.toMatchObject({ code: 'timeout' })
    await messenger.send(outgoing(to))
    expect(sim.cardsOf(sim.colleague)).toHaveLength(1)
  })

  it('does not send twice when the platform has forgotten the key', async () => {
    const { sim, messenger, to } = await open({ connect: false })
    sim.fault('POST /im/v1/messages', { kind: 'dropped', times: 1 })
    await expect(messenger.send(outgoing(to))).rejects.toMatchObject({ code: 'timeout' })
    // Whoever sends keeps the time of the first try as well: this one may have ended with the process.
    expect(messenger.capabilities().idempotentForMs).toBeLessThan(61 * 60_000)
    sim.clock.advance(61 * 60_000)
    await expect(messenger.send(outgoing(to))).rejects.toMatchObject({
      code: 'key_expired',
      retryable: false,
    })
    expect(sim.cardsOf(sim.colleague)).toHaveLength(1)
  })

  it('keeps to five messages a second for one person, and says when the next may go', async () => {
    const { sim, messenger, to } = await open({ connect: false })
    const sent = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => messenger.sendText(to, `第 ${n} 条`, `k${n}`)),
    )
    const refused = sent.filter((one) => one.status === 'rejected')
    expect(refused).toMatchObject([{ reason: { code: 'rate_limited', retryable: true } }])
    expect(sim.calls.filter(({ path }) => path === '/im/v1/messages')).toHaveLength(5)
    sim.clock.advance(1000)
    await messenger.sendText(to, '再来', 'k9')
  })

  it('draws a card anew for fourteen days', async () => {
    const { sim, messenger, to } = await open({ connect: false })
    const { platformMessageId } = await messenger.send(outgoing(to))
    sim.clock.advance(14 * day - 1)
    await messenger.update(platformMessageId, outgoing(to, 'k2', { ...card, title: '已接单' }))
    expect(sim.shownCard(sim.colleague)?.title).toBe('已接单')
    sim.clock.advance(2)
    const late = messenger.update(platformMessageId, outgoing(to, 'k3'))
    await expect(late).rejects.toMatchObject({ code: '230031', retryable: false })
  })

  it('buzzes, says honestly when it reached nobody, takes back and asks who has read', async () => {
    const { sim, messenger, to } = await open({ connect: false })
    const { platformMessageId } = await messenger.send(outgoing(to))
    for (const level of messenger.capabilities().urges)
      expect(await messenger.urge(platformMessageId, to, level, level)).toBe(true)
    expect(sim.world.messages.get(platformMessageId)?.urges.map(({ level }) => level)).toEqual([
      'app',
      'sms',
      'phone',
    ])
    expect(await messenger.urge(platformMessageId, { externalId: sim.customer }, 'app', 'r1')).toBe(false)
    expect(await messenger.urge(platformMessageId, { chatId: 'oc_group' }, 'app', 'r1')).toBe(false)
    sim.granted.delete('im:message.urgent:phone')
    expect(await messenger.urge(platformMessageId, to, 'phone', 'r2')).toBe(false)

    const asked = [{ platformMessageId, to }]
    expect(await messenger.pollReceipts?.(asked)).toEqual([])
    sim.world.messages.get(platformMessageId)?.readBy.set(sim.colleague, sim.world.now())
    expect(await messenger.pollReceipts?.(asked)).toEqual([{ platformMessageId, state: 'read' }])
    sim.clock.advance(7 * day + 1)
    expect(await messenger.pollReceipts?.(asked)).toEqual([])

    expect(await messenger.recall(platformMessageId, to)).toBe(true)
    expect(await messenger.recall(platformMessageId, to)).toBe(false)
  })

  it('puts a thing to do into the platform’s own list once, and ticks it off', async () => {
    const { sim, messenger } = await open({ connect: false })
    const todo = {
      externalId: sim.colleague,
      title: '回访宏达',
      dueAt: new Date('2026-03-05T01:00:00Z'),
      page: '/tasks/1',
      key: 'k1',
    }
    const id = await messenger.todos?.create(todo)
    expect(await messenger.todos?.create(todo)).toBe(id)
    expect(sim.api.tasks.get('k1')).toMatchObject({
      members: [{ id: sim.colleague, role: 'assignee' }],
      due: { timestamp: '1772672400000' },
      origin: { href: { url: 'https://crm.example.com/app/tasks/1?platform=feishu' } },
    })
    await messenger.todos?.finish(id ?? '', sim.colleague)
    expect(sim.api.tasks.get('k1')?.['completed_at']).toBe(String(sim.world.now()))
  })

  it('sends cards to groups, whose taps say so', async () => {
    const { sim, messenger } = await open()
    await messenger.send(outgoing({ chatId: sim.groupId }))
    await sim.taps(sim.colleague, 'accept', {}, sim.groupId)
    expect(stand.events).toMatchObject([{ type: 'tap', chat: { id: sim.groupId, type: 'group' } }])
  })

  /** What is known from memory only may be either way; the product works both ways. */
  const facts = [
    'shortUuids',
    'datesWithZone',
    'omitsEmptyInputs',
    'capsComponents',
    'revertsEarlyUpdates',
    'cardFrames',
    'tellsTenants',
  ] as const satisfies (keyof Switches)[]
  for (const fact of facts)
    for (const isSo of [true, false])
      it(`works whether or not the platform has it so: ${fact} ${isSo ? 'on' : 'off'}`, async () => {
        const { sim, messenger, to } = await open({ switches: { [fact]: isSo } })
        const key = `a-key-of-more-than-fifty-characters-${'0'.repeat(40)}`
        const { platformMessageId } = await messenger.send(outgoing(to, key))
        let updated: Promise<void> | undefined
        stand.onEvent(async () => {
          // The deliveries' sender draws the card anew the moment the tap is committed.
          updated = messenger.update(platformMessageId, outgoing(to, key, { ...card, title: '已接单' }))
          // Time enough for an update that does not wait for the answer.
          await Promise.race([updated, setTimeout(100)])
          return null
        })
        expect(await sim.taps(sim.colleague, 'accept', { at: '2026-03-05T09:30' })).toEqual({
          notice: null,
          error: null,
        })
        await updated
        expect(stand.events).toMatchObject([
          {
            cardRef: `ref-${key}`,
            values: { note: '', at: '2026-03-05T09:30' },
            sender: { externalId: sim.colleague, internal: true },
          },
        ])
        expect(sim.shownCard(sim.colleague)?.title).toBe('已接单')
      })
})
