import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { outboxDepth } from '../../../core/changes/outbox.js'
import { sealDay, verifyAll, verifySeal } from '../../../core/changes/verify.js'
import { DealEntity } from '../../../core/deals/deal.js'
import { fromLocal } from '../../../core/deadlines/working-time.js'
import { demoMessenger } from '../../../core/demo/messenger.js'
import { removeDemo } from '../../../core/demo/remove.js'
import { seedDemo } from '../../../core/demo/seed.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import { BindingEntity, PersonEntity } from '../../../core/org/person.js'
import { TaskEntity } from '../../../core/tasks/task.js'
import { interest, makePerson, makeTeam } from '../../support/make.js'
import { startCore, usesMysql, type TestCore } from '../../support/test-core.js'

const tables = [
  'leads',
  'customers',
  'deals',
  'tasks',
  'follow_ups',
  'changes',
  'deadlines',
  'dedupe_keys',
  'people',
]

/** One instant is enough for the second engine: a seed takes seconds there. */
const instants = [
  { when: 'a Wednesday morning', now: '2026-03-11T02:00:00Z' },
  { when: 'a Sunday night', now: '2026-11-22T16:50:00Z' },
  { when: 'the third of January', now: '2026-01-03T13:30:00Z' },
].slice(0, usesMysql ? 1 : 3)

