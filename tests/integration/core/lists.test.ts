import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PersonActor } from '../../../core/actor.js'
import { CustomerEntity, type Customer } from '../../../core/customers/customer.js'
import { insertRows } from '../../../core/db/rows.js'
import { execute } from '../../../core/db/sql.js'
import { DealEntity, type Deal } from '../../../core/deals/deal.js'
import { listLeads, type LeadFilter } from '../../../core/leads/lead-list.js'
import { LeadEntity, leadStates, type Lead } from '../../../core/leads/lead.js'
import { can } from '../../../core/permissions/permissions.js'
import { actorOf, makeActor, makePerson, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

let run: TestCore
let actors: PersonActor[]
let owners: (string | null)[]
let departments: (string | null)[]
beforeEach(async () => {
  run = await startCore()
  const { core } = run
  const top = await makeTeam(core)
  const east = await makeTeam(core, { parentId: top.department.id })
  const south = await makeTeam(core, { parentId: top.department.id })
  const rep = await makePerson(core, { departmentId: east.department.id })
  owners = [rep.id, east.leader.id, south.leader.id, null]
  departments = [top.department.id, east.department.id, south.department.id, null]
  actors = [
    await actorOf(core, rep),
    await actorOf(core, east.leader),
    await actorOf(core, top.leader),
    await makeActor(core, 'admin', top.department.id),
    await makeActor(core, 'support', top.department.id),
  ]
})
afterEach(() => run.close())

const pick = <T>(list: readonly T[], n: number): T => {
  const found = list[n % list.length]
  if (found === undefined) throw new Error('an empty list')
  return found
}
/** Mixes the digits of a row's number, so that what it is made of follows no pattern. */
const mixed = (n: number, salt: number) => ((n + 1) * 2_654_435_761 * (salt * 2 + 1)) >>> 7
const minutesAgo = (n: number) => new Date(run.clock.now().getTime() - n * 60_000)

function leadNumber(n: number): Lead {
  const ownerId = pick(owners, mixed(n, 1))
  return {
    ...{ phoneDoubtful: false, email: null, wechat: null, need: '', regionId: null, productLineId: null },
    ...{ budgetMinCents: null, budgetMaxCents: null, quantity: null, wantedAt: null, askedId: null },
    ...{ redSince: null, customerId: null, dealId: null, viewedAt: null, firstTouchAt: null, ownedAt: null },
    ...{ closedAt: null, closeReason: null, demo: false, ownedVia: null, scoreReasons: [] },
    id: run.core.ids.next(),
    name: n % 3 === 0 ? `张${n}` : `李${n}`,
    company: n % 5 === 0 ? '云帆科技' : '远山',
    phone: `1380000${String(n).padStart(4, '0')}`,
    source: pick(['form', 'chat'], mixed(n, 2)),
    state: pick(leadStates, mixed(n, 3)),
    ownerId,
    offeredToId: n % 4 === 0 ? pick(owners, mixed(n, 4)) : null,
    departmentId: pick(departments, mixed(n, 5)),
    // Few values: many rows stand level.
    score: mixed(n, 6) % 4,
    createdAt: minutesAgo(mixed(n, 7) % 9),
    lastTouchAt: minutesAgo(mixed(n, 8) % 9),
  }
}

/** All pages, one after the other. */
async function walk<Row>(
  page: (cursor?: string) => Promise<{ rows: Row[]; next: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const { rows: more, next } = await page(cursor)
    rows.push(...more)
    cursor = next ?? undefined
  } while (cursor)
  return rows
}

const byRank =
  <Row extends { id: string }>(place: (row: Row) => number) =>
  (a: Row, b: Row) =>
    place(b) - place(a) || (a.id < b.id ? 1 : -1)
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)

