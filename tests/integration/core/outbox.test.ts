import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { claimOutbox, delayOutbox, finishOutbox, outboxDepth } from '../../../core/changes/outbox.js'
import { createRelay } from '../../../jobs/relay.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const leaseMs = 30_000
const silent = { info() {}, warn() {}, error() {} }

describe('the outbox', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
    run.core.changes.addConsumer('notify', (kind) => kind.startsWith('lead.'))
    run.core.changes.addConsumer('report', (kind) => kind === 'lead.closed')
  })
  afterEach(() => run.close())

  const append = (kind: string, id = 'A') =>
    run.core.write((tx) =>
      run.core.changes.append(tx, systemActor('test'), { subject: { type: 'lead', id }, kind }),
    )
  const claim = (holder: string, limit = 10) =>
    run.core.write((tx) =>
      claimOutbox(tx, { consumer: 'notify', holder, now: run.clock.now(), leaseMs, limit }),
    )
  const depth = () => run.core.read((tx) => outboxDepth(tx))

  it('holds one row for each consumer that wants the change', async () => {
    await append('lead.edited')
    await append('lead.closed')
    await append('deal.edited')
    expect(await depth()).toBe(3)
  })

  it('loses the row with the change when the unit rolls back', async () => {
    const failed = run.core.write(async (tx) => {
      await run.core.changes.append(tx, systemActor('test'), {
        subject: { type: 'lead', id: 'A' },
        kind: 'lead.edited',
      })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await depth()).toBe(0)
  })

  it('never hands a row to two claimers', async () => {
    for (let n = 0; n < 20; n++) await append('lead.edited', `L${n}`)
    const ids: string[] = []
    const work = async (holder: string): Promise<void> => {
      for (let round = 1; round <= 10; round++)
        ids.push(...(await claim(`${holder} ${round}`, 3)).map(({ change }) => change.id))
    }
    await Promise.all(['one', 'two', 'three', 'four'].map(work))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength(20)
  })

  it('gives a dead claimer’s rows to the next one when the lease has run out', async () => {
    const change = await append('lead.edited')
    await claim('dead')
    expect(await claim('next')).toEqual([])
    run.clock.advance(leaseMs)
    expect((await claim('next')).map(({ change: { id }, attempts }) => [id, attempts])).toEqual([
      [change.id, 2],
    ])
    const finish = (holder: string) => run.core.write((tx) => finishOutbox(tx, 'notify', change.id, holder))
    expect(await finish('dead')).toBe(false)
    // Nor does a failure of the one whose lease ran out take the row from who holds it now.
    await run.core.write((tx) =>
      delayOutbox(tx, 'notify', change.id, {
        now: run.clock.now(),
        attempts: 1,
        error: 'late',
        holder: 'dead',
      }),
    )
    expect(await finish('next')).toBe(true)
    expect(await depth()).toBe(0)
  })

  it('tries a failed row again later, and never drops it', async () => {
    const { id } = await append('lead.edited')
    for (let attempts = 1; attempts <= 30; attempts++) {
      expect(await claim('runner')).toHaveLength(1)
      await run.core.write((tx) =>
        delayOutbox(tx, 'notify', id, {
          now: run.clock.now(),
          attempts,
          error: 'far side down',
          holder: 'runner',
        }),
      )
      expect(await claim('runner')).toEqual([])
      run.clock.advance(24 * 3_600_000)
    }
    expect(await depth()).toBe(1)
  })

  it('lets the neighbours of a poisonous change through', async () => {
    const poison = await append('lead.edited', 'P')
    await append('lead.edited', 'Q')
    await append('lead.edited', 'R')
    const done: string[] = []
    const relay = createRelay({
      core: run.core,
      consumer: 'notify',
      react: async (_tx, change) => {
        if (change.id === poison.id) throw new Error('cannot be digested')
        done.push(change.subjectId)
      },
      log: silent,
    })
    await relay.run()
    expect(new Set(done)).toEqual(new Set(['Q', 'R']))
    expect(await depth()).toBe(1)
  })

  it('takes a change that ends processes alone and after the others, and lets some time pass after the fifth', async () => {
    const poison = await append('lead.edited', 'P')
    const neighbour = await append('lead.edited', 'Q')
    const seen: string[][] = []
    for (let round = 0; round < 6; round += 1) {
      const claimed = await claim(`runner ${round}`)
      seen.push(claimed.map(({ change: { id } }) => id))
      run.clock.advance(leaseMs)
    }
    const both = [poison.id, neighbour.id]
    expect(seen).toEqual([both, both, [poison.id], [poison.id], [poison.id], [neighbour.id]])
    expect(await depth()).toBe(2)
    const later = await append('lead.edited', 'R')
    run.clock.advance(24 * 3_600_000)
    expect((await claim('much later')).map(({ change: { id } }) => id)).toEqual([later.id])
  })
})
