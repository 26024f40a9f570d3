import { afterEach, describe, expect, it } from 'vitest'
import type { Card } from '../../core/ports/card.js'
import { startFeishuStand, type FeishuStand } from '../simulators/feishu/stand.js'

const card: Card = {
  kind: 'follow-up',
  title: '补全跟进',
  tone: 'info',
  blocks: [],
  inputs: [
    { type: 'text', name: 'note', label: '内容', required: true },
    { type: 'date', name: 'next', label: '下次联系' },
  ],
  actions: [{ id: 'save', label: '保存', style: 'primary', submit: true }],
}

describe('what comes in from Feishu', () => {
  let stand: FeishuStand
  afterEach(() => stand.stop())
  const sendCard = (ref = 'd1', idempotencyKey = 'k1') =>
    stand.adapter.messenger.send({
      to: { externalId: stand.sim.colleague },
      card,
      ref,
      idempotencyKey,
      urgent: false,
    })
  const texts = () => stand.events.flatMap((event) => (event.type === 'message' ? [event.text] : []))

  it('brings the values of a form, and a receipt when the card was read', async () => {
    stand = await startFeishuStand()
    await sendCard()
    await stand.sim.taps(stand.sim.colleague, 'save', { note: '已电话', next: '2026-03-05' })
    await stand.adapter.messenger.sendText({ externalId: stand.sim.colleague }, '好的', 'k2')
    stand.sim.reads(stand.sim.colleague)
    await stand.sim.delivery.idle()
    expect(stand.events).toMatchObject([
      { type: 'tap', cardRef: 'd1', actionId: 'save', values: { note: '已电话', next: '2026-03-05' } },
      { type: 'receipt', cardRef: 'd1', state: 'read', sender: { externalId: stand.sim.colleague } },
    ])
  })

  it('stores the receipts of one body side by side, and has all of them come again when one was not stored', async () => {
    stand = await startFeishuStand()
    const refs = ['d1', 'd2', 'd3']
    for (const ref of refs) await sendCard(ref, `k-${ref}`)
    const all = Promise.withResolvers<void>()
    let isAway = true
    stand.onEvent(async (event) => {
      if (stand.events.length === refs.length) all.resolve()
      await all.promise
      const isLast = event.type === 'receipt' && event.cardRef === 'd3'
      if (isAway && isLast) throw new Error('the database is away')
      return null
    })
    stand.sim.reads(stand.sim.colleague)
    const { counts } = stand.sim.delivery
    while (counts.refused === 0) await new Promise((resolve) => setImmediate(resolve))
    isAway = false
    await stand.sim.delivery.idle()
    const read = stand.events.map((event) => event.type === 'receipt' && [event.cardRef, event.eventId])
    expect(read.slice(0, 3).map((one) => one && one[0])).toEqual(refs)
    expect(read.slice(3)).toEqual(read.slice(0, 3))
    expect(counts.acknowledged).toBe(1)
  })

  it('knows when the bot is meant in a group, and hears all only with the scope for it', async () => {
    stand = await startFeishuStand()
    stand.sim.granted.delete('im:message.group_msg')
    stand.sim.says(stand.sim.customer, stand.sim.groupId, '没有人听见')
    stand.sim.says(stand.sim.colleague, stand.sim.groupId, '@跟进助手 今天待办')
    await stand.sim.delivery.idle()
    expect(stand.events).toMatchObject([{ text: '今天待办', toBot: true, chat: { type: 'group' } }])
  })

  it('is not acknowledged before it is stored, and comes again until it is', async () => {
    stand = await startFeishuStand()
    let isAway = true
    stand.onEvent(async () => {
      if (isAway) throw new Error('the database is away')
      return null
    })
    stand.sim.says(stand.sim.colleague, 'bot', '帮助')
    await new Promise((resolve) => setImmediate(resolve))
    const { counts } = stand.sim.delivery
    while (counts.refused === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(counts.acknowledged).toBe(0)
    isAway = false
    await stand.sim.delivery.idle()
    expect(counts.acknowledged).toBe(1)
    expect(stand.adapter.counters()).toMatchObject({ received: 2, failed: 1, stored: 1 })
  })

  it('comes through drops, in a burst and in any order', async () => {
    stand = await startFeishuStand({ fragmentBytes: 64 })
    stand.sim.dropConnections()
    stand.sim.delivery.hold()
    for (const text of ['一', '二', '三']) stand.sim.says(stand.sim.colleague, 'bot', text)
    while (stand.sim.delivery.sockets.size === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    stand.sim.delivery.release()
    await stand.sim.delivery.idle()
    expect(texts().sort()).toEqual(['一', '三', '二'])
    const opened = stand.sim.calls.filter(({ path }) => path === '/callback/ws/endpoint').length
    expect(opened).toBeLessThan(5)
  })

  it('ends what it took before it lets the connection go', async () => {
    stand = await startFeishuStand()
    const storing = Promise.withResolvers<void>()
    const stored = Promise.withResolvers<void>()
    stand.onEvent(async () => {
      storing.resolve()
      await stored.promise
      return null
    })
    stand.sim.says(stand.sim.colleague, 'bot', '帮助')
    await storing.promise
    const closing = stand.adapter.channel.disconnect?.()
    expect(stand.sim.delivery.counts.acknowledged).toBe(0)
    stored.resolve()
    await closing
    await stand.sim.delivery.idle()
    expect(stand.sim.delivery.counts).toMatchObject({ acknowledged: 1, refused: 0 })
    expect(stand.sim.delivery.sockets.size).toBe(0)
    await stand.adapter.channel.connect?.()
    expect(stand.sim.delivery.sockets.size).toBe(1)
  })

  it('says that all connections are taken when somebody else uses the app', async () => {
    stand = await startFeishuStand({ connect: false })
    stand.sim.limitConnections(0)
    await expect(stand.adapter.channel.connect?.()).rejects.toMatchObject({
      code: '1000040350',
      retryable: false,
    })
  })

  it('counts what it refuses, names no content in its log, and goes on', async () => {
    stand = await startFeishuStand()
    const secret = '13800138000'
    stand.sim.emit('im.message.receive_v1', { message: { content: secret } })
    stand.sim.emit('card.action.trigger', {
      operator: { open_id: 'ou_wang' },
      action: { value: { x: secret } },
    })
    stand.sim.emit('some.future_v9', { secret })
    for (const socket of stand.sim.delivery.sockets) socket.send(Buffer.from([0xff, 0xff, 0xff]))
    stand.sim.says(stand.sim.colleague, 'bot', '帮助')
    await stand.sim.delivery.idle()
    expect(texts()).toEqual(['帮助'])
    expect(stand.adapter.counters()).toMatchObject({
      ignored: 1,
      refused: { message: 1, button: 1, frame: 1 },
    })
    expect(stand.logged.join('\n')).not.toContain(secret)
  })

  it('lets no other app’s or company’s events in', async () => {
    stand = await startFeishuStand({ settings: { tenantKey: 'tenant-own' } })
    const header = {
      event_id: 'e1',
      event_type: 'contact.scope.updated_v3',
      tenant_key: 'tenant-own',
      app_id: 'cli_other',
    }
    for (const more of [{}, { app_id: stand.sim.settings.appId, tenant_key: 'tenant-other' }])
      stand.sim.delivery.emit({
        type: 'event',
        id: 'e1',
        body: { header: { ...header, ...more }, event: {} },
      })
    await stand.sim.delivery.idle()
    expect(stand.events).toEqual([])
    expect(stand.adapter.counters().refused).toEqual({ receiver: 1, tenant: 1 })
  })
})

describe('a webhook of Feishu', () => {
  let stand: FeishuStand
  afterEach(() => stand.stop())
  const event = (more: object = {}) => ({
    schema: '2.0',
    header: {
      event_id: 'e1',
      event_type: 'contact.scope.updated_v3',
      create_time: '1772416800000',
      token: 'simulated-token',
      app_id: stand.sim.settings.appId,
      tenant_key: 'tenant-own',
      ...more,
    },
    event: {},
  })
  const bytes = (value: object) => Buffer.from(JSON.stringify(value))

  it('answers the check of its address, with the right token only', async () => {
    stand = await startFeishuStand({ mode: 'webhook' })
    const check = (token: string) =>
      stand.post('event', stand.sim.delivery.seal({ type: 'url_verification', challenge: 'c1', token }).raw)
    expect(await check('simulated-token')).toMatchObject({ status: 200, body: '{"challenge":"c1"}' })
    expect((await check('wrong')).status).toBe(401)
  })

  it('refuses what is forged, unsigned, old, early, bare or not JSON', async () => {
    stand = await startFeishuStand({ mode: 'webhook' })
    const { clock, delivery } = stand.sim
    const { raw, headers } = delivery.seal(event())
    const status = async (body: Buffer, given: Record<string, string>) =>
      (await stand.post('event', body, given)).status
    expect(await status(raw, {})).toBe(401)
    expect(await status(raw, { ...headers, 'x-lark-signature': 'a'.repeat(64) })).toBe(401)
    expect(await status(Buffer.concat([raw, Buffer.from(' ')]), headers)).toBe(401)
    expect(await status(bytes(event()), {})).toBe(401)
    expect(await status(Buffer.from('{'), {})).toBe(400)
    expect(await status(bytes({ encrypt: 'AAAA' }), {})).toBe(400)
    expect(await status(bytes({ encrypt: { a: 1 } }), {})).toBe(400)
    const wrongToken = delivery.seal(event({ token: 'wrong' }))
    expect(await status(wrongToken.raw, wrongToken.headers)).toBe(401)
    const early = delivery.seal(event())
    clock.advance(9 * 3_600_000)
    expect(await status(early.raw, early.headers)).toBe(401)
    expect(stand.events).toEqual([])
    const { refused } = stand.adapter.counters()
    expect(refused).toMatchObject({
      unsigned: 1,
      signature: 2,
      unencrypted: 1,
      json: 1,
      ciphertext: 2,
      token: 1,
      stale: 1,
    })
  })

  it('takes a repeated request for the same event, and hands its id on', async () => {
    stand = await startFeishuStand({ mode: 'webhook' })
    const { raw, headers } = stand.sim.delivery.seal(event())
    for (const path of ['event', 'event'] as const)
      expect((await stand.post(path, raw, headers)).status).toBe(200)
    expect(stand.events.map(({ eventId }) => eventId)).toEqual(['e1', 'e1'])
  })

  it('is closed without a secret, and to anything but POST', async () => {
    stand = await startFeishuStand({
      mode: 'webhook',
      settings: { encryptKey: null, verificationToken: null },
    })
    expect((await stand.post('event', bytes(event()))).status).toBe(401)
    const answer = await stand.adapter.channel.webhooks?.[0]?.handle({
      method: 'GET',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
      ip: '127.0.0.1',
    })
    expect(answer?.status).toBe(405)
  })
})
