import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import type { Ladder } from '../../../core/playbook/ladders.js'
import { actorOf, makeLead, makePerson, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const admin = systemActor('test')
const lead = (id: string) => ({ type: 'lead' as const, id })
const minute = 60_000
const ladder = (dueIn: string, steps: Ladder['steps'], time: Ladder['time'] = 'clock'): Ladder => ({
  dueIn,
  time,
  steps,
})

describe('looking ahead', () => {
  let run: TestCore
  let fired: string[]
  beforeEach(async () => {
    run = await startCore()
    fired = []
    for (const action of ['warn', 'late'])
      run.core.deadlines.on('lead.view', action, async (_tx, { deadline }) => {
        fired.push(`${deadline.subjectId} ${action}`)
      })
    await publish(before)
  })
  afterEach(() => run.close())

  const before = ladder('2h', [
    { at: '-60m', do: 'warn', who: 'owner' },
    { at: '0m', do: 'late', who: 'manager' },
  ])
  const publish = (rule: Ladder) =>
    run.core.write(async (tx) => {
      const ladders = await run.core.playbook.get(tx, 'ladders')
      const body = { ...ladders, 'lead.view': rule }
      const { version } = await run.core.playbook.saveDraft(tx, admin, 'ladders', body, '')
      await run.core.playbook.publish(tx, admin, 'ladders', version)
    })
  const start = (id: string) => run.core.write((tx) => run.core.deadlines.start(tx, 'lead.view', lead(id)))
  const preview = (id: string) =>
    run.core.read((tx) => run.core.deadlines.preview(tx, { kind: 'lead.view', subject: lead(id) }))
  const previewRule = (draft: Ladder) =>
    run.core.read((tx) => run.core.deadlines.previewRule(tx, 'lead.view', draft))
  const replan = (after: string | null = null, limit = 500) =>
    run.core.write((tx) => run.core.deadlines.replan(tx, admin, 'lead.view', { after, limit }))
  const pause = (id: string) => run.core.write((tx) => run.core.deadlines.pause(tx, 'lead.view', lead(id)))
  const resume = (id: string) => run.core.write((tx) => run.core.deadlines.resume(tx, 'lead.view', lead(id)))
  async function fireDue() {
    for (let n = 0; n < 50; n += 1) {
      const ids = await run.core.read((tx) => run.core.deadlines.due(tx, run.clock.now(), 100))
      if (ids.length === 0) return
      await run.core.write((tx) => run.core.deadlines.fireBatch(tx, ids, run.clock.now()))
    }
  }
  const minutes = (steps: { at: Date; do: string }[] | undefined, from: Date) =>
    steps?.map((step) => [step.do, (step.at.getTime() - from.getTime()) / minute])

  it('shows what will fire when, and to whom by name', async () => {
    const { department, leader } = await makeTeam(run.core)
    const owner = await makePerson(run.core, { departmentId: department.id })
    const { id } = await makeLead(run.core, { owner })
    await start(id)
    const from = run.clock.now()
    run.clock.advance(60 * minute)
    await fireDue()
    const seen = await preview(id)
    expect(minutes(seen?.steps, from)).toEqual([
      ['warn', 60],
      ['late', 120],
    ])
    expect(seen?.steps.map((step) => [step.state, step.who, step.people.map(({ name }) => name)])).toEqual([
      ['fired', 'owner', []],
      ['planned', 'manager', [leader.name]],
    ])
    expect([seen?.state, seen?.yearsWithoutHolidays]).toEqual(['waiting', []])
    expect(await preview('nothing')).toBeNull()
  })

  it('shows a paused one as it would go on now', async () => {
    await start('A')
    const from = run.clock.now()
    run.clock.advance(30 * minute)
    await pause('A')
    run.clock.advance(300 * minute)
    const seen = await preview('A')
    expect([seen?.state, minutes(seen?.steps, from)]).toEqual([
      'paused',
      [
        ['warn', 360],
        ['late', 420],
      ],
    ])
  })

  it('tells years whose holidays nobody has written down', async () => {
    await publish(ladder('366d', [{ at: '0m', do: 'late' }], 'working'))
    await start('A')
    expect((await preview('A'))?.yearsWithoutHolidays).toEqual([2027])
    const rule = await previewRule(ladder('240d', [{ at: '0m', do: 'late' }], 'working'))
    expect(rule.yearsWithoutHolidays).toEqual([2027])
    expect((await previewRule(before)).yearsWithoutHolidays).toEqual([])
  })

  it('says what a changed rule would do, and changes nothing by saying it', async () => {
    await start('old')
    run.clock.advance(60 * minute)
    await fireDue()
    await start('new')
    await start('paused')
    await pause('paused')
    const draft = ladder('30m', before.steps)
    const seen = await previewRule(draft)
    expect([seen.running, seen.paused, seen.changed, seen.firing, seen.ending]).toEqual([3, 1, 3, 2, 0])
    const [first] = seen.rows
    expect(first?.before.steps.map((step) => step.state)).toContain('planned')
    expect(seen.rows.map((row) => row.subject.id).toSorted()).toEqual(['new', 'old', 'paused'])
    expect((await previewRule(before)).changed).toBe(0)
    fired = []
    await fireDue()
    expect(fired).toEqual([])
  })

  it('leaves running deadlines as they are when a rule is published, until they are planned anew', async () => {
    await start('A')
    const from = run.clock.now()
    await publish(ladder('4h', before.steps))
    expect(minutes((await preview('A'))?.steps, from)?.[1]).toEqual(['late', 120])
    expect(await replan()).toEqual({ seen: 1, replanned: 1, next: null })
    expect(minutes((await preview('A'))?.steps, from)).toEqual([
      ['warn', 180],
      ['late', 240],
    ])
    expect(await replan()).toEqual({ seen: 1, replanned: 0, next: null })
  })

  it('fires nothing twice when it is planned anew', async () => {
    await start('A')
    run.clock.advance(60 * minute)
    await fireDue()
    await publish(ladder('4h', before.steps))
    await replan()
    run.clock.advance(10 * 60 * minute)
    await fireDue()
    expect(fired).toEqual(['A warn', 'A late'])
  })

  it('keeps pauses and the paused as they are, and ends what has nothing left to fire', async () => {
    await start('A')
    const from = run.clock.now()
    await pause('A')
    run.clock.advance(60 * minute)
    await resume('A')
    await start('B')
    run.clock.advance(60 * minute)
    await fireDue()
    await start('C')
    await pause('C')
    await publish(ladder('3h', before.steps))
    await replan()
    // Three hours, and one of them was a pause.
    expect(minutes((await preview('A'))?.steps, from)?.[1]).toEqual(['late', 240])
    expect((await preview('C'))?.state).toBe('paused')
    await publish(ladder('3h', [{ at: '-60m', do: 'warn' }]))
    await replan()
    expect([await preview('B'), (await preview('C'))?.steps.length]).toEqual([null, 1])
  })

  it('does not move what somebody has chosen', async () => {
    const dueAt = new Date(run.clock.now().getTime() + 90 * minute)
    const task = { type: 'task' as const, id: 'T' }
    await run.core.write((tx) => run.core.deadlines.start(tx, 'task.due', task, { dueAt }))
    const draft = ladder('1d', [{ at: '-30m', do: 'remind', who: 'owner' }])
    const seen = await run.core.read((tx) => run.core.deadlines.previewRule(tx, 'task.due', draft))
    expect(seen.rows[0]?.after.dueAt).toEqual(dueAt)
    expect(minutes(seen.rows[0]?.after.steps, run.clock.now())).toEqual([['remind', 60]])
  })

  it('goes through many in slices, for those who may', async () => {
    for (let n = 0; n < 7; n += 1) await start(`L${n}`)
    await publish(ladder('4h', before.steps))
    const first = await replan(null, 3)
    const second = await replan(first.next, 3)
    const third = await replan(second.next, 3)
    expect([first, second, third].map(({ replanned }) => replanned)).toEqual([3, 3, 1])
    expect(third.next).toBeNull()
    const rep = await actorOf(run.core, await makePerson(run.core))
    await expect(run.core.write((tx) => run.core.deadlines.replan(tx, rep, 'lead.view'))).rejects.toThrow(
      'permission.denied',
    )
  })
})
