import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { systemActor } from '../../../core/actor.js'
import { afterCommit } from '../../../core/db/unit-of-work.js'
import { DeadlineEntity } from '../../../core/deadlines/deadline.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { createDeadlineRunner } from '../../../jobs/deadline-runner.js'
import { makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('the deadline runner', () => {
  let test: TestCore
  let fired: string[]
  let broken: string | null
  const runners: ReturnType<typeof createDeadlineRunner>[] = []
  beforeEach(async () => {
    test = await startCore()
    fired = []
    broken = null
    for (const action of ['remind', 'overdue']) {
      test.core.deadlines.on('task.due', action, async (tx, { deadline }) => {
        if (deadline.subjectId === broken) throw new Error('this one is broken')
        afterCommit(tx, () => fired.push(`${deadline.subjectId} ${action}`))
      })
    }
  })
  afterEach(async () => {
    for (const runner of runners.splice(0)) runner.stop()
    await test.close()
  })

  const runner = () => {
    const made = createDeadlineRunner({ core: test.core, wake: () => undefined, log: silentLog })
    runners.push(made)
    return made
  }
  const wait = (id: string, span: string) =>
    test.core.write((tx) =>
      test.core.deadlines.start(
        tx,
        'task.due',
        { type: 'task', id },
        { dueAt: new Date(test.clock.now().getTime() + spanMs(span)) },
      ),
    )
  const stuck = () => test.core.read((tx) => test.core.deadlines.stuck(tx))
  const meet = (id: string) =>
    test.core.write((tx) => test.core.deadlines.meet(tx, 'task.due', { type: 'task', id }))

  it('fires each step at its time and none before', async () => {
    await wait('a', '10m')
    const { run } = runner()
    test.clock.advance(spanMs('10m') - 1)
    await run()
    expect(fired).toEqual([])
    test.clock.advance(1)
    await run()
    await run()
    expect(fired).toEqual(['a remind'])
    test.clock.advance(spanMs('1d'))
    await run()
    expect(fired).toEqual(['a remind', 'a overdue'])
    const [row] = await test.core.read((tx) => tx.getRepository(DeadlineEntity).find())
    expect([row?.state, row?.nextAt]).toEqual(['done', null])
  })

  it('catches up on all steps in their order after it was away', async () => {
    await wait('a', '10m')
    test.clock.advance(spanMs('5d'))
    await runner().run()
    expect(fired).toEqual(['a remind', 'a overdue'])
  })

  it('fires nothing for what was met in time, also when it looked before', async () => {
    await wait('a', '10m')
    test.clock.advance(spanMs('10m'))
    const due = await test.core.read((tx) => test.core.deadlines.due(tx, test.clock.now(), 10))
    await meet('a')
    const isFired = await test.core.write((tx) =>
      test.core.deadlines.fire(tx, due[0] ?? '', test.clock.now()),
    )
    await runner().run()
    expect([isFired, fired]).toEqual([false, []])
  })

  it('lets a step that fails hold nobody up, and fires it when it can', async () => {
    for (const id of ['a', 'b', 'c']) await wait(id, '10m')
    broken = 'b'
    test.clock.advance(spanMs('10m'))
    const { run } = runner()
    await run()
    expect(fired).toEqual(['a remind', 'c remind'])
    broken = null
    test.clock.advance(spanMs('1m'))
    await run()
    expect(fired).toEqual(['a remind', 'c remind', 'b remind'])
  })

  it('parks a step that fails for good where an admin finds it, and fires it after a retry', async () => {
    for (const id of ['a', 'b']) await wait(id, '10m')
    broken = 'a'
    const { run } = runner()
    let looks = 0
    test.clock.advance(spanMs('10m'))
    for (; looks < 30 && (await stuck()).length === 0; looks += 1) {
      await run()
      test.clock.advance(spanMs('15m'))
    }
    expect(looks).toBe(10)
    expect((await stuck()).map((row) => [row.subjectId, row.attempts, row.lastError])).toEqual([
      ['a', 10, 'Error'],
    ])
    expect(fired).toEqual(['b remind'])
    await run()
    broken = null
    const [row] = await stuck()
    await test.core.write((tx) => test.core.deadlines.retry(tx, systemActor('test'), row?.id ?? ''))
    await run()
    expect([fired, await stuck()]).toEqual([['b remind', 'a remind'], []])
  })

  it('lets what is stuck be met or cancelled all the same', async () => {
    await wait('a', '10m')
    broken = 'a'
    const { run } = runner()
    for (let looks = 0; looks < 10; looks += 1) {
      test.clock.advance(spanMs('15m'))
      await run()
    }
    expect(await stuck()).toHaveLength(1)
    expect([await meet('a'), await meet('a'), await stuck()]).toEqual([true, false, []])
  })

  it('fires hundreds that are due at one instant, each once, around one that fails', async () => {
    for (let i = 0; i < 300; i += 1) await wait(`t${i}`, '10m')
    broken = 't150'
    test.clock.advance(spanMs('10m'))
    await runner().run()
    expect(fired).toHaveLength(299)
    expect(new Set(fired).size).toBe(299)
  })

  it('brings what waits for somebody forward when their leave begins', async () => {
    const person = await makePerson(test.core)
    const lead = (id: string) => ({ type: 'lead' as const, id })
    test.core.deadlines.on('lead.accept', 'expire-offer', async (tx, { deadline }) => {
      afterCommit(tx, () => fired.push(`${deadline.subjectId} expired`))
    })
    const start = (id: string, personId: string | null) =>
      test.core.write((tx) => test.core.deadlines.start(tx, 'lead.accept', lead(id), { personId }))
    // The leave begins at midnight: eleven in the morning here plus thirteen hours.
    await test.core.write((tx) =>
      test.core.deadlines.leaves.add(tx, systemActor('test'), {
        personId: person.id,
        from: '2026-03-12',
        to: '2026-03-13',
      }),
    )
    test.clock.set(new Date('2026-03-11T15:58:00Z'))
    await start('mine', person.id)
    await start('other', null)
    await test.core.write((tx) =>
      test.core.deadlines.start(
        tx,
        'task.due',
        { type: 'task', id: 'later' },
        { dueAt: new Date('2026-03-11T17:00:00Z'), personId: person.id },
      ),
    )
    const { run } = runner()
    await run()
    expect(fired).toEqual([])
    test.clock.set(new Date('2026-03-11T16:00:00Z'))
    await run()
    await run()
    expect(fired).toEqual(['mine expired'])
  })

  it('fires every step once when two of them run at once', async () => {
    for (let i = 0; i < 60; i += 1) await wait(`t${i}`, '10m')
    test.clock.advance(spanMs('10m'))
    await Promise.all([runner().run(), runner().run()])
    expect(fired).toHaveLength(60)
    expect(new Set(fired).size).toBe(60)
  })
})
