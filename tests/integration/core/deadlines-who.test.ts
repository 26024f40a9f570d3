import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { updateRows } from '../../../core/db/rows.js'
import { DepartmentEntity, PersonEntity, type Person } from '../../../core/org/person.js'
import type { NewLeave } from '../../../core/deadlines/leaves.js'
import { actorOf, interest, makePerson, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const admin = systemActor('test')
const today = { from: '2026-03-11', to: '2026-03-11' }

describe('whom a step concerns', () => {
  let run: TestCore
  let head: Person
  let leader: Person
  let rep: Person
  let boss: Person
  beforeEach(async () => {
    run = await startCore()
    const top = await makeTeam(run.core)
    const middle = await makeTeam(run.core, { parentId: top.department.id })
    const team = await makeTeam(run.core, { parentId: middle.department.id })
    head = top.leader
    boss = middle.leader
    leader = team.leader
    rep = await makePerson(run.core, { departmentId: team.department.id })
  })
  afterEach(() => run.close())

  const leave = (input: NewLeave) => run.core.write((tx) => run.core.deadlines.leaves.add(tx, admin, input))
  const asked = async (who: string | undefined, ownerId: string | null = rep.id) => {
    const about = { ownerId, departmentId: ownerId ? null : rep.departmentId }
    const people = await run.core.read((tx) => run.core.deadlines.people(tx, who, about))
    return people.map(({ name }) => name)
  }
  const setState = (id: string, state: Person['state']) =>
    run.core.write((tx) => updateRows(tx, PersonEntity, { id }, { state }))

  it('is the owner, the manager and those above, the top when there is nobody higher', async () => {
    expect(await asked('owner')).toEqual([rep.name])
    expect(await asked('manager')).toEqual([leader.name])
    expect(await asked('manager+1')).toEqual([boss.name])
    expect(await asked('manager+9')).toEqual([head.name])
    expect(await asked('leader')).toEqual([leader.name])
    expect(await asked(undefined)).toEqual([leader.name])
  })

  it('is never the owner as their own manager', async () => {
    expect(await asked('manager', leader.id)).toEqual([boss.name])
  })

  it('is the deputy of somebody on leave, and the next manager without one', async () => {
    const deputy = await makePerson(run.core)
    await leave({ personId: leader.id, deputyId: deputy.id, ...today })
    expect(await asked('manager')).toEqual([deputy.name])
    await leave({ personId: deputy.id, ...today })
    expect(await asked('manager')).toEqual([boss.name])
    await leave({ personId: rep.id, ...today })
    expect(await asked('owner')).toEqual([boss.name])
  })

  it('is the same level, not the next, when somebody below is away', async () => {
    await setState(leader.id, 'away')
    expect([await asked('manager'), await asked('manager+1')]).toEqual([[boss.name], [boss.name]])
  })

  it('is somebody below when the top is away', async () => {
    await setState(head.id, 'left')
    expect(await asked('manager+2')).toEqual([boss.name])
  })

  it('is only away while the leave lasts, and there again when it is taken back', async () => {
    const { id } = await leave({ personId: leader.id, ...today, toHalf: 'am' })
    expect(await asked('manager')).toEqual([boss.name])
    await run.core.write((tx) => run.core.deadlines.leaves.cancel(tx, admin, id))
    expect(await asked('manager')).toEqual([leader.name])
    await leave({ personId: leader.id, ...today, toHalf: 'am' })
    run.clock.set(new Date('2026-03-11T04:00:00Z'))
    expect(await asked('manager')).toEqual([leader.name])
  })

  it('is everybody with a role, and who is on duty', async () => {
    const support = await makePerson(run.core, { role: 'support' })
    expect(await asked('role:support')).toEqual([support.name])
    const turn = { weekdays: [3], from: '09:00', to: '12:00', people: [support.id] }
    const duty = { lists: [{ id: 'main', label: '值班', turns: [turn], days: [] }] }
    await run.core.write(async (tx) => {
      const { version } = await run.core.playbook.saveDraft(tx, admin, 'duty', duty, '')
      await run.core.playbook.publish(tx, admin, 'duty', version)
    })
    expect(await asked('duty')).toEqual([support.name])
    run.clock.set(new Date('2026-03-11T04:00:00Z'))
    expect([await asked('duty'), await asked('duty:gone')]).toEqual([[leader.name], [leader.name]])
  })

  it('is never nobody: at the end the admins are asked', async () => {
    const last = await makePerson(run.core, { role: 'admin' })
    for (const one of [leader, boss, head]) await setState(one.id, 'away')
    for (const who of ['owner', 'manager', 'leader', 'duty', 'role:support', 'nonsense'])
      expect(await asked(who, null)).toEqual([last.name])
  })

  it('survives an organisation that leads in circles', async () => {
    const root = await run.core.read((tx) =>
      tx.getRepository(DepartmentEntity).findOneByOrFail({ leaderId: head.id }),
    )
    await run.core.write((tx) =>
      updateRows(tx, DepartmentEntity, { id: root.id }, { parentId: rep.departmentId }),
    )
    expect(await asked('manager+9')).toEqual([head.name])
  })

  it('passes a lead that waits for a manager to the next one up, over managers on leave', async () => {
    await setState(rep.id, 'away')
    const result = await run.core.write((tx) =>
      run.core.intake.capture(tx, admin, interest({ text: '想了解报价' }), { by: 'offer' }),
    )
    if (result.outcome !== 'lead') throw new Error('no lead was made')
    const leadId = result.lead.id
    await run.core.write((tx) => run.core.deadlines.cancel(tx, 'lead.dispatch', { type: 'lead', id: leadId }))
    // It stands in the team's queue, with the team's leader.
    await run.core.write(async (tx) => {
      const lead = await run.core.leads.byId(tx, leadId)
      await run.core.leads.requireMove(tx, lead, 'queued', {
        departmentId: rep.departmentId,
        askedId: leader.id,
      })
      await run.core.deadlines.start(
        tx,
        'lead.dispatch',
        { type: 'lead', id: leadId },
        { personId: leader.id },
      )
    })
    await leave({ personId: boss.id, ...today })
    run.clock.advance(10 * 60_000)
    const due = await run.core.read((tx) => run.core.deadlines.due(tx, run.clock.now(), 10))
    for (const id of due) await run.core.write((tx) => run.core.deadlines.fire(tx, id, run.clock.now()))
    const lead = await run.core.read((tx) => run.core.leads.byId(tx, leadId))
    const waits = await run.core.read((tx) =>
      run.core.deadlines.running(tx, 'lead.dispatch', { type: 'lead', id: leadId }),
    )
    expect([lead.askedId, waits?.personId]).toEqual([head.id, head.id])
  })

  it('offers no new lead to somebody on leave', async () => {
    await leave({ personId: rep.id, ...today })
    expect(await run.core.read((tx) => run.core.org.reps(tx))).toEqual([])
  })

  it('lets people note their own leave, managers that of their people, nobody a stranger’s', async () => {
    const stranger = await makePerson(run.core)
    const add = async (who: Person, personId: string) => {
      const actor = await actorOf(run.core, who)
      return run.core.write((tx) => run.core.deadlines.leaves.add(tx, actor, { personId, ...today }))
    }
    await add(rep, rep.id)
    await add(leader, rep.id)
    await expect(add(stranger, rep.id)).rejects.toThrow('permission.denied')
    await expect(add(leader, stranger.id)).rejects.toThrow('permission.denied')
    const mine = await run.core.read((tx) => run.core.deadlines.leaves.of(tx, rep.id))
    // Both noted the same days.
    expect(mine).toHaveLength(1)
  })

  it('refuses a deputy who is the person, or has left', async () => {
    await setState(boss.id, 'left')
    for (const deputyId of [rep.id, boss.id])
      await expect(leave({ personId: rep.id, deputyId, ...today })).rejects.toThrow('leave.deputy')
  })
})
