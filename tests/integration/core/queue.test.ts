import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { updateRows } from '../../../core/db/rows.js'
import { DepartmentEntity, PersonEntity, type Person } from '../../../core/org/person.js'
import { actorOf, interest, makePerson, makeRegion, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const minute = 60_000

describe('a lead that nobody takes', () => {
  let run: TestCore
  let top: Awaited<ReturnType<typeof makeTeam>>
  let sales: Awaited<ReturnType<typeof makeTeam>>
  let east: Awaited<ReturnType<typeof makeTeam>>
  let rep: Person
  beforeEach(async () => {
    run = await startCore()
    top = await makeTeam(run.core)
    sales = await makeTeam(run.core, { parentId: top.department.id })
    east = await makeTeam(run.core, { parentId: sales.department.id })
    await makeRegion(run.core, { name: '华东', places: ['杭州'], departmentId: east.department.id })
    rep = await makePerson(run.core, { departmentId: east.department.id })
  })
  afterEach(() => run.close())

  const capture = async () => {
    const result = await run.core.write((tx) =>
      run.core.intake.capture(tx, systemActor('test'), interest({ place: '杭州' })),
    )
    if (result.outcome !== 'lead') throw new Error('known already')
    return result.lead
  }
  const lead = (id: string) => run.core.read((tx) => run.core.leads.byId(tx, id))
  async function pass(minutes: number): Promise<void> {
    run.clock.advance(minutes * minute)
    for (;;) {
      const now = run.clock.now()
      const due = await run.core.read((tx) => run.core.deadlines.due(tx, now, 100))
      if (due.length === 0) return
      for (const id of due) await run.core.write((tx) => run.core.deadlines.fire(tx, id, now))
    }
  }

  it('asks the nearest manager, then the next one up, to the top, and then stands red', async () => {
    const { id } = await capture()
    const seen: (string | null)[] = []
    for (const minutes of [5, 10, 10]) {
      await pass(minutes)
      seen.push((await lead(id)).askedId)
    }
    expect(seen).toEqual([east.leader.id, sales.leader.id, top.leader.id])
    expect((await lead(id)).redSince).toBeNull()
    await pass(10)
    expect(await lead(id)).toMatchObject({ state: 'queued', askedId: top.leader.id })
    expect((await lead(id)).redSince).not.toBeNull()
  })

  it('passes over managers who are away', async () => {
    await run.core.write((tx) => updateRows(tx, PersonEntity, { id: east.leader.id }, { state: 'away' }))
    const { id } = await capture()
    await pass(5)
    expect((await lead(id)).askedId).toBe(sales.leader.id)
  })

  it('asks somebody who leads two levels only once', async () => {
    await run.core.write((tx) =>
      updateRows(tx, DepartmentEntity, { id: sales.department.id }, { leaderId: east.leader.id }),
    )
    const { id } = await capture()
    await pass(5)
    await pass(10)
    expect((await lead(id)).askedId).toBe(top.leader.id)
  })

  it('stands red at once when there is nobody to ask', async () => {
    await run.core.write((tx) => tx.query('UPDATE departments SET leaderId = NULL'))
    const { id } = await capture()
    await pass(5)
    expect(await lead(id)).toMatchObject({ state: 'queued', askedId: null })
    expect((await lead(id)).redSince).not.toBeNull()
  })

  it('comes off the red list when a manager takes it, and asks nobody any more', async () => {
    const { id } = await capture()
    await pass(5)
    await pass(60)
    const director = await actorOf(run.core, top.leader)
    await run.core.write((tx) => run.core.assignment.takeOver(tx, director, id))
    expect(await lead(id)).toMatchObject({
      state: 'owned',
      ownerId: top.leader.id,
      redSince: null,
      askedId: null,
    })
    const running = await run.core.read((tx) =>
      run.core.deadlines.running(tx, 'lead.dispatch', { type: 'lead', id }),
    )
    expect(running).toBeNull()
  })

  it('goes to the first of two managers; the second one hears who has it', async () => {
    const { id } = await capture()
    await pass(5)
    const [one, other] = [await actorOf(run.core, east.leader), await actorOf(run.core, top.leader)]
    const ends = await Promise.allSettled([
      run.core.write((tx) => run.core.assignment.takeOver(tx, one, id)),
      run.core.write((tx) => run.core.assignment.dispatch(tx, other, id, rep.id)),
    ])
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1)
    const lost = ends.find((end) => end.status === 'rejected')
    expect(lost?.reason).toMatchObject({ code: 'lead.moved_already' })
  })

  it('goes to the queue at once when the rep declines', async () => {
    const { id } = await capture()
    const actor = await actorOf(run.core, rep)
    const decline = () => run.core.write((tx) => run.core.assignment.declineOffer(tx, actor, id, '在外地'))
    expect([await decline(), await decline()]).toEqual([true, false])
    expect(await lead(id)).toMatchObject({ state: 'queued', askedId: east.leader.id })
  })

  it('is accepted or runs out, never both, when the tap and the deadline meet', async () => {
    for (let n = 0; n < 10; n++) {
      const { id } = await capture()
      const [deadline] = await run.core.read((tx) => run.core.deadlines.upcoming(tx, 1))
      run.clock.advance(5 * minute)
      const actor = await actorOf(run.core, rep)
      const [accepted] = await Promise.all([
        run.core.write((tx) => run.core.assignment.acceptOffer(tx, actor, id)),
        run.core.write((tx) => run.core.deadlines.fire(tx, deadline?.id ?? '', run.clock.now())),
      ])
      expect((await lead(id)).state).toBe(accepted.ok ? 'owned' : 'queued')
      await run.core.write((tx) => run.core.leads.close(tx, systemActor('test'), id, ''))
    }
  })

  it('takes a second tap on 接单 by the same rep for what it is, and tells others who was faster', async () => {
    const { id } = await capture()
    const actor = await actorOf(run.core, rep)
    const accept = () => run.core.write((tx) => run.core.assignment.acceptOffer(tx, actor, id))
    expect((await accept()).ok).toBe(true)
    expect((await accept()).ok).toBe(true)
    const stranger = await actorOf(run.core, await makePerson(run.core))
    const answer = await run.core.write((tx) => run.core.assignment.acceptOffer(tx, stranger, id))
    expect(answer).toMatchObject({ ok: false, why: 'taken', holder: { id: rep.id } })
  })

  it('is not for reps to give away, nor for managers of other departments', async () => {
    const { id } = await capture()
    await pass(5)
    const stranger = await actorOf(run.core, (await makeTeam(run.core)).leader)
    for (const [actor, code] of [
      [await actorOf(run.core, rep), 'lead.not_found'],
      [stranger, 'lead.not_found'],
    ] as const) {
      const attempt = run.core.write((tx) => run.core.assignment.dispatch(tx, actor, id, rep.id))
      await expect(attempt).rejects.toMatchObject({ code })
    }
  })
})
