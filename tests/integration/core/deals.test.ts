import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PersonActor } from '../../../core/actor.js'
import type { Deal } from '../../../core/deals/deal.js'
import type { Person } from '../../../core/org/person.js'
import { actorOf, makeDeal, makeLead, makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('a deal', () => {
  let run: TestCore
  let rep: Person
  let actor: PersonActor
  beforeEach(async () => {
    run = await startCore()
    rep = await makePerson(run.core)
    actor = await actorOf(run.core, rep)
  })
  afterEach(() => run.close())

  const move = (deal: Deal, stage: string, who = actor) =>
    run.core.write((tx) => run.core.deals.moveStage(tx, who, deal.id, stage))
  const kindsOf = async (deal: Deal) =>
    (await run.core.read((tx) => run.core.changes.timeLine(tx, [{ type: 'deal', id: deal.id }]))).map(
      ({ kind }) => kind,
    )
  const addContract = (deal: Deal, bytes = Buffer.from('%PDF-1.7 …')) =>
    run.core.write((tx) =>
      run.core.files.add(tx, actor, {
        id: run.core.ids.next(),
        name: '../合同.pdf',
        bytes,
        purpose: 'contract',
        subject: { type: 'deal', id: deal.id },
      }),
    )

  it('comes of a lead with everything that was known, and frees its owner’s place', async () => {
    const lead = await makeLead(run.core, {
      owner: rep,
      company: '宏达机械',
      phone: '13800138000',
      budgetMaxCents: 500,
    })
    const before = await run.core.read((tx) => run.core.org.person(tx, rep.id))
    const convert = () =>
      run.core.write((tx) => run.core.conversion.convert(tx, actor, lead.id, { now: run.clock.now() }))
    const deal = await convert()
    expect(deal).toMatchObject({
      title: '宏达机械的采购',
      amountCents: 500,
      ownerId: rep.id,
      leadId: lead.id,
    })
    const contacts = await run.core.read((tx) => run.core.customers.contactsOf(tx, deal.customerId))
    expect(contacts).toMatchObject([{ name: lead.name, phone: '13800138000' }])
    const after = await run.core.read((tx) => run.core.org.person(tx, rep.id))
    expect(before.openLeads - after.openLeads).toBe(1)
    expect((await convert()).id).toBe(deal.id)
  })

  it('is refused a stage whose gate is closed, is told what is missing, and stays where it is', async () => {
    const deal = await makeDeal(run.core, { owner: rep, budgetMaxCents: null })
    const refused = await move(deal, 'signed')
    if (refused.ok) throw new Error('the gate was open')
    expect(refused.missing.map(({ need }) => need)).toEqual(['amount', 'contract-file'])
    expect(refused.missing.every(({ say }) => say.length > 5)).toBe(true)
    expect((await run.core.read((tx) => run.core.deals.find(tx, deal.id)))?.stage).toBe('qualify')
    expect(await kindsOf(deal)).toContain('deal.stage-refused')
  })

  it('is signed once amount and contract are there, and counts as won from then on', async () => {
    const deal = await makeDeal(run.core, { owner: rep, budgetMaxCents: 100 })
    await addContract(deal)
    run.clock.advance(86_400_000)
    expect((await move(deal, 'signed')).ok).toBe(true)
    expect(await run.core.read((tx) => run.core.deals.find(tx, deal.id))).toMatchObject({
      state: 'won',
      closedAt: run.clock.now(),
    })
  })

  it('is not signed by a file that is no scan, whatever its name says', async () => {
    const deal = await makeDeal(run.core, { owner: rep })
    await expect(addContract(deal, Buffer.from('<html>'))).rejects.toMatchObject({ code: 'file.not_a_scan' })
    await expect(addContract(deal, Buffer.alloc(0))).rejects.toMatchObject({ code: 'file.empty' })
  })

  it('keeps no path in a file’s name', async () => {
    expect((await addContract(await makeDeal(run.core, { owner: rep }))).name).toBe('.._合同.pdf')
  })

  it('changes nothing when it is moved to where it is', async () => {
    const deal = await makeDeal(run.core, { owner: rep })
    expect((await move(deal, 'qualify')).ok).toBe(true)
    expect(await kindsOf(deal)).toEqual(['deal.opened'])
  })

  it('moves to a stage once, when two people move it there at the same time', async () => {
    const deal = await makeDeal(run.core, { owner: rep })
    const ends = await Promise.allSettled([move(deal, 'demo'), move(deal, 'lost')])
    expect(ends.some((end) => end.status === 'fulfilled')).toBe(true)
    const moves = (await kindsOf(deal)).filter((kind) => kind === 'deal.stage-moved')
    expect(moves).toHaveLength(ends.filter((end) => end.status === 'fulfilled').length)
  })

  it('is not moved by strangers, nor to stages that are not there', async () => {
    const deal = await makeDeal(run.core, { owner: rep })
    const stranger = await actorOf(run.core, await makePerson(run.core))
    await expect(move(deal, 'demo', stranger)).rejects.toMatchObject({ code: 'deal.not_found' })
    await expect(move(deal, 'no-such-stage')).rejects.toMatchObject({ code: 'deal.stage_unknown' })
  })

  it('leaves the board thirty days after it ended', async () => {
    const deal = await makeDeal(run.core, { owner: rep })
    await move(deal, 'lost')
    const onBoard = async () => (await run.core.read((tx) => run.core.deals.board(tx, actor))).length
    expect(await onBoard()).toBe(1)
    run.clock.advance(31 * 86_400_000)
    expect(await onBoard()).toBe(0)
  })
})
