import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { DeadlineEntity } from '../../../core/deadlines/deadline.js'
import { OvertakenError } from '../../../core/db/clash.js'
import { updateRows } from '../../../core/db/rows.js'
import type { Tx } from '../../../core/db/unit-of-work.js'
import type { Ladder } from '../../../core/playbook/ladders.js'
import { makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const admin = systemActor('test')
const lead = (id: string) => ({ type: 'lead' as const, id })
const minute = 60_000
const hour = 60 * minute

const working: Ladder = {
  dueIn: '4h',
  time: 'working',
  steps: [
    { at: '1h', from: 'start', do: 'first' },
    { at: '-30m', do: 'warn' },
    { at: '0m', do: 'late' },
  ],
}

/** It is Wednesday 11 March 2026, ten in the morning in Shanghai; work is from nine to twelve and 13:30 to six. */
describe('a deadline that is paused', () => {
  let run: TestCore
  let fired: string[]
  beforeEach(async () => {
    run = await startCore()
    fired = []
    for (const action of ['first', 'warn', 'late'])
      run.core.deadlines.on('lead.view', action, async () => {
        fired.push(action)
      })
    await publish(working)
  })
  afterEach(() => run.close())

  const publish = (ladder: Ladder) =>
    run.core.write(async (tx) => {
      const ladders = await run.core.playbook.get(tx, 'ladders')
      const body = { ...ladders, 'lead.view': ladder }
      const { version } = await run.core.playbook.saveDraft(tx, admin, 'ladders', body, '')
      await run.core.playbook.publish(tx, admin, 'ladders', version)
    })
  const start = (personId: string | null = null) =>
    run.core.write((tx) => run.core.deadlines.start(tx, 'lead.view', lead('A'), { personId }))
  const pause = () => run.core.write((tx) => run.core.deadlines.pause(tx, 'lead.view', lead('A')))
  const resume = () => run.core.write((tx) => run.core.deadlines.resume(tx, 'lead.view', lead('A')))
  const now = () => run.core.read((tx) => run.core.deadlines.running(tx, 'lead.view', lead('A')))
  const at = (local: string) => run.clock.set(new Date(`${local}:00+08:00`))
  const instants = async () => (await now())?.steps.map((step) => [step.do, step.at.slice(5, 16)])
  async function fireDue() {
    const due = await run.core.read((tx) => run.core.deadlines.due(tx, run.clock.now(), 10))
    for (const id of due)
      while (await run.core.write((tx) => run.core.deadlines.fire(tx, id, run.clock.now())));
  }

  it('fires nothing, and goes on with the working time that was left', async () => {
    await start()
    expect(await instants()).toEqual([
      ['first', '03-11T03:00'],
      ['warn', '03-11T07:00'],
      ['late', '03-11T07:30'],
    ])
    at('2026-03-11T11:30')
    await fireDue()
    // Two and a half working hours are left; the customer answers on Friday afternoon.
    expect(await pause()).toBe(true)
    at('2026-03-13T17:00')
    await fireDue()
    expect([fired, (await now())?.state]).toEqual([['first'], 'waiting'])
    expect(await resume()).toBe(true)
    expect((await now())?.dueAt.toISOString()).toBe('2026-03-16T02:30:00.000Z')
    expect(await instants()).toEqual([
      ['first', '03-11T03:00'],
      ['warn', '03-16T02:00'],
      ['late', '03-16T02:30'],
    ])
    at('2026-03-16T10:30')
    await fireDue()
    expect(fired).toEqual(['first', 'warn', 'late'])
  })

  it('is paused once and goes on once', async () => {
    await start()
    expect([await pause(), await pause(), await resume(), await resume()]).toEqual([true, false, true, false])
  })

  it('can be met and cancelled while it is paused', async () => {
    await start()
    await pause()
    const met = await run.core.write((tx) => run.core.deadlines.meet(tx, 'lead.view', lead('A')))
    expect([met, await resume(), await now()]).toEqual([true, false, null])
  })

  it('either pauses or fires when both happen at once', async () => {
    for (let n = 0; n < 10; n += 1) {
      const { id } = await start()
      run.clock.advance(hour)
      const before = fired.length
      const [paused, didFire] = await Promise.all([
        pause(),
        run.core.write((tx) => run.core.deadlines.fire(tx, id, run.clock.now())),
      ])
      const after = await now()
      // Whoever came second found what the first had left: a fired step, or nothing to fire.
      expect(paused).toBe(true)
      expect(fired.length - before).toBe(didFire ? 1 : 0)
      expect([after?.nextStep, after?.nextAt]).toEqual([didFire ? 1 : 0, null])
    }
  })

  it('counts from the new start when its subject changes, from the first step on', async () => {
    await start()
    at('2026-03-11T15:10')
    await fireDue()
    expect(fired).toEqual(['first', 'warn'])
    await start()
    expect(await instants()).toEqual([
      ['first', '03-11T08:10'],
      ['warn', '03-12T01:40'],
      ['late', '03-12T02:10'],
    ])
  })

  it('is planned by a ladder of an earlier version, marks that mean nothing now included', async () => {
    await publish({ ...working, steps: [{ at: '0m', do: 'late', again: true }] })
    await start()
    expect((await now())?.steps).toEqual([{ at: '2026-03-11T07:30:00.000Z', do: 'late' }])
  })

  /** Has somebody else at it, as another process may be: after the deadline was read, before it is written. */
  function meanwhile(work: (tx: Tx) => Promise<unknown>, { once = false } = {}) {
    const { playbook } = run.core
    const get = playbook.get.bind(playbook)
    playbook.get = async (tx, name) => {
      if (name === 'calendar') {
        if (once) playbook.get = get
        await work(tx)
      }
      return get(tx, name)
    }
    return () => {
      playbook.get = get
    }
  }

  it('does not go on by a plan that is not its own any more', async () => {
    await start()
    await pause()
    run.clock.advance(minute)
    const end = meanwhile((tx) =>
      updateRows(tx, DeadlineEntity, { subjectId: 'A' }, { startedAt: run.clock.now(), steps: [] }),
    )
    await expect(resume()).rejects.toThrow(OvertakenError)
    end()
    expect((await now())?.nextAt).toBeNull()
  })

  it('stays paused when it is paused while the ladders are planned anew, and has the new plan', async () => {
    const { deadlines } = run.core
    await start()
    await publish({ ...working, dueIn: '5h' })
    meanwhile((tx) => deadlines.pause(tx, 'lead.view', lead('A')), { once: true })
    await run.core.write((tx) => deadlines.replan(tx, admin, 'lead.view'))
    const after = await now()
    expect(after?.dueAt.toISOString()).toBe('2026-03-11T08:30:00.000Z')
    expect([after?.nextAt, after?.pausedAt]).toEqual([null, run.clock.now()])
  })

  it("does not count its person's leave as working time", async () => {
    const person = await makePerson(run.core)
    await run.core.write((tx) =>
      run.core.deadlines.leaves.add(tx, admin, {
        personId: person.id,
        from: '2026-03-11',
        fromHalf: 'pm',
        to: '2026-03-12',
      }),
    )
    const deadline = await start(person.id)
    expect(deadline.dueAt.toISOString()).toBe('2026-03-13T03:00:00.000Z')
  })

  it('keeps public holidays out of working time', async () => {
    at('2026-09-30T17:00')
    const deadline = await start()
    expect(deadline.dueAt.toISOString()).toBe('2026-10-08T04:00:00.000Z')
  })
})
