import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createNoteReader } from '../../../bot/note-reader.js'
import { notify, wantsNotice } from '../../../bot/notify.js'
import { createPipeline } from '../../../bot/pipeline.js'
import { insertRows } from '../../../core/db/rows.js'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import { DirectoryRunEntity } from '../../../core/org/directory-entry.js'
import { BindingEntity } from '../../../core/org/person.js'
import type { InboundEvent } from '../../../core/ports/inbound.js'
import type { Platform } from '../../../core/ports/platform.js'
import { createRelay } from '../../../jobs/relay.js'
import { makeCompany, type Company } from '../../support/company.js'
import { startCore, type TestCore } from '../../support/test-core.js'

/** An event without the fields that every event has. */
type Told<E = InboundEvent> = E extends InboundEvent
  ? Omit<E, 'platform' | 'at' | 'eventId' | 'sender'> & {
      from?: string
      internal?: boolean
      name?: string
      platform?: Platform
    }
  : never

describe('what a platform says about people', () => {
  let test: TestCore
  let company: Company
  let tell: (told: Told, eventId?: string) => Promise<void>
  beforeEach(async () => {
    test = await startCore()
    const { core } = test
    company = await makeCompany(core)
    await core.write((tx) =>
      insertRows(tx, BindingEntity, [
        {
          platform: 'wecom',
          externalId: 'wang',
          personId: company.people.wang.id,
          state: 'bound',
          boundAt: core.clock.now(),
        },
      ]),
    )
    core.changes.addConsumer('notify', wantsNotice)
    const limits = { timeoutMs: 0, maxTokens: 0 }
    const notes = createNoteReader({ core, llm: null, limits, log: silentLog })
    const pipeline = createPipeline({
      core,
      notes,
      log: silentLog,
      wake: () => undefined,
      directories: ['wecom'],
    })
    const relay = createRelay({
      core,
      log: silentLog,
      consumer: 'notify',
      react: (tx, change) => notify(core, tx, change),
    })
    let count = 0
    tell = async ({ from = 'wang', internal = true, name, ...told }, eventId = `event-${++count}`) => {
      const sender = { externalId: from, internal, ...(name ? { name } : {}) }
      const event = { platform: 'wecom', eventId, at: core.clock.now().toISOString(), sender, ...told }
      await pipeline.sink(event as InboundEvent, 1000)
      await pipeline.work('test')
      await relay.run()
    }
  })
  afterEach(() => test.close())

  const wangOnWecom = () =>
    test.core.read((tx) =>
      tx.getRepository(BindingEntity).findOneBy({ platform: 'wecom', externalId: 'wang' }),
    )
  const runs = () =>
    test.core.read((tx) => tx.getRepository(DirectoryRunEntity).find({ order: { startedAt: 'ASC' } }))
  const leads = () => test.core.read((tx) => tx.getRepository(LeadEntity).find())
  const cards = async (card: string) =>
    test.core.read((tx) => tx.getRepository(DeliveryEntity).find({ where: { card } }))

  it('lets go at once of an account that is gone, and of whoever has no other', async () => {
    const gone: Told = { type: 'directory', about: 'person', change: 'removed', externalIds: ['wang'] }
    await tell(gone)
    expect(await wangOnWecom()).toBeNull()
    const there = await test.core.read((tx) => test.core.org.person(tx, company.people.wang.id))
    expect(there.state).toBe('active')
    expect(await runs()).toEqual([])
  })

  it('moves with a renamed account and looks at the organisation soon', async () => {
    await tell({
      type: 'directory',
      about: 'person',
      change: 'changed',
      externalIds: ['wang'],
      renamedTo: 'wangxm',
    })
    const found = await test.core.read((tx) => test.core.org.findByAccount(tx, 'wecom', 'wangxm'))
    expect(found?.id).toBe(company.people.wang.id)
    expect(await runs()).toHaveLength(1)
  })

  it('looks once for a burst of events, and not again within ten minutes', async () => {
    const { core, clock } = test
    const changed: Told = { type: 'directory', about: 'department', change: 'changed', externalIds: [] }
    const due = () => core.read((tx) => core.directorySync.isDue(tx, 'wecom'))
    for (let i = 0; i < 5; i += 1) await tell(changed)
    expect(await runs()).toHaveLength(1)
    expect(await due()).toBe(false)
    clock.advance(30_000)
    expect(await due()).toBe(true)
    await core.write((tx) => core.directorySync.beginWaiting(tx, 'wecom'))
    const run = await core.read((tx) => core.directorySync.unfinished(tx, 'wecom'))
    if (!run) throw new Error('no run')
    // Said while the first look is under way: for the next one.
    await tell(changed)
    await core.write((tx) => core.directorySync.fail(tx, run, 'enough'))
    clock.advance(5 * 60_000)
    expect(await due()).toBe(false)
    clock.advance(5 * 60_000)
    expect(await due()).toBe(true)
    expect(await runs()).toHaveLength(2)
  })

  it('leaves alone a platform whose organisation is not followed', async () => {
    await tell({
      type: 'directory',
      about: 'scope',
      change: 'changed',
      externalIds: [],
      platform: 'feishu',
    })
    expect(await runs()).toEqual([])
  })

  const contact = { from: 'wmCustomer', internal: false, colleagueExternalId: 'wang' } as const

  it('makes a lead in the colleague’s hands when a customer becomes a contact, however often it is told', async () => {
    const added = { ...contact, type: 'customer', change: 'added', name: '张总', source: 'expo' } as const
    await tell(added, 'one')
    await tell(added, 'one')
    expect(await leads()).toMatchObject([
      { name: '张总', source: 'expo', state: 'owned', ownerId: company.people.wang.id, phone: null },
    ])
    await tell({ ...added, source: '门店二维码' }, 'two')
    expect(await leads()).toHaveLength(1)
  })

  it('calls the source by its own name where the platform’s mark is none of ours', async () => {
    await tell({ ...contact, type: 'customer', change: 'added', source: '门店二维码' })
    expect(await leads()).toMatchObject([{ source: 'wecom-contact' }])
  })

  it('offers the lead to the best rep when the colleague is nobody we know', async () => {
    await tell({ ...contact, type: 'customer', change: 'added', colleagueExternalId: 'stranger' })
    expect((await leads()).map(({ state }) => state)).toEqual(['offered'])
  })

  it('tells the owner when the customer is no longer a contact', async () => {
    await tell({ ...contact, type: 'customer', change: 'added' })
    await tell({ ...contact, type: 'customer', change: 'removed' })
    const [lead] = await leads()
    expect(await cards('lead.contact-removed')).toMatchObject([
      { personId: company.people.wang.id, subjectId: lead?.id },
    ])
    await tell({ ...contact, from: 'nobody', type: 'customer', change: 'removed' })
    expect(await cards('lead.contact-removed')).toHaveLength(1)
  })

  it('tells an unbound colleague once how to be bound, and an outsider nothing', async () => {
    const entered = { type: 'entered', chat: { id: 'c1', type: 'direct' } } as const
    await tell({ ...entered, from: 'new-colleague' })
    await tell({ ...entered, from: 'new-colleague' })
    await tell({ ...entered, from: 'customer', internal: false })
    expect(await cards('answer.unbound')).toHaveLength(1)
  })

  it('takes opening the bot as a sign that the account is alive', async () => {
    await tell({ type: 'entered', chat: { id: 'c1', type: 'direct' } })
    expect((await wangOnWecom())?.state).toBe('verified')
  })
})
