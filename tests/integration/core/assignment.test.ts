import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { LeadPenaltyEntity } from '../../../core/assignment/run.js'
import { insertRows, updateRows } from '../../../core/db/rows.js'
import { localDay } from '../../../core/deadlines/working-time.js'
import { DealEntity } from '../../../core/deals/deal.js'
import type { Interest } from '../../../core/intake/intake.js'
import { FamiliarityEntity, PersonEntity, ProductLineEntity, type Person } from '../../../core/org/person.js'
import { actorOf, interest, makePerson, makeRegion, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('the choice of a receiver', () => {
  let run: TestCore
  let east: Awaited<ReturnType<typeof makeTeam>>
  beforeEach(async () => {
    run = await startCore()
    const top = await makeTeam(run.core)
    east = await makeTeam(run.core, { parentId: top.department.id })
    await makeRegion(run.core, { name: '华东', places: ['杭州'], departmentId: east.department.id })
  })
  afterEach(() => run.close())

  const rep = (given: Partial<Person> = {}) =>
    makePerson(run.core, { departmentId: east.department.id, ...given })

  const capture = async (given: Partial<Interest['lead']> & { text?: string; place?: string } = {}) => {
    const result = await run.core.write((tx) =>
      run.core.intake.capture(tx, systemActor('test'), interest({ place: '杭州', ...given })),
    )
    if (result.outcome !== 'lead') throw new Error('known already')
    const [latest] = await run.core.read((tx) => run.core.assignment.runsOf(tx, result.lead.id))
    if (!latest) throw new Error('no line was left')
    return { lead: result.lead, run: latest }
  }

  /** Deals that ended lately. */
  const deals = (owner: Person, won: number, lost: number, regionId: string | null = null) =>
    run.core.write((tx) =>
      insertRows(
        tx,
        DealEntity,
        Array.from({ length: won + lost }, (_, n) => ({
          id: run.core.ids.next(),
          title: '',
          customerId: 'C',
          leadId: null,
          productLineId: null,
          regionId,
          ownerId: owner.id,
          departmentId: null,
          stage: n < won ? 'signed' : 'lost',
          state: n < won ? ('won' as const) : ('lost' as const),
          amountCents: null,
          expectedCloseOn: null,
          createdAt: run.clock.now(),
          stageSince: run.clock.now(),
          closedAt: run.clock.now(),
          demo: false,
        })),
      ),
    )

  it('leaves a line with every candidate, the reasons and the one who was chosen', async () => {
    const [one, other] = [await rep(), await rep()]
    const { lead, run: line } = await capture()
    expect(line).toMatchObject({ outcome: 'offered', trigger: 'captured', chosenId: lead.offeredToId })
    expect(line.note).toContain('华东')
    expect(new Set(line.candidates.map((candidate) => candidate.personId))).toEqual(
      new Set([one.id, other.id]),
    )
    for (const { score, reasons } of line.candidates) {
      expect(reasons.map((reason) => reason.name).sort()).toEqual(['familiarity', 'freeLoad', 'winRate'])
      expect(score).toBeCloseTo(
        reasons.reduce((sum, reason) => sum + reason.points, 0),
        1,
      )
    }
  })

  it('takes the one with more room when all else is equal', async () => {
    await rep({ openLeads: 5 })
    const free = await rep()
    expect((await capture()).lead.offeredToId).toBe(free.id)
  })

  it('weighs wins in the lead’s region, and only those', async () => {
    const [eastRegion] = await run.core.read((tx) => run.core.org.regions(tx))
    const [winner, elsewhere] = [await rep({ openLeads: 1 }), await rep()]
    await deals(winner, 8, 2, eastRegion?.id)
    await deals(elsewhere, 10, 0, 'another region')
    await deals(await rep({ openLeads: 10 }), 0, 10, eastRegion?.id)
    expect((await capture()).lead.offeredToId).toBe(winner.id)
  })

  it('does not let one lucky deal beat a long record', async () => {
    const [eastRegion] = await run.core.read((tx) => run.core.org.regions(tx))
    const [steady, lucky] = [await rep(), await rep()]
    await deals(steady, 18, 2, eastRegion?.id)
    await deals(lucky, 1, 0, eastRegion?.id)
    await deals(await rep({ openLeads: 10 }), 0, 10, eastRegion?.id)
    expect((await capture()).lead.offeredToId).toBe(steady.id)
  })

  it('takes the one who knows the product that the words name', async () => {
    const [, expert] = [await rep(), await rep()]
    const line = { id: run.core.ids.next(), name: '进销存', keywords: ['库存'], demo: false }
    await run.core.write(async (tx) => {
      await insertRows(tx, ProductLineEntity, [line])
      await insertRows(tx, FamiliarityEntity, [
        { personId: expert.id, productLineId: line.id, permille: 900 },
      ])
    })
    expect((await capture({ text: '库存管理怎么收费' })).lead.offeredToId).toBe(expert.id)
  })

  it('breaks a tie for the one who has waited longest', async () => {
    const [one, other] = [await rep(), await rep()]
    const first = (await capture()).lead.offeredToId
    run.clock.advance(1000)
    // Put back to equal loads: only the waiting differs.
    await run.core.write((tx) => updateRows(tx, PersonEntity, { id: first ?? '' }, { openLeads: 0 }))
    const second = (await capture()).lead.offeredToId
    expect(new Set([first, second])).toEqual(new Set([one.id, other.id]))
  })

  it('passes over whoever is full, says so, and asks the manager when all are', async () => {
    const full = await rep({ openLeads: 2, openLeadCap: 2 })
    const { lead, run: line } = await capture()
    expect(lead).toMatchObject({ state: 'queued', askedId: east.leader.id, offeredToId: null })
    expect(line).toMatchObject({ outcome: 'nobody', chosenId: null })
    expect(line.candidates).toMatchObject([{ personId: full.id, skipped: '在手线索已到上限' }])
  })

  it('never fills anybody beyond the cap, however many leads come at once', async () => {
    const reps = [await rep({ openLeadCap: 3 }), await rep({ openLeadCap: 3 })]
    const captured = await Promise.all(Array.from({ length: 10 }, () => capture()))
    const offered = captured.filter(({ lead }) => lead.state === 'offered')
    expect(offered).toHaveLength(6)
    for (const { id } of reps) expect((await person(id)).openLeads).toBe(3)
  })

  it('asks the manager and leaves a line when nobody works in the region', async () => {
    const { lead, run: line } = await capture()
    expect(lead).toMatchObject({ state: 'queued', askedId: east.leader.id })
    expect(line.note).toContain('没有可用的销售')
  })

  it('looks at everybody when the region is not known', async () => {
    const south = await makeTeam(run.core)
    const [one, other] = [await rep(), await makePerson(run.core, { departmentId: south.department.id })]
    const { run: line } = await capture({ place: '火星' })
    expect(new Set(line.candidates.map((candidate) => candidate.personId))).toEqual(
      new Set([one.id, other.id]),
    )
    expect(line.note).toContain('未识别出区域')
  })

  it('offers nothing to people who are away or have left', async () => {
    await rep({ state: 'away' })
    await rep({ state: 'left' })
    const here = await rep({ openLeads: 9 })
    const { lead, run: line } = await capture()
    expect([lead.offeredToId, line.candidates.length]).toEqual([here.id, 1])
  })

  it('counts nothing off for a lead that goes on because its owner’s leave has begun', async () => {
    const owner = await rep()
    const { lead } = await capture()
    run.clock.advance(5 * 60_000)
    await fireDue()
    const manager = await actorOf(run.core, east.leader)
    await run.core.write((tx) => run.core.assignment.dispatch(tx, manager, lead.id, owner.id))
    const leave = await run.core.write((tx) =>
      run.core.deadlines.leaves.add(tx, systemActor('test'), {
        personId: owner.id,
        from: localDay(run.clock.now(), 'Asia/Shanghai'),
        to: localDay(run.clock.now(), 'Asia/Shanghai'),
      }),
    )
    await run.core.write((tx) => run.core.deadlines.leaves.begin(tx, leave.id, run.clock.now()))
    await fireDue()
    const [latest] = await run.core.read((tx) => run.core.assignment.runsOf(tx, lead.id))
    expect(latest?.trigger).toBe('unviewed')
    expect(await run.core.read((tx) => tx.getRepository(LeadPenaltyEntity).find())).toEqual([])
  })

  it('counts a lead that was given and not viewed for two hours at 30 % less, for that lead alone', async () => {
    const lazy = await rep()
    const { lead } = await capture()
    run.clock.advance(5 * 60_000)
    await fireDue()
    const manager = await actorOf(run.core, east.leader)
    await run.core.write((tx) => run.core.assignment.dispatch(tx, manager, lead.id, lazy.id))
    run.clock.advance(2 * 3_600_000)
    await fireDue()
    const [latest] = await run.core.read((tx) => run.core.assignment.runsOf(tx, lead.id))
    const [candidate] = latest?.candidates ?? []
    const points =
      candidate?.reasons.filter((reason) => reason.points > 0).reduce((sum, r) => sum + r.points, 0) ?? 0
    expect(latest?.trigger).toBe('unviewed')
    expect(candidate?.score).toBeCloseTo(points * 0.7, 0)
    expect(candidate?.reasons.map((reason) => reason.why).join()).toContain('30%')
    const { run: other } = await capture()
    expect(other.candidates[0]?.reasons.map((reason) => reason.why).join()).not.toContain('30%')
  })

  const person = (id: string) => run.core.read((tx) => run.core.org.person(tx, id))

  async function fireDue(): Promise<void> {
    const now = run.clock.now()
    for (const id of await run.core.read((tx) => run.core.deadlines.due(tx, now, 100)))
      await run.core.write((tx) => run.core.deadlines.fire(tx, id, now))
  }
})