describe('the list of leads', () => {
  const places: Record<LeadFilter['sort'], (lead: Lead) => number> = {
    newest: ({ createdAt }) => createdAt.getTime(),
    score: ({ score }) => score,
    touched: ({ lastTouchAt }) => lastTouchAt.getTime(),
  }
  type Case = [string, Partial<LeadFilter>, (lead: Lead, me: string) => boolean]
  const cases: Case[] = [
    ['everything', {}, () => true],
    ['what is open', { state: 'open' }, ({ state }) => state !== 'converted' && state !== 'closed'],
    ['one source', { source: 'form' }, ({ source }) => source === 'form'],
    ['the queue', { view: 'queue' }, ({ state }) => state === 'queued'],
    ['the queue of closed ones', { view: 'queue', state: 'closed' }, () => false],
    ['their own', { view: 'mine' }, ({ ownerId, offeredToId }, me) => ownerId === me || offeredToId === me],
    ['a name', { search: '张' }, ({ name }) => name.includes('张')],
    [
      'a company in one state',
      { search: '云帆', state: 'owned' },
      ({ company, state }) => company === '云帆科技' && state === 'owned',
    ],
    [
      'a number',
      { search: '0000 00' },
      ({ phone, offeredToId }, me) => Boolean(phone?.includes('000000')) && offeredToId !== me,
    ],
  ]

  it.each(cases)('shows each role %s in reach, whole and in order, page by page', async (_, filter, fits) => {
    const leads = Array.from({ length: 160 }, (_, n) => leadNumber(n))
    await run.core.write((tx) => insertRows(tx, LeadEntity, leads))
    for (const actor of actors) {
      for (const sort of ['newest', 'score', 'touched'] as const) {
        const expected = leads
          .filter((lead) => can(actor, 'lead.read', lead) && fits(lead, actor.personId))
          .toSorted(byRank(places[sort]))
        const page = (cursor?: string) =>
          run.core.read((tx) =>
            listLeads(tx, actor, { view: 'all', ...filter, sort, limit: 17, ...(cursor ? { cursor } : {}) }),
          )
        expect(idsOf(await walk(page)), `${actor.role} by ${sort}`).toEqual(idsOf(expected))
        expect((await page()).total).toEqual({ n: expected.length, exact: true })
      }
    }
  })

  it('counts to ten thousand, and reads on where more are found by words', async () => {
    const leads = Array.from({ length: 10_050 }, (_, n) => ({ ...leadNumber(n), company: '云帆科技' }))
    await run.core.write((tx) => insertRows(tx, LeadEntity, leads))
    const admin = actors.find(({ role }) => role === 'admin')
    if (!admin) throw new Error('there is no admin')
    for (const search of [undefined, '云帆']) {
      const page = await run.core.read((tx) =>
        listLeads(tx, admin, { view: 'all', sort: 'score', limit: 50, ...(search ? { search } : {}) }),
      )
      expect(page.total).toEqual({ n: 10_000, exact: false })
      expect(idsOf(page.rows)).toEqual(idsOf(leads.toSorted(byRank(places.score)).slice(0, 50)))
    }
  })
})

it('pages through customers by their last touch', async () => {
  const customers = Array.from({ length: 90 }, (_, n): Customer & { lastTouchAt: Date } => ({
    id: run.core.ids.next(),
    name: n % 3 === 0 ? `云帆${n}` : `远山${n}`,
    ownerId: pick(owners, mixed(n, 1)),
    departmentId: pick(departments, mixed(n, 5)),
    regionId: null,
    createdAt: minutesAgo(60),
    lastTouchAt: minutesAgo(mixed(n, 8) % 7),
    demo: false,
  }))
  await run.core.write((tx) => insertRows(tx, CustomerEntity, customers))
  for (const actor of actors) {
    for (const search of [undefined, '云帆']) {
      const expected = customers
        .filter((customer) => can(actor, 'customer.read', customer) && customer.name.includes(search ?? ''))
        .toSorted(byRank(({ lastTouchAt }) => lastTouchAt.getTime()))
      const page = (cursor?: string) =>
        run.core.read((tx) =>
          run.core.customers.list(tx, actor, {
            limit: 11,
            ...(search ? { search } : {}),
            ...(cursor ? { cursor } : {}),
          }),
        )
      expect(idsOf(await walk(page)), actor.role).toEqual(idsOf(expected))
      expect((await page()).total).toEqual({ n: expected.length, exact: true })
    }
  }
})

it('shows on the board what is open and what has ended lately, latest stage first', async () => {
  const dayMs = 86_400_000
  const ago = (days: number) => new Date(run.clock.now().getTime() - days * dayMs)
  const deals = Array.from({ length: 90 }, (_, n): Deal => {
    const state = pick(['open', 'won', 'lost'] as const, mixed(n, 3))
    const stageSince = ago(mixed(n, 4) % 60)
    return {
      ...{ customerId: run.core.ids.next(), leadId: null, productLineId: null, regionId: null },
      ...{ amountCents: null, expectedCloseOn: null, demo: false, stage: state, title: `商机${n}` },
      id: run.core.ids.next(),
      ownerId: pick(owners, mixed(n, 1)),
      departmentId: pick(departments, mixed(n, 5)),
      state,
      stageSince,
      createdAt: ago(90),
      closedAt: state === 'open' ? null : stageSince,
    }
  })
  await run.core.write((tx) => insertRows(tx, DealEntity, deals))
  for (const actor of actors) {
    const expected = deals
      .filter((deal) => can(actor, 'deal.read', deal))
      .filter(({ closedAt }) => closedAt === null || closedAt >= ago(30))
      .toSorted(byRank(({ stageSince }) => stageSince.getTime()))
    expect(idsOf(await run.core.read((tx) => run.core.deals.board(tx, actor))), actor.role).toEqual(
      idsOf(expected),
    )
  }
})

it('lists for a manager of more departments than one statement can join', async () => {
  const ids = Array.from({ length: 600 }, () => run.core.ids.next())
  const wide: PersonActor = { ...pick(actors, 1), departmentIds: ids }
  const leads = Array.from({ length: 60 }, (_, n) => ({
    ...leadNumber(n),
    departmentId: pick(ids, n * 10),
  }))
  await run.core.write((tx) => insertRows(tx, LeadEntity, leads))
  await run.core.write((tx) => execute(tx, 'UPDATE leads SET offeredToId = NULL'))
  const page = await run.core.read((tx) => listLeads(tx, wide, { view: 'all', sort: 'score', limit: 50 }))
  expect(idsOf(page.rows)).toEqual(idsOf(leads.toSorted(byRank(({ score }) => score)).slice(0, 50)))
})
