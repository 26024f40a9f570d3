import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { noOutreach } from '../../../core/ports/outreach.js'
import { createSender } from '../../../jobs/sender.js'
import { makeCompany, type Cast, type Company } from '../../support/company.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'

describe('the delivery sender', () => {
  let test: TestCore
  let company: Company
  beforeEach(async () => {
    test = await startCore()
    company = await makeCompany(test.core)
  })
  afterEach(() => test.close())

  let version = 1
  function senderOver(fake: ReturnType<typeof createFakeMessenger>) {
    return createSender({
      core: test.core,
      messengers: new Map([['sandbox', fake.messenger]]),
      outreach: noOutreach,
      log: silentLog,
      render: (_tx, delivery) =>
        Promise.resolve({
          kind: delivery.card,
          title: `${delivery.card} v${version}`,
          tone: 'info',
          blocks: [],
        }),
    })
  }
  const subject = (id = 'one') => ({ type: 'lead' as const, id })
  const queue = (card: string, to: Cast | string, urgent = false) =>
    test.core.write((tx) =>
      test.core.deliveries.queue(tx, {
        card,
        subject: subject(),
        to: { personId: to in company.people ? company.people[to as Cast].id : to },
        urgent,
        dedupeKey: `${card}:${to}`,
      }),
    )
  const rows = () => test.core.read((tx) => tx.getRepository(DeliveryEntity).find({ order: { id: 'ASC' } }))
  const refresh = () => test.core.write((tx) => test.core.deliveries.refresh(tx, subject()))

  it('gets everything out, once, after the platform was down for an hour, and does not hammer it', async () => {
    const fake = createFakeMessenger()
    fake.onSend(() => Promise.reject(platformError('unreachable', true)))
    const sender = senderOver(fake)
    for (const to of ['wang', 'zhao'] as const) {
      for (let i = 0; i < 5; i += 1) await queue(`card-${i}`, to)
    }
    for (let minute = 0; minute < 60; minute += 1) {
      await sender.run()
      test.clock.advance(60_000)
    }
    expect(fake.shown).toEqual([])
    expect(fake.calls()).toBeLessThan(10 * 20)
    expect((await rows()).every((row) => row.state === 'queued' && row.failure === 'unreachable')).toBe(true)
    fake.onSend(() => Promise.resolve())
    test.clock.advance(spanMs('15m'))
    await sender.run()
    expect(fake.shown).toHaveLength(10)
    expect(new Set(fake.shown.map((one) => one.key)).size).toBe(10)
    expect((await rows()).every((row) => row.state === 'sent' && row.failure === null)).toBe(true)
  })

  it('keeps each recipient’s order and lets nobody wait for another’s slow call', async () => {
    const fake = createFakeMessenger()
    fake.onSend(async ({ to, card }) => {
      if (to.externalId === 'wang' && card.title.startsWith('first')) await pause(40)
    })
    const sender = senderOver(fake)
    for (const card of ['first', 'second', 'third']) await queue(card, 'wang')
    await queue('first', 'zhao')
    await sender.run()
    const order = fake.shown.map((one) => `${one.to} ${one.title.split(' ')[0]}`)
    expect(order[0]).toBe('zhao first')
    expect(order.slice(1)).toEqual(['wang first', 'wang second', 'wang third'])
  })

  it('lets urgent cards go first, however many wait', async () => {
    const fake = createFakeMessenger()
    for (let i = 0; i < 45; i += 1) await queue(`card-${i}`, 'zhao')
    await queue('urgent', 'wang', true)
    await senderOver(fake).run()
    expect(fake.shown.slice(0, 20).map((one) => one.to)).toContain('wang')
    expect(fake.shown).toHaveLength(46)
  })

  it('holds nobody up by one that the platform will not take now', async () => {
    const fake = createFakeMessenger()
    fake.onSend(({ card }) =>
      card.title.startsWith('bad') ? Promise.reject(platformError('busy', true)) : Promise.resolve(),
    )
    await queue('bad', 'wang')
    await queue('good', 'wang')
    await senderOver(fake).run()
    expect(fake.shown.map((one) => one.title.split(' ')[0])).toEqual(['good'])
  })

  it('sends again after a time-out where the platform knows its key, and shows it once', async () => {
    const fake = createFakeMessenger({ idempotentSend: true })
    fake.onTaken(() => {
      throw platformError('timeout', true)
    })
    const sender = senderOver(fake)
    await queue('card', 'wang')
    await sender.run()
    fake.onTaken(() => undefined)
    test.clock.advance(spanMs('1m'))
    await sender.run()
    expect([fake.calls(), fake.shown.length]).toEqual([2, 1])
    expect((await rows()).map((row) => row.state)).toEqual(['sent'])
    // The platform has kept the first try's card; what it shows is drawn anew, once.
    expect(fake.updates.map(({ id }) => id)).toEqual(['message-1'])
  })

  it('does not send again after a time-out where the platform would show it twice', async () => {
    const fake = createFakeMessenger({ idempotentSend: false })
    fake.onTaken(() => {
      throw platformError('timeout', true)
    })
    const sender = senderOver(fake)
    await queue('card', 'wang')
    await sender.run()
    expect((await rows()).map((row) => [row.state, row.failure])).toEqual([['unknown', 'timeout']])
    await refresh()
    test.clock.advance(spanMs('1d'))
    await sender.run()
    expect([fake.calls(), fake.shown.length]).toEqual([1, 1])
  })

  it('fails at once, with the reason, where the platform says never', async () => {
    const fake = createFakeMessenger()
    fake.onSend(() => Promise.reject(platformError('card_refused', false)))
    await queue('refused', 'wang')
    const sender = senderOver(fake)
    await sender.run()
    test.clock.advance(spanMs('1d'))
    await sender.run()
    expect((await rows()).map((row) => [row.state, row.failure])).toEqual([['failed', 'card_refused']])
    expect(fake.calls()).toBe(1)
  })

  it('gives up after three days and says so', async () => {
    const fake = createFakeMessenger()
    fake.onSend(() => Promise.reject(platformError('unreachable', true)))
    const sender = senderOver(fake)
    await queue('card', 'wang')
    await sender.run()
    test.clock.advance(spanMs('73h'))
    await sender.run()
    fake.onSend(() => Promise.resolve())
    test.clock.advance(spanMs('1d'))
    await sender.run()
    expect((await rows()).map((row) => [row.state, row.failure, row.workAt])).toEqual([
      ['expired', 'unreachable', null],
    ])
    expect(fake.shown).toEqual([])
  })

  it('shows many changes of one card as one update to its newest state', async () => {
    const fake = createFakeMessenger()
    const sender = senderOver(fake)
    version = 1
    await queue('card', 'wang')
    await sender.run()
    for (version = 2; version < 7; version += 1) await refresh()
    version = 7
    await sender.run()
    await sender.run()
    expect(fake.updates).toEqual([{ id: 'message-1', title: 'card v7' }])
  })

  it('draws a card that waited for hours when it goes out', async () => {
    const fake = createFakeMessenger()
    fake.onSend(() => Promise.reject(platformError('busy', true)))
    const sender = senderOver(fake)
    version = 1
    await queue('card', 'wang')
    await sender.run()
    fake.onSend(() => Promise.resolve())
    version = 2
    test.clock.advance(spanMs('3h'))
    await sender.run()
    expect(fake.shown.map((one) => one.title)).toEqual(['card v2'])
  })
})
