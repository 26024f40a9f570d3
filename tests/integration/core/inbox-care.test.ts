import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InboxEntity, mostAttempts } from '../../../core/inbox/inbox.js'
import { makeActor } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const day = 86_400_000

describe('events that were given up', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const inbox = () => run.core.inbox
  const accept = (eventId: string, sender?: string) =>
    inbox().accept({ channel: 'sandbox', eventId, body: '{}', ...(sender ? { sender } : {}) })
  async function makeDead(eventId: string): Promise<string> {
    const { id } = await accept(eventId, 'zhang')
    await run.core.write((tx) => inbox().fail(tx, { id, attempts: mostAttempts - 1 }, 'cannot be read'))
    return id
  }
  const dead = async () => {
    const actor = await makeActor(run.core, 'admin')
    return run.core.read((tx) => inbox().dead(tx, actor))
  }
  const claimed = async () =>
    (await run.core.write((tx) => inbox().claim(tx, { holder: 'h', limit: 10 }))).ids
  const count = () => run.core.read((tx) => tx.getRepository(InboxEntity).count())

  it('are shown to an admin with the reason, newest first, and to nobody else', async () => {
    const [first, second] = [await makeDead('a'), await makeDead('b')]
    expect((await dead()).map(({ id, lastError }) => [id, lastError])).toEqual([
      [second, 'cannot be read'],
      [first, 'cannot be read'],
    ])
    const rep = await makeActor(run.core, 'rep')
    await expect(run.core.read((tx) => inbox().dead(tx, rep))).rejects.toThrow('permission.denied')
  })

  it('are worked on again when an admin says so, once', async () => {
    const id = await makeDead('a')
    const admin = await makeActor(run.core, 'admin')
    await run.core.write((tx) => inbox().retry(tx, admin, id))
    expect(await claimed()).toEqual([id])
    await expect(run.core.write((tx) => inbox().retry(tx, admin, id))).rejects.toThrow('inbox.not_dead')
    expect(await dead()).toEqual([])
  })

  it('can be let be: a redelivery is still known, and nothing comes of it', async () => {
    const id = await makeDead('a')
    const admin = await makeActor(run.core, 'admin')
    await run.core.write((tx) => inbox().drop(tx, admin, id, '测试消息'))
    expect(await accept('a')).toEqual({ id, isNew: false })
    run.clock.advance(day)
    expect([await claimed(), await dead()]).toEqual([[], []])
  })

  it('stay when old events that were done are cleared away', async () => {
    const old = await accept('done')
    await run.core.write((tx) => inbox().finish(tx, old.id))
    await makeDead('dead')
    run.clock.advance(31 * day)
    const fresh = await accept('fresh')
    await run.core.write((tx) => inbox().finish(tx, fresh.id))
    expect(await run.core.write((tx) => inbox().prune(tx))).toBeNull()
    expect(await count()).toBe(2)
    expect((await accept('fresh')).isNew).toBe(false)
  })
})

describe('the order of one sender’s events', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const accept = async (eventId: string, sender: string) => {
    const { id } = await run.core.inbox.accept({ channel: 'sandbox', eventId, body: '{}', sender })
    const [row] = await run.core.read((tx) => run.core.inbox.load(tx, [id]))
    if (!row) throw new Error('the event is not there')
    return row
  }

  it('makes a later one wait for an earlier one that is open elsewhere, and nobody else’s', async () => {
    const first = await accept('1', 'zhang')
    const later = await accept('2', 'zhang')
    const other = await accept('3', 'li')
    const held = () => run.core.read((tx) => run.core.inbox.heldUp(tx, [later, other]))
    expect([...(await held())]).toEqual([later.id])
    expect(await run.core.read((tx) => run.core.inbox.heldUp(tx, [first, later]))).toEqual(new Set())
    await run.core.write((tx) => run.core.inbox.finish(tx, first.id))
    expect(await held()).toEqual(new Set())
  })

  it('goes on without one that is dead', async () => {
    const first = await accept('1', 'zhang')
    const later = await accept('2', 'zhang')
    await run.core.write((tx) => run.core.inbox.fail(tx, { id: first.id, attempts: mostAttempts - 1 }, 'no'))
    expect(await run.core.read((tx) => run.core.inbox.heldUp(tx, [later]))).toEqual(new Set())
  })
})

/** What is in use once everything that nobody needs is gone. */
function heapNow(): number {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

describe('a flood', () => {
  it('fills the table and not the memory: what is beyond the bound is told to come again', async () => {
    const run = await startCore()
    try {
      const before = heapNow()
      let most = 0
      let grown = Number.POSITIVE_INFINITY
      const ends = await Promise.allSettled(
        Array.from({ length: 50_000 }, (_, n) => {
          // Each body is a string of its own: 50,000 of them would be 200 MB.
          const body = `${n} `.padEnd(2000, String.fromCharCode(0x4e00 + (n % 100)))
          const taken = run.core.inbox.accept({ channel: 'flood', eventId: `${n}`, body, hold: false })
          most = Math.max(most, run.core.inbox.waiting().entries)
          if (n === 49_999) grown = heapNow() - before
          return taken
        }),
      )
      expect(grown / 2 ** 20).toBeLessThan(100)
      const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []))
      expect(most).toBeLessThanOrEqual(5000)
      expect(new Set(refused.map(({ name }) => name))).toEqual(new Set(['InboxFullError']))
      expect(await run.core.read((tx) => tx.getRepository(InboxEntity).count())).toBe(50_000 - refused.length)
      expect(run.core.inbox.waiting()).toEqual({ entries: 0, bytes: 0 })
    } finally {
      await run.close()
    }
  })
})
