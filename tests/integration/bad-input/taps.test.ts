import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createNoteReader } from '../../../bot/note-reader.js'
import { createPipeline } from '../../../bot/pipeline.js'
import type { Core } from '../../../core/app.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import type { InboundAnswer, TapEvent } from '../../../core/ports/inbound.js'
import { startChat, type Chat } from '../../support/chat.js'

describe('a tap', () => {
  let chat: Chat
  let send: (
    tap: Partial<TapEvent> & { by: string },
    through?: { core: Core; budgetMs: number },
  ) => Promise<InboundAnswer | null>
  beforeEach(async () => {
    chat = await startChat()
    await chat.group.customer.says('我们在杭州，想要CRM的报价，电话 13800138000')
    const { core } = chat
    const notes = createNoteReader({
      core,
      llm: null,
      limits: { timeoutMs: 0, maxTokens: 0 },
      log: silentLog,
    })
    send = async ({ by, ...tap }, through = { core, budgetMs: 5000 }) => {
      const parts = { core: through.core, notes, log: silentLog, wake: chat.running.wake }
      const { sink } = createPipeline(parts)
      const answer = await sink(
        {
          type: 'tap',
          platform: 'sandbox',
          eventId: core.ids.next(),
          at: core.clock.now().toISOString(),
          sender: { externalId: by, internal: true },
          chat: { id: `bot:${by}`, type: 'direct' },
          cardRef: 'made-up',
          actionId: 'accept',
          values: {},
          ...tap,
        },
        through.budgetMs,
      )
      await chat.idle()
      return answer
    }
  })
  afterEach(() => chat.stop())

  const lead = async () => {
    const [only] = await chat.core.read((tx) => tx.getRepository(LeadEntity).find())
    if (!only) throw new Error('there is no lead')
    return only
  }
  const refOf = async (card: string) => {
    const deliveries = await chat.core.read(async (tx) =>
      chat.core.deliveries.about(tx, { type: 'lead', id: (await lead()).id }),
    )
    const found = deliveries.find((delivery) => delivery.card === card)
    if (!found) throw new Error(`there is no ${card}`)
    return found.id
  }
  const changes = async (kind: string) =>
    (await chat.core.read((tx) => chat.core.changes.latest(tx, 200))).filter((change) => change.kind === kind)

  it('on an outdated card is answered with today’s card and who has the lead', async () => {
    const card = await chat.wang.card('新线索')
    await chat.clock.advance('5m')
    await chat.eastManager.clicks('指派', { values: { personId: chat.company.people.zhao.id } })
    expect(await chat.wang.taps(card.id, 'accept')).toContain('已由赵敏接手')
    const now = await chat.wang.card()
    expect([now.id, now.card.title.split('：')[0]]).toEqual([card.id, '超时未接'])
    expect(now.card.subtitle).toContain('现由赵敏负责')
    expect(now.card.actions ?? []).toEqual([])
    expect((await lead()).ownerId).toBe(chat.company.people.zhao.id)
  })

  it('that took its time to be stored is answered by an update of its card, for nobody waits any more', async () => {
    const { core } = chat
    const accept: typeof core.inbox.accept = async (input) => {
      await pause(400)
      return core.inbox.accept(input)
    }
    const slow = { core: { ...core, inbox: { ...core.inbox, accept } }, budgetMs: 400 }
    const tap = { by: 'wang', cardRef: await refOf('lead.offer') }
    expect(await send(tap, slow)).toBeNull()
    await expect.poll(async () => (await lead()).ownerId).toBe(chat.company.people.wang.id)
  })

  it('sent twice has one effect and both answers show the same card', async () => {
    const tap = { by: 'wang', cardRef: await refOf('lead.offer'), eventId: 'tap-1' }
    const [first, second] = [await send(tap), await send(tap)]
    expect(first?.card?.title).toContain('已接单')
    expect(second?.card?.title).toBe(first?.card?.title)
    expect(await changes('lead.accepted')).toHaveLength(1)
  })

  it('sent five times at once has one effect', async () => {
    const tap = { by: 'wang', cardRef: await refOf('lead.offer'), eventId: 'tap-1' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(tap)))
    for (const answer of answers) expect(answer?.card?.title).toContain('已接单')
    expect(await changes('lead.accepted')).toHaveLength(1)
    const wang = await chat.core.read((tx) => chat.core.org.person(tx, chat.company.people.wang.id))
    expect(wang.openLeads).toBe(1)
  })

  it.each(['zhao', 'sun', 'support'])('on a card that was forwarded to %s grants nothing', async (by) => {
    chat.running.sandbox?.accounts.put({ externalId: by, name: by, group: 'rep' })
    const answer = await send({ by, cardRef: await refOf('lead.offer') })
    expect(answer?.notice?.tone).toBe('warning')
    expect(answer?.notice?.text).toMatch(/没有这项操作的权限/)
    expect(answer?.card).toBeUndefined()
    expect((await lead()).state).toBe('offered')
    await chat.wang.clicks('接单')
    const later = await send({ by, cardRef: await refOf('lead.offer'), actionId: 'contacted' })
    expect(JSON.stringify(later)).not.toContain('13800138000')
    expect((await lead()).firstTouchAt).toBeNull()
  })

  it('that is asked about does nothing until it is confirmed, however often it is repeated', async () => {
    const cardRef = await refOf('lead.offer')
    const decline = { by: 'wang', cardRef, actionId: 'decline' }
    const first = await send({ ...decline, eventId: 'tap-1' })
    expect(first?.notice?.text).toContain('交给主管安排，确定吗')
    expect(first?.card?.subtitle).toContain('确定吗')
    expect(first?.card?.actions?.map(({ id, label }) => [id, label])).toEqual([
      ['decline.sure', '确认接不了'],
      ['decline.keep', '取消'],
    ])
    // The platform hands it over once more; the person double-clicks.
    const repeated = await send({ ...decline, eventId: 'tap-1' })
    expect(repeated?.card).toEqual(first?.card)
    await send({ ...decline, eventId: 'tap-2' })
    expect(await changes('offer.declined')).toHaveLength(0)
    const sure = { ...decline, actionId: 'decline.sure', eventId: 'tap-3' }
    expect((await send(sure))?.notice?.text).toContain('已转给主管')
    await send(sure)
    expect(await changes('offer.declined')).toHaveLength(1)
  })

  it('asks anew when the yes comes too late, and lets go when it is a no', async () => {
    const cardRef = await refOf('lead.offer')
    const tap = (actionId: string) => send({ by: 'wang', cardRef, actionId })
    await tap('decline')
    await chat.clock.advance('3m')
    const late = await tap('decline.sure')
    expect(late?.notice?.text).toContain('确定吗')
    expect(late?.card?.actions?.[0]?.id).toBe('decline.sure')
    const kept = await tap('decline.keep')
    expect(kept?.card?.actions?.map(({ id }) => id)).toEqual(['accept', 'decline'])
    expect(await changes('offer.declined')).toHaveLength(0)
    expect((await lead()).state).toBe('offered')
  })

  it('that the platform has asked about, or on a card that no longer offers it, is not asked about', async () => {
    const cardRef = await refOf('lead.offer')
    const decline = { by: 'wang', cardRef, actionId: 'decline' }
    expect((await send({ ...decline, confirmed: true }))?.notice?.text).toContain('已转给主管')
    expect((await send(decline))?.notice?.text).toContain('已经不在等你接单')
  })

  it('by somebody without a binding, or by a customer, grants nothing', async () => {
    for (const by of ['stranger', 'customer', 'nobody-at-all']) {
      const answer = await send({ by, cardRef: await refOf('lead.offer') })
      expect(answer?.notice?.text).toContain('还没有绑定')
      expect(answer?.card).toBeUndefined()
    }
    expect((await lead()).state).toBe('offered')
  })

  it('with a card that nobody sent is told that it is no longer valid', async () => {
    expect((await send({ by: 'wang' }))?.notice?.text).toContain('已经失效')
    expect((await send({ by: 'wang', cardRef: "' OR 1=1 --" }))?.notice?.text).toContain('已经失效')
  })

  it.each(['dispatch', 'take-over', 'undo', '__proto__', 'constructor', 'toString'])(
    'with the action %s, which the card does not have, does nothing',
    async (actionId) => {
      const answer = await send({ by: 'wang', cardRef: await refOf('lead.offer'), actionId })
      expect(answer?.notice?.text).toContain('卡片已更新')
      expect(answer?.card?.title).toContain('新线索')
      expect((await lead()).state).toBe('offered')
    },
  )

  it('of a rep on the manager’s card is refused', async () => {
    await chat.clock.advance('5m')
    const cardRef = await refOf('lead.dispatch')
    for (const actionId of ['take-over', 'dispatch']) {
      const values = { personId: chat.company.people.wang.id }
      const answer = await send({ by: 'wang', cardRef, actionId, values })
      expect(answer?.notice?.tone).toBe('warning')
      expect(answer?.card).toBeUndefined()
    }
    expect((await lead()).state).toBe('queued')
    expect(await changes('lead.dispatched')).toEqual([])
  })

  it('with forged values gives the lead to nobody', async () => {
    await chat.clock.advance('5m')
    const cardRef = await refOf('lead.dispatch')
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`v${i}`, 'x']))
    for (const values of [{}, { personId: 'nobody' }, { personId: "' OR '1'='1" }, many]) {
      const answer = await send({ by: 'eastManager', cardRef, actionId: 'dispatch', values })
      expect(answer?.notice?.tone).toBe('warning')
      expect(answer?.card?.title).toContain('线索超时未接')
    }
    expect((await lead()).state).toBe('queued')
  })
})
