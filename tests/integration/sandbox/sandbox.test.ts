import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Bootstrap, MessagePage, TapResult, WireMessage } from '../../../adapters/sandbox/wire.js'
import type { Card } from '../../../core/ports/card.js'
import type { MessageEvent } from '../../../core/ports/inbound.js'
import { startSandbox, type SandboxStand } from '../../support/sandbox-stand.js'

let stand: SandboxStand
beforeEach(async () => {
  stand = await startSandbox()
})
afterEach(() => stand.end())

const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 10 })
let counter = 0
const say = (as: string, chatId: string, text: string, clientId = `client-${++counter}`) =>
  stand.post<{ message: WireMessage }>('/messages', { as, chatId, text, clientId })
const page = async (as: string, chatId: string) =>
  (await stand.get<MessagePage>(`/chats/${encodeURIComponent(chatId)}/messages?as=${as}`)).body.messages
const texts = () => stand.events.map((event) => (event.type === 'message' ? event.text : event.type))

const offer: Card = {
  kind: 'lead.offer',
  title: '新线索',
  tone: 'info',
  blocks: [{ type: 'text', text: '张总想要报价' }],
  actions: [{ id: 'offer.accept', label: '接单', style: 'primary' }],
}
const send = (externalId: string, ref = 'd1', card = offer) =>
  stand.sandbox.messenger.send({ to: { externalId }, card, ref, idempotencyKey: ref, urgent: false })

describe('callbacks', () => {
  it('hands a message over with who wrote it, where, and whether the bot was addressed', async () => {
    await stand.listen()
    await say('zhang', 'g1', '想了解报价')
    await say('wang', 'bot:wang', '帮助')
    await say('wang', 'g1', '@跟进 帮助')
    await until(() => expect(stand.events).toHaveLength(3))
    const [group] = stand.events.filter((e) => e.type === 'message' && e.text === '想了解报价')
    expect(group).toMatchObject({
      platform: 'sandbox',
      sender: { externalId: 'zhang', name: '张总', internal: false },
      chat: { id: 'g1', type: 'group', name: '宏达项目群' },
      toBot: false,
    })
    const toBot = stand.events.filter((e): e is MessageEvent => e.type === 'message' && e.text === '帮助')
    expect(toBot.map((e) => e.toBot)).toEqual([true, true])
  })

  it('keeps what was written while the product was away, over a restart and in order', async () => {
    for (const text of ['一', '二', '三']) await say('zhang', 'g1', text)
    await stand.restart()
    await stand.listen()
    await until(() => expect(texts()).toEqual(['一', '二', '三']))
  })

  it('hands an event over again with the same id when the product failed', async () => {
    const seen: string[] = []
    stand.product.handle = async (event) => {
      seen.push(event.eventId)
      if (seen.length < 3) throw new Error('the database is away')
      return null
    }
    await stand.listen()
    await say('zhang', 'g1', '第一句')
    await say('zhang', 'g1', '第二句')
    await until(() => expect(texts()).toEqual(['第一句', '第二句']))
    expect(new Set(seen.slice(0, 3)).size).toBe(1)
  })

  it('hands every event over twice when the switch is on', async () => {
    await stand.post('/settings', { doubleCallbacks: true }, { method: 'PUT' })
    await stand.listen()
    await say('zhang', 'g1', '想试用')
    await until(() => expect(stand.events).toHaveLength(2))
    expect(stand.events[0]?.eventId).toBe(stand.events[1]?.eventId)
  })

  it('stores the same message once, whatever the network did', async () => {
    await stand.listen()
    const first = await say('zhang', 'g1', '在吗', 'client-same')
    const second = await say('zhang', 'g1', '在吗', 'client-same')
    expect(second.body.message.id).toBe(first.body.message.id)
    await until(() => expect(stand.events).toHaveLength(1))
    expect(await page('zhang', 'g1')).toHaveLength(1)
  })

  it('hides group messages that do not name the bot while WeCom is imitated', async () => {
    await stand.post('/settings', { limits: 'wecom' }, { method: 'PUT' })
    await stand.listen()
    await say('zhang', 'g1', '有预算')
    await say('zhang', 'g1', '@跟进 想了解报价')
    await until(() => expect(texts()).toEqual(['想了解报价']))
  })
})

