import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { DeadlineEntity } from '../../../core/deadlines/deadline.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { createDeadlineRunner } from '../../../jobs/deadline-runner.js'
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
      test.core.deadlines.on('task.due', action, async (_tx, { deadline }) => {
        if (deadline.subjectId === broken) throw new Error('this one is broken')
        fired.push(`${deadline.subjectId} ${action}`)
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
    await run()
    expect(fired).toEqual(['a remind', 'c remind', 'b remind'])
  })

  it('fires every step once when two of them run at once', async () => {
    for (let i = 0; i < 60; i += 1) await wait(`t${i}`, '10m')
    test.clock.advance(spanMs('10m'))
    await Promise.all([runner().run(), runner().run()])
    expect(fired).toHaveLength(60)
    expect(new Set(fired).size).toBe(60)
  })
})
