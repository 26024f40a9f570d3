import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import type { NewDelivery } from '../../../core/deliveries/deliveries.js'
import { noticesDefault } from '../../../core/playbook/notices.js'
import { actorOf, makePerson } from '../../support/make.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'
import { startSending, type Fake, type Sending } from './sender-stand.js'

describe('many notices of one kind', () => {
  let stand: Sending
  let fake: Fake
  beforeEach(async () => {
    fake = createFakeMessenger()
    stand = await startSending([fake])
  })
  afterEach(() => stand.close())

  const importLeads = async (count: number, from = 0) => {
    const admin = await actorOf(stand.core, stand.company.people.admin)
    const lines = Array.from(
      { length: count },
      (_, i) => `客户${from + i},139${String(10_000_000 + from + i)},王小明`,
    )
    const bytes = Buffer.from(['姓名,电话,负责人', ...lines].join('\n'))
    const report = await stand.core.imports.importCsv(admin, { name: 'leads.csv', bytes })
    expect(report.added).toBe(count)
    await stand.notifyAll()
  }

  it('are one card for 300 imported leads, and each of the 300 stays in the log', async () => {
    await importLeads(300)
    await stand.run()
    expect(fake.shown).toEqual([])
    await stand.after('1m')
    expect(fake.shown.map(({ title }) => title)).toEqual(['300 条线索归到你名下'])
    expect(fake.shown[0]?.footnote).toContain('另有 295 条')
    const [digest] = await stand.rows({ card: 'digest' })
    const folded = await stand.rows({ card: 'lead.given' })
    expect(folded.every(({ state, foldedInto }) => state === 'folded' && foldedInto === digest?.id)).toBe(
      true,
    )
    await stand.core.write((tx) => stand.core.deliveries.receipt(tx, digest?.id ?? '', 'read'))
    expect((await stand.rows({ card: 'lead.given' })).every(({ readAt }) => readAt === null)).toBe(true)
    expect(await stand.count('SELECT COUNT(*) AS n FROM leads WHERE viewedAt IS NOT NULL')).toBe(0)
  })

  it('join the card that has just been sent', async () => {
    await importLeads(20)
    await stand.after(6000)
    await importLeads(20, 20)
    await stand.after(6000)
    expect(fake.shown.map(({ title }) => title)).toEqual(['20 条线索归到你名下'])
    expect(fake.updates.map(({ title }) => title)).toEqual(['40 条线索归到你名下'])
  })

  it('are one card for more than a thousand, too', async () => {
    for (const part of [0, 1, 2]) await importLeads(400, part * 400)
    await stand.after('1m')
    expect(fake.shown.map(({ title }) => title)).toEqual(['500 条线索归到你名下'])
    expect(fake.updates.at(-1)?.title).toBe('1200 条线索归到你名下')
  })

  it('count also those that come while the card is on its way', async () => {
    await importLeads(20)
    let late = false
    fake.onSend(async () => {
      if (late) return
      late = true
      await importLeads(20, 20)
      await stand.after(6000)
    })
    await stand.after(6000)
    fake.onSend(() => Promise.resolve())
    await stand.after(6000)
    expect(fake.shown.map(({ title }) => title)).toEqual(['20 条线索归到你名下'])
    expect(fake.updates.at(-1)?.title).toBe('40 条线索归到你名下')
  })

  it('are sent one by one when they are few', async () => {
    await importLeads(3)
    await stand.after(6000)
    expect(fake.shown).toHaveLength(3)
  })

  it('are one card beyond the first five when they come one after the other', async () => {
    for (let n = 0; n < 30; n++) await stand.queue('lead.touched', 'wang', `touch ${n}`)
    await stand.run()
    expect(fake.shown).toHaveLength(5)
    await stand.after(6000)
    expect(fake.shown.map(({ title }) => title).slice(5)).toEqual(['25 条线索的客户又来询问'])
  })

  it('count only what still waits for somebody, and press nobody about what all is dealt with', async () => {
    await stand.close()
    fake = createFakeMessenger()
    stand = await startSending([fake], ['sms', 'voice'])
    await stand.setPhone('eastManager', '13800000000')
    const { core, company } = stand
    const leads = Array.from({ length: 8 }, (_, n) => ({ type: 'lead' as const, id: `L${n}` }))
    for (const subject of leads)
      await core.write((tx) =>
        core.deliveries.queue(tx, {
          ...{ card: 'lead.dispatch', subject, bulk: true, dedupeKey: subject.id },
          to: { personId: company.people.eastManager.id },
        }),
      )
    const settle = (some: typeof leads) =>
      core.write(async (tx) => {
        for (const subject of some) await core.deliveries.reminders.settle(tx, subject)
      })
    await stand.after(6000)
    expect(fake.shown.map(({ title }) => title)).toEqual(['8 条线索等待你指派'])
    await settle(leads.slice(0, 3))
    await stand.run()
    expect(fake.updates.map(({ title }) => title)).toEqual(['5 条线索等待你指派'])
    await settle(leads.slice(3))
    await stand.after('2m')
    await stand.after('1m')
    expect(fake.updates.at(-1)?.title).toBe('8 条都已有人处理')
    expect(stand.orders).toEqual([])
    const reminders = (await stand.rows({ card: 'digest' })).filter(({ channel }) =>
      /sms|voice/.test(channel),
    )
    expect(reminders.map(({ state, failure }) => [state, failure])).toEqual([
      ['skipped', 'settled'],
      ['skipped', 'settled'],
    ])
  })

  it('are pressed about while one of them still waits', async () => {
    await stand.close()
    fake = createFakeMessenger()
    stand = await startSending([fake], ['sms', 'voice'])
    await stand.setPhone('eastManager', '13800000000')
    for (let n = 0; n < 8; n++) await stand.queue('lead.dispatch', 'eastManager', `many ${n}`)
    await stand.core.write((tx) =>
      tx.query("UPDATE deliveries SET waitingFor = 'digest', subjectType = 'lead', subjectId = dedupeKey"),
    )
    await stand.run()
    const waiting = await stand.rows({ card: 'lead.dispatch' })
    const [last, ...others] = waiting
    for (const { subjectId } of others)
      await stand.core.write((tx) =>
        stand.core.deliveries.reminders.settle(tx, { type: 'lead', id: subjectId }),
      )
    await stand.after('2m')
    expect(last?.state).toBe('folded')
    expect(stand.orders.map(({ channel }) => channel).toSorted()).toEqual(['sms', 'voice'])
    expect(stand.orders[0]?.text).toContain('1 条线索等待你指派')
  })

  describe('in quiet time', () => {
    beforeEach(async () => {
      const quiet = { ...noticesDefault.quiet, enabled: true }
      await stand.publish('notices', { ...noticesDefault, quiet })
      // Half past eleven at night in Shanghai.
      stand.clock.set('2026-03-11T15:30:00.000Z')
    })

    it('wait until the morning, and are one card then', async () => {
      for (let n = 0; n < 8; n++) await stand.queue('lead.given', 'wang', `given ${n}`)
      await stand.after('8h')
      expect(fake.shown).toEqual([])
      await stand.after('30m')
      expect(fake.shown.map(({ title }) => title)).toEqual(['8 条线索归到你名下'])
    })

    it('are one card for each of a hundred people in the morning', async () => {
      const everybody: string[] = []
      for (let n = 0; n < 100; n++) everybody.push((await makePerson(stand.core, { name: `同事${n}` })).id)
      for (const id of everybody)
        for (let n = 0; n < 8; n++) await stand.queue('lead.given', id, `given ${n}`)
      await stand.after('8h')
      await stand.after('30m')
      const cards = await stand.rows({ card: 'lead.given' })
      expect(cards.filter(({ state }) => state !== 'folded')).toEqual([])
      expect(await stand.rows({ card: 'digest' })).toHaveLength(100)
    })

    it('are not lost when two processes fold them at once, nor counted on a card of their own', async () => {
      for (let n = 0; n < 8; n++) await stand.queue('lead.given', 'wang', `given ${n}`)
      stand.clock.advance(9 * 3_600_000)
      await Promise.all([stand.run(), stand.run(), stand.run()])
      expect(fake.shown.map(({ title }) => title)).toEqual(['8 条线索归到你名下'])
    })

    it('hold back what is tried again at night, too, and what a new account sets free', async () => {
      stand.clock.set('2026-03-11T13:59:00.000Z')
      await stand.queue('deal.stage', 'wang')
      fake.onSend(() => Promise.reject(platformError('busy', true)))
      await stand.run()
      fake.onSend(() => Promise.resolve())
      const alone = (await makePerson(stand.core, { name: '新同事' })).id
      await stand.queue('deal.stage', alone)
      await stand.run()
      stand.clock.set('2026-03-11T15:30:00.000Z')
      const { core } = stand
      const account = { platform: 'sandbox' as const, externalId: 'new' }
      await core.write((tx) => core.bindings.bind(tx, systemActor('test'), account, alone))
      await stand.run()
      expect(fake.shown).toEqual([])
      await stand.after('9h')
      expect(fake.shown.map(({ to }) => to).toSorted()).toEqual(['new', 'wang'])
    })

    it('do not hold back an answer to what was just said, to a person or in a chat', async () => {
      const { core } = stand
      const ask = (to: NewDelivery['to'], answers?: boolean) =>
        core.write((tx) =>
          core.deliveries.queue(tx, {
            ...{ card: 'answer.help', subject: { type: 'person', id: 'S' } as const, to },
            ...{ dedupeKey: JSON.stringify(to), ...(answers ? { answers } : {}) },
          }),
        )
      await ask({ personId: stand.company.people.wang.id }, true)
      await ask({ platform: 'sandbox', chatId: 'group' })
      await stand.run()
      expect(fake.shown.map(({ to }) => to).toSorted()).toEqual(['group', 'wang'])
      expect((await stand.rows()).map(({ level }) => level)).toEqual(['normal', 'normal'])
    })

    it('do not hold back escalations and urgent cards', async () => {
      await stand.queue('lead.dispatch', 'eastManager')
      await stand.queue('lead.offer', 'wang')
      await stand.queue('deal.stage', 'wang')
      await stand.run()
      expect(fake.shown.map(({ to }) => to).toSorted()).toEqual(['eastManager', 'wang'])
      const waiting = await stand.rows({ card: 'deal.stage' })
      expect(waiting[0]).toMatchObject({ state: 'queued', waitingFor: 'quiet' })
      expect(waiting[0]?.workAt?.toISOString()).toBe('2026-03-12T00:00:00.000Z')
    })
  })
})
