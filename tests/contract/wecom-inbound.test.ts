import { afterEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../core/ports/inbound.js'
import { startWecomStand, type WecomStand } from '../support/wecom-stand.js'

const text = (content: string, id = '1') =>
  `<xml><ToUserName>c</ToUserName><FromUserName>Wang</FromUserName><CreateTime>1763254800</CreateTime><MsgType>text</MsgType><Content><![CDATA[${content}]]></Content><MsgId>${id}</MsgId></xml>`
const texts = (events: InboundEvent[]) =>
  events.flatMap((event) => (event.type === 'message' ? [event.text] : []))

describe('callbacks of WeCom', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it('answers the check of its address with the bare word, and no other', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const { query, cipher } = stand.sim.sealed('1616140317555161061')
    query.set('echostr', cipher)
    const answer = await fetch(`${stand.hooks.origin}/wecom/app?${query}`)
    expect([answer.status, await answer.text()]).toEqual([200, '1616140317555161061'])
    query.set('nonce', 'other')
    expect((await fetch(`${stand.hooks.origin}/wecom/app?${query}`)).status).toBe(403)
  })

  it('refuses what is forged, stale, for somebody else, broken or too large, and counts it', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const { sim, adapter } = stand
    const { query, body } = sim.sealed(text('好'))
    const forged = new URLSearchParams(query)
    forged.set('msg_signature', 'f'.repeat(40))
    const other = sim.sealed(text('好'), 'ww9999999999999999')
    const bomb = sim.sealed('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><xml><Content>&a;</Content></xml>')
    const statuses = [
      await sim.sendRaw('wecom/app', forged, body),
      await sim.sendRaw('wecom/app', '', body),
      await sim.sendRaw('wecom/app', other.query, other.body),
      await sim.sendRaw('wecom/app', bomb.query, bomb.body),
      await sim.sendRaw('wecom/app', query, '<xml><Encrypt>'),
      await sim.sendRaw('wecom/app', query, 'x'.repeat(300_000)),
    ].map(({ status }) => status)
    expect(statuses).toEqual([403, 403, 403, 400, 400, 413])
    stand.clock.advance(11 * 60_000)
    expect((await sim.sendRaw('wecom/app', query, body)).status).toBe(403)
    expect(stand.events).toEqual([])
    expect(adapter.counters()).toMatchObject({
      ...{ 'refused.signature': 2, 'refused.receiver': 1, 'refused.malformed': 2, 'refused.stale': 1 },
    })
    expect(JSON.stringify(stand.logged)).not.toContain('好')
  })

  it('takes a replay for the same event', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const { query, body } = stand.sim.sealed(text('好'))
    for (let i = 0; i < 2; i += 1) await stand.sim.sendRaw('wecom/app', query, body)
    expect(new Set(stand.events.map(({ eventId }) => eventId)).size).toBe(1)
  })

  it('acknowledges and counts what it does not know', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const answered = await stand.sim.event('wang', { Event: 'add_schedule', ScheduleId: 's' })
    expect([answered.status, stand.events.length]).toEqual([200, 0])
    expect(stand.adapter.counters()['ignored.event add_schedule']).toBe(1)
  })

  it('takes bursts that come late and in reverse', async () => {
    stand = await startWecomStand()
    await stand.listen()
    stand.sim.hold()
    for (const word of ['一', '二', '三']) await stand.sim.says('wang', word)
    await stand.sim.release()
    expect(texts(stand.events)).toEqual(['三', '二', '一'])
  })

  it.each([true, false])(
    'has an event although storing failed at first (repeats on errors: %s)',
    async (repeats) => {
      stand = await startWecomStand({ facts: { repeatsOnErrorStatus: repeats } })
      let failures = 2
      await stand.listen(async () => {
        if (failures-- > 0) throw new Error('the database is away')
        return null
      })
      expect((await stand.sim.says('wang', '帮助')).status).toBe(200)
      expect(new Set(stand.events.map(({ eventId }) => eventId)).size).toBe(1)
    },
  )

  it('waits for a tap’s answer only as long as WeCom does, whatever storing has cost', async () => {
    stand = await startWecomStand({ wecom: { waits: [150, 150] } })
    const budgets: number[] = []
    await stand.adapter.channel.start(async (_event, budgetMs) => {
      budgets.push(budgetMs)
      if (budgets.length < 3) throw new Error('the database is away')
      return null
    })
    const card = { kind: 'k', title: 't', tone: 'info' as const, blocks: [] }
    const actions = [{ id: 'a', label: '好', style: 'primary' as const }]
    await stand.adapter.messenger.send({
      ...{ to: { externalId: 'wang' }, card: { ...card, actions } },
      ...{ ref: 'd', idempotencyKey: 'k', urgent: false },
    })
    await stand.sim.taps('wang', 'a')
    const [first = 0, , last = 0] = budgets
    expect(first).toBeLessThanOrEqual(3_500)
    expect(first - last).toBeGreaterThanOrEqual(299)
  })

  it('hears an entry of the app’s menu as the words that it stands for, once', async () => {
    stand = await startWecomStand()
    await stand.listen()
    stand.sim.repeatCallbacks()
    await stand.sim.event('Wang', { Event: 'click', EventKey: '今日待办', AgentID: 1000002 })
    expect(stand.events).toMatchObject([
      {
        ...{ type: 'message', text: '今日待办', toBot: true, sender: { externalId: 'wang' } },
        chat: { id: 'user:wang', type: 'direct' },
      },
      { type: 'message' },
    ])
    expect(new Set(stand.events.map(({ eventId }) => eventId)).size).toBe(1)
    expect((await stand.sim.event('Wang', { Event: 'click', EventKey: '' })).status).toBe(200)
    expect(stand.adapter.counters()['ignored.click without words']).toBe(2)
  })

  it('hears of the organisation by the contact-sync assistant’s own callback too, and of each change once', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const change = { Event: 'change_contact', ChangeType: 'update_user', UserID: 'Wang' }
    expect((await stand.sim.contactEvent(change)).status).toBe(200)
    await stand.sim.event('sys', change)
    expect(stand.events).toMatchObject([
      { type: 'directory', about: 'person', externalIds: ['wang'] },
      { type: 'directory' },
    ])
    expect(new Set(stand.events.map(({ eventId }) => eventId)).size).toBe(1)
    const { query, body } = stand.sim.seal('wecom/app', text('好'))
    expect((await stand.sim.sendRaw('wecom/contacts', query, body)).status).toBe(403)
  })

  it('does not acknowledge what it could not store', async () => {
    stand = await startWecomStand({ facts: { repeatsOnErrorStatus: false } })
    await stand.listen(async () => {
      throw new Error('the database is away')
    })
    expect((await stand.sim.says('wang', '帮助')).status).toBe(503)
    expect(stand.adapter.counters()['failed.store']).toBe(1)
  })

  it.each([true, false])(
    'acknowledges a stranger’s tap, with words where they are shown (%s)',
    async (shown) => {
      stand = await startWecomStand({ facts: { textAnswersClick: shown } })
      await stand.listen(async () => ({ notice: { text: '这张卡片已经失效。', tone: 'warning' } }))
      const card = { kind: 'k', title: 't', tone: 'info' as const, blocks: [] }
      const actions = [{ id: 'a', label: '好', style: 'primary' as const }]
      await stand.adapter.messenger.send({
        ...{
          to: { externalId: 'wang' },
          card: { ...card, actions },
          ref: 'd',
          idempotencyKey: 'k',
          urgent: false,
        },
      })
      const answered = await stand.sim.taps('wang', 'a')
      expect([answered.status, answered.text]).toEqual([200, shown ? '这张卡片已经失效。' : undefined])
    },
  )
})

describe('customers in customer service', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it('hands over every customer’s word once in order, over several fetches', async () => {
    stand = await startWecomStand()
    await stand.listen()
    await stand.sim.customerSays('想要一份报价')
    await stand.sim.customerSays('', 'wmCustomer02', { msgtype: 'image', image: { media_id: 'x' } })
    await stand.sim.customerSays('', 'wmCustomer02', { msgtype: 'event', origin: 4, event: {} })
    expect(texts(stand.events)).toEqual(['想要一份报价', '[客户发来图片]'])
    expect(stand.events[1]?.sender).toEqual({ externalId: 'wmCustomer02', internal: false })
  })

  it('fetches more than one page and survives messages of an unknown shape', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const { list } = stand.sim.world.kf
    list.push({ nothing: true })
    for (let i = 0; i < 1100; i += 1) {
      const fields = { open_kfid: 'wk0001', external_userid: 'wm1', send_time: 1, origin: 3, msgtype: 'text' }
      list.push({ ...fields, msgid: `bulk-${i}`, text: { content: String(i) } })
    }
    await stand.sim.wakeCustomerService()
    await expect.poll(() => texts(stand.events).length).toBe(1100)
    expect(stand.adapter.counters()['ignored.customer-message']).toBe(1)
  })
})
