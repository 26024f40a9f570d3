import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { afterCommit } from '../../../core/db/unit-of-work.js'
import { readFact, writeFact } from '../../../core/org/installation.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('a unit of work', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const fact = (name: string) => run.core.read((tx) => readFact(tx, name))

  it('refuses to be opened inside another one, reading and writing alike', async () => {
    const inside = (open: () => Promise<unknown>) => run.core.write(() => open())
    await expect(inside(() => run.core.write(async () => {}))).rejects.toThrow('inside another')
    await expect(inside(() => run.core.read(async () => {}))).rejects.toThrow('inside another')
  })

  it('may follow another one, also from a hook that ran after its commit', async () => {
    await run.core.write((tx) => writeFact(tx, 'one', 1))
    let following: Promise<void> | undefined
    await run.core.write(async (tx) => {
      await writeFact(tx, 'two', 2)
      afterCommit(tx, () => {
        following = run.core.write((next) => writeFact(next, 'three', 3))
      })
    })
    await following
    expect([await fact('one'), await fact('two'), await fact('three')]).toEqual([1, 2, 3])
  })

  it('leaves its neighbours alone when it rolls back', async () => {
    const units = Array.from({ length: 40 }, (_, n) =>
      run.core.write(async (tx) => {
        await writeFact(tx, `fact ${n}`, n)
        await turn()
        if (n % 4 === 0) throw new Error('no')
      }),
    )
    const ends = await Promise.allSettled(units)
    expect(ends.filter((end) => end.status === 'rejected')).toHaveLength(10)
    const kept = await Promise.all(units.map((_, n) => fact(`fact ${n}`)))
    expect(kept).toEqual(kept.map((_, n) => (n % 4 === 0 ? null : n)))
  })

  it('shows readers nothing that is not committed', async () => {
    const written = Promise.withResolvers<void>()
    const seen = Promise.withResolvers<unknown>()
    const reading = written.promise.then(() => fact('draft')).then(seen.resolve)
    await run.core.write(async (tx) => {
      await writeFact(tx, 'draft', 'secret')
      written.resolve()
      expect(await seen.promise).toBeNull()
    })
    await reading
    expect(await fact('draft')).toBe('secret')
  })

  it('runs anew as a whole after a clash, and its hooks once', async () => {
    const clash = Object.assign(new Error('deadlock'), { errno: 1213 })
    let tries = 0
    let hooks = 0
    await run.core.write(async (tx) => {
      await writeFact(tx, `try ${++tries}`, true)
      afterCommit(tx, () => {
        hooks += 1
      })
      if (tries < 3) throw clash
    })
    expect([tries, hooks]).toEqual([3, 1])
    expect([await fact('try 1'), await fact('try 2'), await fact('try 3')]).toEqual([null, null, true])
  })

  it('gives up after five clashes, and does not repeat what is no clash', async () => {
    const failing = async (error: Error) => {
      let tries = 0
      const unit = run.core.write(async () => {
        tries += 1
        throw error
      })
      await expect(unit).rejects.toThrow(error.message)
      return tries
    }
    expect(await failing(Object.assign(new Error('deadlock'), { errno: 1213 }))).toBe(5)
    expect(await failing(new Error('a bug'))).toBe(1)
  })

  it('calls no hook of a unit that failed', async () => {
    let called = false
    const failed = run.core.write(async (tx) => {
      afterCommit(tx, () => {
        called = true
      })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(called).toBe(false)
  })
})
