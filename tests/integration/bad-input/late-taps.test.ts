import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createNoteReader } from '../../../bot/note-reader.js'
import { createPipeline } from '../../../bot/pipeline.js'
import type { Core } from '../../../core/app.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import type { TapEvent } from '../../../core/ports/inbound.js'
import { startChat, type Chat } from '../../support/chat.js'

describe('a tap that is decided after the platform has stopped waiting', () => {
  let chat: Chat
  beforeEach(async () => {
    chat = await startChat()
    await chat.group.customer.says('我们在杭州，想要CRM的报价，电话 13800138000')
  })
  afterEach(() => chat.stop())

  function pipeline(core: Core = chat.core) {
    const limits = { timeoutMs: 0, maxTokens: 0 }
    const notes = createNoteReader({ core, llm: null, limits, log: silentLog })
    return createPipeline({ core, notes, log: silentLog, wake: chat.running.wake })
  }
  const tapOn = (cardRef: string, more: Partial<TapEvent> = {}): TapEvent => ({
    ...{ type: 'tap', platform: 'sandbox', eventId: 'tap-1', at: chat.core.clock.now().toISOString() },
    ...{ sender: { externalId: 'wang', internal: true }, chat: { id: 'bot:wang', type: 'direct' } },
    ...{ cardRef, actionId: 'accept', values: {} },
    ...more,
  })
  const offer = async (): Promise<string> => {
    const [lead] = await chat.core.read((tx) => tx.getRepository(LeadEntity).find())
    const about = { type: 'lead' as const, id: lead?.id ?? '' }
    const cards = await chat.core.read((tx) => chat.core.deliveries.about(tx, about))
    return cards.find(({ card }) => card === 'lead.offer')?.id ?? ''
  }
  /** The reference of Wang's offer, which the manager has given to Zhao since. */
  async function outdated(): Promise<string> {
    await chat.clock.advance('5m')
    await chat.eastManager.clicks('指派', { values: { personId: chat.company.people.zhao.id } })
    return offer()
  }
  /** What was told to somebody beside their cards. */
  async function told(who: 'wang' | 'zhao' = 'wang'): Promise<number> {
    await chat.idle()
    const about = { type: 'person' as const, id: chat.company.people[who].id }
    const cards = await chat.core.read((tx) => chat.core.deliveries.about(tx, about))
    return cards.filter(({ card }) => card === 'answer.refused').length
  }

  it('and refused, tells its person so in a message, once', async () => {
    const tap = tapOn(await outdated())
    expect(await pipeline().sink(tap, 0)).toBeNull()
    await expect.poll(() => told()).toBe(1)
    expect(await pipeline().sink(tap, 0)).toBeNull()
    await chat.wang.sees('已由赵敏接手')
    expect(await told()).toBe(1)
  })

  it('and refused by the rules, too', async () => {
    const ref = await outdated()
    const sender = { externalId: 'zhao', internal: true }
    await pipeline().sink(tapOn(ref, { sender, actionId: 'decline', confirmed: true }), 0)
    await expect.poll(() => told('zhao')).toBe(1)
    await chat.zhao.sees('这一步没有成功')
  })

  it('by whoever takes it up after the process that stored it has ended, too', async () => {
    const tap = tapOn(await outdated())
    await chat.core.inbox.accept({
      ...{ channel: 'sandbox', eventId: tap.eventId, body: JSON.stringify(tap), hold: false },
    })
    while ((await pipeline().work('sweeper')) > 0) await chat.idle()
    await chat.wang.sees('已由赵敏接手')
    expect(await told()).toBe(1)
  })

  it('although it was committed in time, tells so once', async () => {
    const tap = tapOn(await outdated())
    let isDecided = false
    const { core } = chat
    const find: Core['deliveries']['find'] = async (tx, id) => {
      const found = await core.deliveries.find(tx, id)
      // The second time is for today's card, after the commit.
      if (isDecided) await pause(300)
      isDecided = true
      return found
    }
    const slow = { ...core, deliveries: { ...core.deliveries, find } }
    expect(await pipeline(slow).sink(tap, 250)).toBeNull()
    await expect.poll(() => told()).toBe(1)
    await chat.wang.sees('已由赵敏接手')
    expect(await told()).toBe(1)
  })

  it('and done, says no more than its card', async () => {
    expect(await pipeline().sink(tapOn(await offer()), 0)).toBeNull()
    await expect.poll(async () => (await chat.wang.card()).card.title).toContain('已接单')
    expect(await told()).toBe(0)
  })
})