describe('the demo company', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const seed = (now = run.clock.now()) => seedDemo({ database: run.database, now, timeZone: 'Asia/Shanghai' })
  const leads = () => run.core.read((tx) => tx.getRepository(LeadEntity).find({ order: { id: 'ASC' } }))
  const counts = () =>
    run.core.read(async (tx) => {
      const found: Record<string, number> = {}
      for (const table of tables) {
        const [row] = await tx.query<{ n: number | string }[]>(`SELECT COUNT(*) AS n FROM ${table}`)
        found[table] = Number(row?.n)
      }
      return found
    })

  it.each(instants)('is whole on $when: sixty leads, twenty deals, every chain verifies', async ({ now }) => {
    run.clock.set(now)
    const started = performance.now()
    expect(await seed()).toMatchObject({ people: 12, leads: 60, deals: 20 })
    // About a second on SQLite: the first start waits for it. The bound leaves room for a busy machine.
    expect(performance.now() - started).toBeLessThan(usesMysql ? 25_000 : 8000)
    expect((await run.core.read((tx) => verifyAll(tx))).breaks).toEqual([])
    const all = await leads()
    expect(all.every((lead) => lead.demo && lead.createdAt <= run.clock.now())).toBe(true)
    expect(all.filter((lead) => lead.state === 'queued')).toHaveLength(2)
    expect(all.filter((lead) => lead.redSince !== null)).toHaveLength(1)
    expect(all.filter((lead) => lead.state === 'owned' && lead.viewedAt === null)).toHaveLength(2)
    const people = await run.core.read((tx) => tx.getRepository(PersonEntity).find())
    for (const person of people)
      expect(person.openLeads).toBe(
        all.filter((lead) => lead.state === 'owned' && lead.ownerId === person.id).length,
      )
  })

  it('leaves nothing that would fire at once, and has work for everybody', async () => {
    await seed()
    expect(await run.core.read((tx) => run.core.deadlines.due(tx, run.clock.now(), 100))).toEqual([])
    expect(await run.core.read((tx) => outboxDepth(tx))).toBeLessThanOrEqual(20)
    expect(await run.core.read((tx) => run.core.deliveries.counts(tx))).toEqual({})

    const now = run.clock.now()
    const tasks = await run.core.read((tx) => tx.getRepository(TaskEntity).findBy({ state: 'open' }))
    const today = fromLocal('2026-03-11', 'Asia/Shanghai')
    expect(tasks.some((task) => task.dueAt < today)).toBe(true)
    expect(
      tasks.some((task) => task.dueAt >= today && task.dueAt.getTime() < today.getTime() + 86_400_000),
    ).toBe(true)
    const deals = await run.core.read((tx) => tx.getRepository(DealEntity).find())
    const lately = deals.filter(
      (deal) => deal.closedAt && now.getTime() - deal.closedAt.getTime() < 30 * 86_400_000,
    )
    expect(new Set(lately.map((deal) => deal.state))).toEqual(new Set(['won', 'lost']))
    expect(new Set(deals.map((deal) => deal.stage)).size).toBe(6)
  })

  it('comes out the same for the same instant', async () => {
    await seed()
    const first = (await leads()).map(({ id, name, ownerId, state }) => [id, name, ownerId, state])
    await removeDemo(run.core)
    await seed()
    expect((await leads()).map(({ id, name, ownerId, state }) => [id, name, ownerId, state])).toEqual(first)
  })

  it('refuses a database that has people', async () => {
    await makePerson(run.core)
    const before = await counts()
    await expect(seed()).rejects.toMatchObject({ code: 'demo.not_empty' })
    expect(await counts()).toEqual(before)
  })

  it('can be played: everybody in it has an account in the sandbox, and every account is in it', async () => {
    await seed()
    const bound = await run.core.read((tx) => tx.getRepository(BindingEntity).find())
    const colleagues = demoMessenger.accounts.filter((account) => account.group !== 'customer')
    expect(bound.map((one) => one.externalId).sort()).toEqual(colleagues.map((one) => one.externalId).sort())
    const known = new Set(demoMessenger.accounts.map((account) => account.externalId))
    const members = [
      ...demoMessenger.groups.flatMap((group) => group.memberIds),
      ...demoMessenger.directs.flat(),
    ]
    expect(members.filter((member) => !known.has(member))).toEqual([])
  })

  it('goes without a trace, and what is real stays', async () => {
    const before = await counts()
    await seed()
    const { removed } = await removeDemo(run.core)
    expect(removed).toMatchObject({ leads: 60, deals: 20, people: 12 })
    // The removal itself is a fact.
    expect(await counts()).toEqual({ ...before, changes: 1 })
    expect((await removeDemo(run.core)).removed).toEqual({})
  })

  it('takes along what its own customers wrote in the sandbox since', async () => {
    await seed()
    const account = { platform: 'sandbox' as const, externalId: 'liu-zhiyuan' }
    await run.core.write((tx) =>
      run.core.intake.capture(tx, systemActor('test'), interest({ account, place: '杭州' })),
    )
    await removeDemo(run.core)
    expect(await leads()).toEqual([])
  })

  it('hands real leads back to the real managers when its people had them in hand', async () => {
    await seed()
    const captured = await run.core.write((tx) =>
      run.core.intake.capture(tx, systemActor('test'), interest({ place: '杭州' })),
    )
    if (captured.outcome !== 'lead') throw new Error('known already')
    const { leader } = await makeTeam(run.core)
    const { handedBack } = await removeDemo(run.core)
    expect(handedBack.leads).toEqual([captured.lead.id])
    const [lead, ...others] = await leads()
    expect(others).toEqual([])
    expect(lead).toMatchObject({
      state: 'queued',
      ownerId: null,
      offeredToId: null,
      askedId: leader.id,
      regionId: null,
    })
    expect((await run.core.read((tx) => verifyAll(tx))).breaks).toEqual([])
    const people = await run.core.read((tx) => tx.getRepository(PersonEntity).find())
    expect(people.map((person) => person.id)).toEqual([leader.id])
  })

  it('leaves sealed days that verify', async () => {
    await seed()
    const range = {
      from: fromLocal('2026-03-10', 'Asia/Shanghai'),
      to: fromLocal('2026-03-11', 'Asia/Shanghai'),
    }
    await run.core.write((tx) => sealDay(tx, { day: '2026-03-10', ...range, now: run.clock.now() }))
    const { resealed } = await removeDemo(run.core)
    expect(resealed).toEqual(['2026-03-10'])
    expect(await run.core.read((tx) => verifySeal(tx, '2026-03-10', range))).toBe(true)
  })
})
