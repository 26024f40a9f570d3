import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PersonActor } from '../../../core/actor.js'
import { systemActor } from '../../../core/actor.js'
import { listLeads } from '../../../core/leads/lead-list.js'
import { actorOf, interest, makeActor, makeDeal, makeLead, makePerson, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

type Who = 'eastRep' | 'otherEastRep' | 'eastManager' | 'director' | 'southManager' | 'admin' | 'support'

describe('what people can reach', () => {
  let run: TestCore
  let actors: Record<Who, PersonActor>
  let names: Map<string, string>
  beforeEach(async () => {
    run = await startCore()
    const { core } = run
    const top = await makeTeam(core)
    const east = await makeTeam(core, { parentId: top.department.id })
    const south = await makeTeam(core, { parentId: top.department.id })
    const rep = (departmentId: string) => makePerson(core, { departmentId })
    const [one, other, southRep] = [
      await rep(east.department.id),
      await rep(east.department.id),
      await rep(south.department.id),
    ]
    actors = {
      eastRep: await actorOf(core, one),
      otherEastRep: await actorOf(core, other),
      eastManager: await actorOf(core, east.leader),
      director: await actorOf(core, top.leader),
      southManager: await actorOf(core, south.leader),
      admin: await makeActor(core, 'admin', top.department.id),
      support: await makeActor(core, 'support', top.department.id),
    }
    names = new Map()
    for (const [name, owner] of [
      ['one', one],
      ['other', other],
      ['south', southRep],
    ] as const) {
      names.set((await makeLead(core, { owner })).id, name)
      const deal = await makeDeal(core, { owner })
      names
        .set(deal.id, name)
        .set(deal.customerId, name)
        .set(deal.leadId ?? '', `${name} converted`)
    }
  })
  afterEach(() => run.close())

  const reach: Record<Who, string[]> = {
    eastRep: ['one'],
    otherEastRep: ['other'],
    eastManager: ['one', 'other'],
    director: ['one', 'other', 'south'],
    southManager: ['south'],
    admin: ['one', 'other', 'south'],
    support: [],
  }
  const everybody = Object.keys(reach) as Who[]
  const named = (rows: { id: string }[]) => rows.map(({ id }) => names.get(id) ?? '?').sort()

  it.each(everybody)('gives %s the leads in reach, by list and one by one', async (who) => {
    const actor = actors[who]
    const page = await run.core.read((tx) =>
      listLeads(tx, actor, { view: 'all', state: 'open', sort: 'newest', limit: 50 }),
    )
    expect(named(page.rows)).toEqual(reach[who])
    expect(page.total).toEqual({ n: reach[who].length, exact: true })
    for (const [id, name] of names) {
      if (!['one', 'other', 'south'].includes(name)) continue
      const lead = await run.core.read((tx) => run.core.leads.find(tx, id))
      if (!lead) continue
      const read = run.core.read((tx) => run.core.leads.require(tx, actor, id))
      if (reach[who].includes(name)) await expect(read).resolves.toMatchObject({ id })
      else await expect(read).rejects.toMatchObject({ code: 'lead.not_found' })
    }
  })

  it.each(everybody)('gives %s the deals in reach', async (who) => {
    expect(named(await run.core.read((tx) => run.core.deals.board(tx, actors[who])))).toEqual(reach[who])
  })

  it.each(everybody)('gives %s the customers in reach; support reads all of them', async (who) => {
    const { rows, total } = await run.core.read((tx) => run.core.customers.list(tx, actors[who], {}))
    const expected = who === 'support' ? ['one', 'other', 'south'] : reach[who]
    expect(named(rows)).toEqual(expected)
    expect(total).toEqual({ n: expected.length, exact: true })
  })

  it('lets only the one it is offered to see a lead on offer, besides managers', async () => {
    const result = await run.core.write((tx) => run.core.intake.capture(tx, systemActor('test'), interest()))
    if (result.outcome !== 'lead') throw new Error('known already')
    const sees = async (who: Who) => {
      const page = await run.core.read((tx) =>
        listLeads(tx, actors[who], { view: 'all', state: 'offered', sort: 'newest', limit: 50 }),
      )
      return page.rows.length
    }
    const holder = result.lead.offeredToId
    for (const who of ['eastRep', 'otherEastRep'] as const)
      expect(await sees(who)).toBe(actors[who].personId === holder ? 1 : 0)
    expect(await sees('director')).toBe(1)
  })

  it('takes % and _ in a search for what they are', async () => {
    await makeLead(run.core, { owner: { id: actors.eastRep.personId }, name: '百分之百' })
    const found = async (search: string) =>
      (
        await run.core.read((tx) =>
          listLeads(tx, actors.director, { view: 'all', search, sort: 'newest', limit: 50 }),
        )
      ).rows.length
    expect(await found('百分')).toBe(1)
    expect(await found("' OR 1=1 --")).toBe(0)
  })

  it('pages through a list without losing or repeating a row, by every order', async () => {
    for (let n = 0; n < 7; n++) {
      await makeLead(run.core, { owner: { id: actors.eastRep.personId } })
      if (n % 2) run.clock.advance(1000)
    }
    for (const sort of ['newest', 'score', 'touched'] as const) {
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const at: string = cursor
        const page = await run.core.read((tx) =>
          listLeads(tx, actors.director, { view: 'all', sort, limit: 3, ...(at ? { cursor: at } : {}) }),
        )
        seen.push(...page.rows.map((row) => row.id))
        cursor = page.next
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toHaveLength(13)
    }
  })

  it('sees nothing any more once a person has left', async () => {
    const { id } = await makePerson(run.core, { state: 'left' })
    expect(await run.core.read((tx) => run.core.org.actorOf(tx, id, { channel: 'test' }))).toBeNull()
  })
})