describe('messages', () => {
  it('stores and returns hostile text as the text that it is', async () => {
    const text = `=cmd|' /C calc'!A0 <script>alert(1)</script> 🦊\u0000\u0007\u202e ${'报价'.repeat(15_000)}`
    const { status } = await say('zhang', 'g1', text)
    expect(status).toBe(200)
    expect((await page('wang', 'g1'))[0]?.text).toBe(text)
  })

  it('refuses a body over 200 kB and a chat that the person is not in', async () => {
    expect((await say('zhang', 'g1', 'x'.repeat(210_000))).status).toBe(413)
    expect((await say('li', 'g1', '你好')).status).toBe(404)
    expect((await stand.get('/chats/g1/messages?as=li')).status).toBe(404)
  })

  it('sends one card per key and counts it as unread for its receiver', async () => {
    const first = await send('li')
    const again = await send('li')
    expect(again).toEqual(first)
    const { body } = await stand.get<Bootstrap>('/bootstrap?as=wang')
    expect(body.accounts.find((a) => a.id === 'li')?.unread).toBe(1)
    await expect(send('nobody')).rejects.toMatchObject({ code: 'unknown_recipient', retryable: false })
  })

  it('pages backwards through a long chat without a gap', async () => {
    for (let i = 0; i < 60; i++)
      await stand.sandbox.messenger.sendText({ externalId: 'wang' }, `第${i}条`, `k${i}`)
    const newest = (await stand.get<MessagePage>('/chats/bot:wang/messages?as=wang')).body
    expect(newest).toMatchObject({ more: true, messages: { length: 50 } })
    const before = newest.messages[0]?.seq
    const older = (await stand.get<MessagePage>(`/chats/bot:wang/messages?as=wang&before=${before}`)).body
    expect([...older.messages, ...newest.messages].map((m) => m.text)).toEqual(
      Array.from({ length: 60 }, (_, i) => `第${i}条`),
    )
  })
})

describe('receipts', () => {
  it('reports delivered when a console opens and read when the chat is shown', async () => {
    await stand.listen()
    expect((await send('li')).state).toBe('sent')
    await stand.console('li')
    await until(() =>
      expect(stand.events.at(-1)).toMatchObject({ type: 'receipt', cardRef: 'd1', state: 'delivered' }),
    )
    const seq = (await page('li', 'bot:li'))[0]?.seq
    await stand.post('/reads', { as: 'li', chatId: 'bot:li', upToSeq: seq })
    await until(() =>
      expect(stand.events.at(-1)).toMatchObject({ type: 'receipt', cardRef: 'd1', state: 'read' }),
    )
    expect((await stand.get<Bootstrap>('/bootstrap?as=li')).body.me.unread).toBe(0)
  })

  it('says delivered in the answer when the receiver is there', async () => {
    await stand.console('li')
    expect((await send('li')).state).toBe('delivered')
  })

  it('never says read where the platform would not', async () => {
    await stand.post('/settings', { limits: 'wecom' }, { method: 'PUT' })
    expect(stand.sandbox.messenger.capabilities().readReceipts).toBe(false)
    await stand.listen()
    await send('li')
    const seq = (await page('li', 'bot:li'))[0]?.seq
    await stand.post('/reads', { as: 'li', chatId: 'bot:li', upToSeq: seq })
    await until(() => expect(stand.events).toHaveLength(1))
    expect(stand.events[0]).toMatchObject({ type: 'receipt', state: 'delivered' })
  })
})

