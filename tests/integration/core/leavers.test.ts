import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { CustomerEntity } from '../../../core/customers/customer.js'
import { DealEntity } from '../../../core/deals/deal.js'
import { LeadEntity, type Lead } from '../../../core/leads/lead.js'
import { PersonEntity } from '../../../core/org/person.js'
import { TaskEntity } from '../../../core/tasks/task.js'
import { createLeaversJob } from '../../../jobs/leavers.js'
import { makeCompany, type Cast, type Company } from '../../support/company.js'
import { actorOf, interest, makeLead } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('people who leave', () => {
  let test: TestCore
  let company: Company
  beforeEach(async () => {
    test = await startCore()
    company = await makeCompany(test.core)
  })
  afterEach(() => test.close())

  const idOf = (key: Cast) => company.people[key].id
  const lead = (id: string): Promise<Lead> => test.core.read((tx) => test.core.leads.byId(tx, id))
  const kindsOf = async (id: string) =>
    (await test.core.read((tx) => test.core.changes.timeLine(tx, [{ type: 'lead', id }]))).map(
      ({ kind }) => kind,
    )
  /** As the platform's event does it, with everything that follows by itself. */
  async function leaves(key: Cast) {
    const { core } = test
    expect(await core.write((tx) => core.directorySync.removed(tx, 'sandbox', [key]))).toEqual([idOf(key)])
    await createLeaversJob({ core }).run()
  }
  const offered = async (text: string) => {
    const result = await test.core.write((tx) =>
      test.core.intake.capture(tx, systemActor('test'), interest({ text, place: '上海' })),
    )
    if (result.outcome !== 'lead') throw new Error('no lead')
    return result.lead
  }

  it('offers to the next rep at once what was on offer', async () => {
    const open = await offered('想买 CRM')
    const holder = open.offeredToId === idOf('wang') ? 'wang' : 'zhao'
    await leaves(holder)
    expect(await lead(open.id)).toMatchObject({
      state: 'offered',
      offeredToId: idOf(holder === 'wang' ? 'zhao' : 'wang'),
    })
    expect(await kindsOf(open.id)).toEqual(expect.arrayContaining(['offer.withdrawn', 'offer.opened']))
    const waiting = await test.core.read((tx) =>
      test.core.deadlines.running(tx, 'lead.accept', { type: 'lead', id: open.id }),
    )
    expect(waiting?.personId).toBe(idOf(holder === 'wang' ? 'zhao' : 'wang'))
  })

  it('leaves it the turn of the customer where a task waited for one, whoever has it now', async () => {
    const { core, clock } = test
    const owned = await makeLead(core, { owner: company.people.wang })
    const wang = await actorOf(core, company.people.wang)
    const add = (title: string) =>
      core.write((tx) =>
        core.tasks.add(tx, wang, {
          ...{ kind: 'todo' as const, title, ownerId: idOf('wang'), followUpId: null, allDay: false },
          ...{ subjectType: 'lead' as const, subjectId: owned.id, dueAt: new Date(clock.now().getTime() + 3_600_000) },
        }),
      )
    const [paused, open] = [await add('等客户回复'), await add('发报价')]
    await core.write((tx) => core.tasks.waitForCustomer(tx, wang, paused.id))
    await leaves('wang')
    const running = (id: string) =>
      core.read((tx) => core.deadlines.running(tx, 'task.due', { type: 'task', id }))
    const heir = (await core.read((tx) => core.tasks.find(tx, paused.id)))?.ownerId
    expect(heir).not.toBe(idOf('wang'))
    expect(await running(paused.id)).toMatchObject({ personId: heir, nextAt: null, pausedAt: clock.now() })
    expect(await running(open.id)).toMatchObject({ personId: heir, nextAt: open.dueAt, pausedAt: null })
  })

  it('asks the manager about leads that they owned, under the deadline of the queue', async () => {
    const { core } = test
    const owned = await makeLead(core, { owner: company.people.wang })
    await leaves('wang')
    expect(await lead(owned.id)).toMatchObject({
      state: 'queued',
      ownerId: null,
      askedId: idOf('eastManager'),
    })
    const subject = { type: 'lead' as const, id: owned.id }
    const waiting = await core.read((tx) => core.deadlines.running(tx, 'lead.dispatch', subject))
    expect(waiting).toMatchObject({ personId: idOf('eastManager'), state: 'waiting' })
    const [queued] = await core
      .read((tx) => core.changes.timeLine(tx, [subject]))
      .then((changes) => changes.filter(({ kind }) => kind === 'lead.queued'))
    expect(queued).toMatchObject({
      data: { reason: 'owner-left' },
      fields: { ownerId: [idOf('wang'), null] },
    })
  })

  it('asks the next manager when the one whose turn it is leaves, and stands red above the top', async () => {
    const { core } = test
    const owned = await makeLead(core, { owner: company.people.wang })
    await leaves('wang')
    await leaves('eastManager')
    expect(await lead(owned.id)).toMatchObject({ state: 'queued', askedId: idOf('director'), redSince: null })
    await leaves('director')
    const red = await lead(owned.id)
    expect(red.askedId).toBeNull()
    expect(red.redSince).not.toBeNull()
  })

  it('gives tasks, customers and open deals to who leads the department, each by a change', async () => {
    const { core } = test
    const wang = await actorOf(core, company.people.wang)
    const owned = await makeLead(core, { owner: company.people.wang, company: '恒信机械' })
    const deal = await core.write((tx) =>
      core.conversion.convert(tx, wang, owned.id, { now: core.clock.now() }),
    )
    const task = await core.write((tx) =>
      core.tasks.add(tx, wang, {
        kind: 'contact',
        title: '回电',
        ownerId: idOf('wang'),
        subjectType: 'customer',
        subjectId: deal.customerId,
        followUpId: null,
        dueAt: new Date(core.clock.now().getTime() + 3600_000),
        allDay: false,
      }),
    )
    await leaves('wang')
    const manager = idOf('eastManager')
    const rows = await core.read(async (tx) => [
      await tx.getRepository(CustomerEntity).findOneBy({ id: deal.customerId }),
      await tx.getRepository(DealEntity).findOneBy({ id: deal.id }),
      await tx.getRepository(TaskEntity).findOneBy({ id: task.id }),
    ])
    expect(rows.map((row) => row?.ownerId)).toEqual([manager, manager, manager])
    const reminder = await core.read((tx) =>
      core.deadlines.running(tx, 'task.due', { type: 'task', id: task.id }),
    )
    expect(reminder).toMatchObject({ personId: manager, dueAt: task.dueAt })
    const said = await core.read((tx) =>
      core.changes.timeLine(tx, [{ type: 'customer', id: deal.customerId }]),
    )
    expect(said.find(({ kind }) => kind === 'customer.handed-over')).toMatchObject({
      actorId: 'system:leavers',
      fields: { ownerId: [idOf('wang'), manager] },
    })
  })

  it('marks customers and deals as nobody’s where nobody is left to take them', async () => {
    const { core } = test
    const wang = await actorOf(core, company.people.wang)
    const owned = await makeLead(core, { owner: company.people.wang, company: '独家' })
    const deal = await core.write((tx) =>
      core.conversion.convert(tx, wang, owned.id, { now: core.clock.now() }),
    )
    for (const key of ['admin', 'eastManager', 'director', 'wang'] as const) await leaves(key)
    const customer = await core.read((tx) =>
      tx.getRepository(CustomerEntity).findOneBy({ id: deal.customerId }),
    )
    expect(customer?.ownerId).toBeNull()
  })

  it('hands 300 leads over in small units, each lead once, also when it is stopped in the middle', async () => {
    const { core } = test
    await core.write((tx) =>
      tx.getRepository(PersonEntity).update({ id: idOf('wang') }, { openLeadCap: 1000 }),
    )
    await core.write(async (tx) => {
      for (let i = 0; i < 300; i += 1)
        await core.intake.capture(tx, systemActor('test'), interest(), {
          by: 'person',
          personId: idOf('wang'),
          via: 'import',
        })
    })
    await core.write((tx) => core.directorySync.removed(tx, 'sandbox', ['wang']))
    expect(await core.write((tx) => core.leavers.handOver(tx, 20))).toBe(20)
    await createLeaversJob({ core }).run()
    expect(await core.write((tx) => core.leavers.handOver(tx, 20))).toBe(0)
    const rows = await core.read((tx) => tx.getRepository(LeadEntity).find())
    expect(rows).toHaveLength(300)
    expect(new Set(rows.map(({ state, ownerId, askedId }) => `${state} ${ownerId} ${askedId}`))).toEqual(
      new Set([`queued null ${idOf('eastManager')}`]),
    )
    expect((await core.read((tx) => core.org.person(tx, idOf('wang')))).openLeads).toBe(0)
    const first = rows[0]
    if (!first) throw new Error('no leads')
    expect((await kindsOf(first.id)).filter((kind) => kind === 'lead.queued')).toHaveLength(1)
  })
})
