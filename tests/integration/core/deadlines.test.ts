import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const lead = (id: string) => ({ type: 'lead' as const, id })
const minute = 60_000

describe('a deadline', () => {
  let run: TestCore
  let fired: string[]
  beforeEach(async () => {
    run = await startCore()
    fired = []
    run.core.deadlines.on('lead.accept', 'expire-offer', async (_tx, { deadline }) => {
      fired.push(deadline.subjectId)
    })
    run.core.deadlines.on('lead.dispatch', 'ask-next', async (_tx, { step }) => {
      fired.push(step.who ?? '')
    })
    run.core.deadlines.on('lead.dispatch', 'stand-red', async () => {
      fired.push('red')
    })
  })
  afterEach(() => run.close())

  const start = (kind: 'lead.accept' | 'lead.dispatch', id = 'A') =>
    run.core.write((tx) => run.core.deadlines.start(tx, kind, lead(id)))
  const fire = (id: string) => run.core.write((tx) => run.core.deadlines.fire(tx, id, run.clock.now()))
  const meet = (id = 'A') => run.core.write((tx) => run.core.deadlines.meet(tx, 'lead.accept', lead(id)))
  const due = () => run.core.read((tx) => run.core.deadlines.due(tx, run.clock.now(), 100))

  it('is due on the minute, not before', async () => {
    const { id } = await start('lead.accept')
    run.clock.advance(5 * minute - 1)
    expect([await due(), await fire(id), fired]).toEqual([[], false, []])
    run.clock.advance(1)
    expect([await due(), await fire(id), fired]).toEqual([[id], true, ['A']])
  })

  it('fires once, however many runners see it', async () => {
    const { id } = await start('lead.accept')
    run.clock.advance(5 * minute)
    const runs = await Promise.all(Array.from({ length: 10 }, () => fire(id)))
    expect(runs.filter(Boolean)).toHaveLength(1)
    expect(await due()).toEqual([])
  })

  it('is either met or fired when both happen at once, for each of twenty', async () => {
    const deadlines = await Promise.all(Array.from({ length: 20 }, (_, n) => start('lead.accept', `L${n}`)))
    run.clock.advance(5 * minute)
    for (const { id, subjectId } of deadlines) {
      const [met, didFire] = await Promise.all([meet(subjectId), fire(id)])
      expect([met, didFire].filter(Boolean)).toHaveLength(1)
    }
  })

  it('runs its ladder step by step, and catches up in order after a pause of hours', async () => {
    const { id } = await start('lead.dispatch')
    run.clock.advance(10 * minute)
    expect([await fire(id), await fire(id)]).toEqual([true, false])
    run.clock.advance(5 * 60 * minute)
    while (await fire(id));
    expect(fired).toEqual(['manager+1', 'manager+2', 'manager+3', 'red'])
    const running = await run.core.read((tx) => run.core.deadlines.running(tx, 'lead.dispatch', lead('A')))
    expect(running).toBeNull()
  })

  it('is replaced by a new one of the same kind; the old one never fires', async () => {
    const old = await start('lead.accept')
    run.clock.advance(3 * minute)
    const fresh = await start('lead.accept')
    run.clock.advance(2 * minute)
    expect([await due(), await fire(old.id)]).toEqual([[], false])
    run.clock.advance(3 * minute)
    expect(await due()).toEqual([fresh.id])
  })

  it('stays due when its step fails, and its effect is undone', async () => {
    const { id } = await start('lead.accept')
    run.core.deadlines.on('lead.accept', 'expire-offer', async (tx) => {
      await run.core.changes.append(tx, systemActor('test'), { subject: lead('A'), kind: 'lead.edited' })
      throw new Error('no')
    })
    run.clock.advance(5 * minute)
    await expect(fire(id)).rejects.toThrow('no')
    expect(await due()).toEqual([id])
    expect(await run.core.read((tx) => run.core.changes.timeLine(tx, [lead('A')]))).toEqual([])
  })

  it('tells that nothing was waiting any more when it is met twice', async () => {
    await start('lead.accept')
    expect([await meet(), await meet()]).toEqual([true, false])
  })

  it('keeps the ladder that was in force when it started', async () => {
    const { id } = await start('lead.accept')
    const admin = systemActor('test')
    const ladders = await run.core.read((tx) => run.core.playbook.get(tx, 'ladders'))
    const slower = { ...ladders, 'lead.accept': { ...ladders['lead.accept'], dueIn: '1h' } }
    await run.core.write(async (tx) => {
      const { version } = await run.core.playbook.saveDraft(tx, admin, 'ladders', slower, '')
      await run.core.playbook.publish(tx, admin, 'ladders', version)
    })
    const later = await start('lead.accept', 'B')
    expect(later.dueAt.getTime() - run.clock.now().getTime()).toBe(60 * minute)
    run.clock.advance(5 * minute)
    expect(await due()).toEqual([id])
  })
})