describe('cards', () => {
  const tap = (as: string, messageId: string) =>
    stand.post<TapResult>('/taps', { as, messageId, actionId: 'offer.accept', values: { note: '好' } })

  it('shows the card that the product answers a tap with, and pushes it to open consoles', async () => {
    stand.product.handle = async (event) =>
      event.type === 'tap'
        ? { notice: { text: '已接单', tone: 'success' }, card: { ...offer, title: '已接单', actions: [] } }
        : null
    await stand.listen()
    const li = await stand.console('li')
    const { platformMessageId } = await send('li')
    const { body } = await tap('li', platformMessageId)
    expect(body).toEqual({ outcome: 'answered', notice: { text: '已接单', tone: 'success' } })
    expect((await page('li', 'bot:li'))[0]).toMatchObject({ revision: 1, card: { title: '已接单' } })
    await until(() => expect(li.pushes).toContainEqual(expect.objectContaining({ type: 'message.updated' })))
    expect(stand.events[0]).toMatchObject({
      type: 'tap',
      cardRef: 'd1',
      actionId: 'offer.accept',
      values: { note: '好' },
    })
  })

  it('lets only members of the chat tap', async () => {
    await stand.listen()
    const { platformMessageId } = await send('li')
    expect((await tap('wang', platformMessageId)).status).toBe(404)
    expect(stand.events).toHaveLength(0)
  })

  it('replaces a card in place and rings for an urgent one', async () => {
    const li = await stand.console('li')
    const { platformMessageId } = await send('li')
    const message = {
      to: {},
      card: { ...offer, title: '已过期' },
      ref: 'd1',
      idempotencyKey: 'u1',
      urgent: false,
    }
    await stand.sandbox.messenger.update(platformMessageId, message)
    expect(await stand.sandbox.messenger.urge(platformMessageId, { externalId: 'li' }, 'app', 'r1')).toBe(
      true,
    )
    expect(await page('li', 'bot:li')).toMatchObject([{ card: { title: '已过期' }, urgent: true }])
    await until(() => expect(li.pushes).toContainEqual(expect.objectContaining({ type: 'ring' })))
  })

  it('fits cards to the platform that is imitated', async () => {
    await stand.post('/settings', { limits: 'wecom' }, { method: 'PUT' })
    const form: Card = {
      ...offer,
      inputs: [{ type: 'text', name: 'note', label: '备注', required: true }],
      actions: [{ id: 'save', label: '保存', style: 'primary', submit: true }],
      page: { label: '打开', path: '/leads/1' },
    }
    await send('li', 'd2', form)
    const card = (await page('li', 'bot:li'))[0]?.card
    expect(card?.inputs).toBeUndefined()
    expect(card?.page?.label).toBe('在页面填写')
  })
})

describe('sign-in', () => {
  const openPage = (path: string) => stand.post<{ url: string }>('/pages', { as: 'wang', path })

  it('opens a page with a code that works once and for five minutes', async () => {
    const { body } = await openPage('/leads/01J?tab=log')
    const url = new URL(body.url, 'http://x')
    expect(url.pathname).toBe('/app/leads/01J')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ tab: 'log', platform: 'sandbox' })
    const code = url.searchParams.get('code') ?? ''
    expect(await stand.sandbox.identity.redeem(code, 'client')).toEqual({ externalId: 'wang' })
    expect(await stand.sandbox.identity.redeem(code, 'client')).toBeNull()
    const late = new URL((await openPage('/')).body.url, 'http://x').searchParams.get('code') ?? ''
    stand.clock.advance(5 * 60_000)
    expect(await stand.sandbox.identity.redeem(late, 'client')).toBeNull()
  })

  it('does not lead out of the pages', async () => {
    for (const path of [
      '//evil.example/x',
      '/../sandbox/bootstrap',
      'https://evil.example',
      '/\\evil.example',
    ]) {
      expect((await openPage(path)).status).toBe(422)
    }
  })
})

describe('the door', () => {
  it('refuses writes and sockets from another site', async () => {
    const headers = { origin: 'https://evil.example' }
    const body = { as: 'zhang', chatId: 'g1', text: '预算', clientId: 'client-evil' }
    expect((await stand.post('/messages', body, { headers })).status).toBe(403)
    expect(
      (await stand.post('/messages', body, { headers: { 'sec-fetch-site': 'cross-site' } })).status,
    ).toBe(403)
    expect((await stand.post('/messages', body, { headers: { 'content-type': 'text/plain' } })).status).toBe(
      415,
    )
    await expect(stand.console('zhang', headers)).rejects.toThrow('403')
    expect(await page('zhang', 'g1')).toHaveLength(0)
  })

  it('answers what it does not understand with a reason', async () => {
    expect((await stand.post('/messages', '{"as":')).status).toBe(400)
    expect((await stand.post('/messages', { as: 'zhang' })).status).toBe(422)
  })

  it('pushes the clock forward, unless the product refuses', async () => {
    expect((await stand.post('/clock', { ms: 300_000 })).status).toBe(200)
    expect(stand.clock.offsetMs()).toBe(300_000)
    stand.panel.refuseClock('已绑定企业微信')
    const { status, body } = await stand.post<{ error: { message: string } }>('/clock', { ms: 300_000 })
    expect([status, body.error.message]).toEqual([409, '已绑定企业微信'])
  })
})

it('lists the company in the directory, without the customers', async () => {
  const { people } = await stand.sandbox.directory.page(null)
  const { isPartial } = await stand.sandbox.directory.scope()
  expect(people.map((p) => p.name)).toEqual(['王小明', '李芳'])
  expect(isPartial).toBe(false)
})
