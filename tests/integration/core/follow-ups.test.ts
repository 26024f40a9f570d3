import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PersonActor } from '../../../core/actor.js'
import type { Person } from '../../../core/org/person.js'
import { TaskEntity, type Task } from '../../../core/tasks/task.js'
import { readNote } from '../../../core/understanding/note.js'
import { actorOf, makeLead, makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('a sentence about a contact', () => {
  let run: TestCore
  let rep: Person
  let actor: PersonActor
  beforeEach(async () => {
    run = await startCore()
    rep = await makePerson(run.core)
    actor = await actorOf(run.core, rep)
  })
  afterEach(() => run.close())

  const say = (text: string, about?: { type: 'lead' | 'customer'; id: string }) => {
    const draft = readNote(text, { reference: '2026-03-11T10:00:00' })
    return run.core.write((tx) => run.core.followUps.say(tx, actor, { text, draft, readBy: 'rules' }, about))
  }
  const tasks = (state: Task['state']) =>
    run.core.read((tx) => tx.getRepository(TaskEntity).find({ where: { state }, order: { dueAt: 'ASC' } }))
  const undo = (id: string) => run.core.write((tx) => run.core.followUps.undo(tx, actor, id))
  const lead = (id: string) => run.core.read((tx) => run.core.leads.byId(tx, id))
  const reminder = (task: Task | undefined) =>
    run.core.read((tx) => run.core.deadlines.running(tx, 'task.due', { type: 'task', id: task?.id ?? '' }))

  it('is recorded at once when it can only be one', async () => {
    const { id } = await makeLead(run.core, { owner: rep, name: '张伟', company: '宏达机械' })
    await makeLead(run.core, { owner: rep, name: '李娜', company: '蓝海物流' })
    const followUp = await say('刚和宏达的张总通了电话，下周三再联系')
    expect(followUp).toMatchObject({
      state: 'active',
      subjectType: 'lead',
      subjectId: id,
      wasFirstTouch: true,
    })
    expect((await lead(id)).firstTouchAt).toEqual(run.clock.now())
    const [task] = await tasks('open')
    expect(task).toMatchObject({ kind: 'contact', ownerId: rep.id, allDay: true })
    expect(task?.dueAt.toISOString()).toBe('2026-03-18T01:00:00.000Z')
    expect((await reminder(task))?.dueAt).toEqual(task?.dueAt)
  })

  it('waits as a draft with the likely ones when it can be several, and is recorded once chosen', async () => {
    const one = await makeLead(run.core, { owner: rep, name: '张伟', company: '宏达机械' })
    const other = await makeLead(run.core, { owner: rep, name: '张敏', company: '蓝海物流' })
    const draft = await say('和张总通了电话，要报价')
    expect(draft.state).toBe('draft')
    expect(new Set(draft.candidates.map(({ id }) => id))).toEqual(new Set([one.id, other.id]))
    const choose = (id: string) =>
      run.core.write((tx) => run.core.followUps.choose(tx, actor, draft.id, { type: 'lead', id }))
    expect(await choose(other.id)).toMatchObject({ state: 'active', subjectId: other.id })
    // Choosing twice keeps the first choice.
    expect(await choose(one.id)).toMatchObject({ subjectId: other.id })
  })

  it('is about nobody that the speaker may not see', async () => {
    await makeLead(run.core, { name: '张伟', company: '宏达机械' })
    const draft = await say('刚和宏达的张总通了电话')
    expect(draft).toMatchObject({ state: 'draft', candidates: [] })
    const foreign = await makeLead(run.core)
    await expect(say('刚通了电话', { type: 'lead', id: foreign.id })).rejects.toMatchObject({
      code: 'lead.not_found',
    })
  })

  it('settles the contact that was planned before, and undoing it opens that again', async () => {
    const { id } = await makeLead(run.core, { owner: rep })
    const about = { type: 'lead' as const, id }
    await say('通了电话，周五再联系', about)
    run.clock.advance(60_000)
    const second = await say('又通了电话，下周三再联系', about)
    expect((await tasks('done')).map((task) => task.dueAt.toISOString())).toEqual([
      '2026-03-13T01:00:00.000Z',
    ])
    expect(await undo(second.id)).toMatchObject({ state: 'undone' })
    const [open, ...others] = await tasks('open')
    expect(others).toEqual([])
    expect(open?.dueAt.toISOString()).toBe('2026-03-13T01:00:00.000Z')
    expect(await reminder(open)).not.toBeNull()
    expect((await tasks('cancelled')).map((task) => task.dueAt.toISOString())).toEqual([
      '2026-03-18T01:00:00.000Z',
    ])
  })

  it('takes the first contact back, too, when the first follow-up is undone; twice is no error', async () => {
    const { id } = await makeLead(run.core, { owner: rep })
    const followUp = await say('通了电话', { type: 'lead', id })
    await undo(followUp.id)
    await undo(followUp.id)
    expect((await lead(id)).firstTouchAt).toBeNull()
  })

  it('settles with a customer what was planned while it was a lead', async () => {
    const { id } = await makeLead(run.core, { owner: rep, company: '宏达机械' })
    await say('通了电话，周五再联系', { type: 'lead', id })
    run.clock.advance(60_000)
    const deal = await run.core.write((tx) =>
      run.core.conversion.convert(tx, actor, id, { now: run.clock.now() }),
    )
    await say('拜访了客户', { type: 'customer', id: deal.customerId })
    expect(await tasks('open')).toEqual([])
  })

  it('moves its reminder along when it is put right', async () => {
    const { id } = await makeLead(run.core, { owner: rep })
    const { id: followUpId } = await say('通了电话，周五再联系', { type: 'lead', id })
    await run.core.write((tx) =>
      run.core.followUps.correct(tx, actor, followUpId, {
        nextAt: '2026-03-16T15:30:00',
        outcome: 'positive',
      }),
    )
    const open = await tasks('open')
    expect(open.map((task) => task.dueAt.toISOString())).toEqual(['2026-03-16T07:30:00.000Z'])
    await run.core.write((tx) => run.core.followUps.correct(tx, actor, followUpId, { nextAt: null }))
    expect(await tasks('open')).toEqual([])
  })

  it('cannot be put right after it was undone', async () => {
    const { id } = await makeLead(run.core, { owner: rep })
    const followUp = await say('通了电话', { type: 'lead', id })
    await undo(followUp.id)
    const attempt = run.core.write((tx) =>
      run.core.followUps.correct(tx, actor, followUp.id, { outcome: 'won' }),
    )
    await expect(attempt).rejects.toMatchObject({ code: 'follow-up.not_active' })
  })

  it('belongs to the one who wrote it', async () => {
    const { id } = await makeLead(run.core, { owner: rep })
    const followUp = await say('通了电话', { type: 'lead', id })
    const admin = await actorOf(run.core, await makePerson(run.core, { role: 'admin' }))
    const attempt = run.core.write((tx) => run.core.followUps.undo(tx, admin, followUp.id))
    await expect(attempt).rejects.toMatchObject({ code: 'permission.denied' })
  })

  it('leaves no trace of a draft that nobody wants', async () => {
    const draft = await say('和张总聊了聊，下周三再联系')
    await run.core.write((tx) => run.core.followUps.drop(tx, actor, draft.id))
    expect(await tasks('open')).toEqual([])
    expect(await run.core.read((tx) => run.core.followUps.byId(tx, draft.id))).toMatchObject({
      state: 'dropped',
    })
  })
})
