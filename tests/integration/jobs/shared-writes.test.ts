import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { shareWrites, type ShareWrite } from '../../../core/db/shared-writes.js'
import { readFact, writeFact } from '../../../core/org/installation.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('writes that share a transaction', () => {
  let test: TestCore
  let share: ShareWrite
  let transactions: number
  beforeEach(async () => {
    test = await startCore()
    transactions = 0
    share = shareWrites({
      write(work) {
        transactions += 1
        return test.core.write(work)
      },
    })
  })
  afterEach(() => test.close())

  const fact = (name: string) => test.core.read((tx) => readFact(tx, name))

  it('are done in their order, each caller gets its own answer, and few transactions are needed', async () => {
    const order: number[] = []
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        share(async (tx) => {
          order.push(i)
          await writeFact(tx, `fact-${i}`, i)
          return i * 2
        }),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 60 }, (_, i) => i * 2))
    expect(order).toEqual(Array.from({ length: 60 }, (_, i) => i))
    expect(await fact('fact-59')).toBe(59)
    expect(transactions).toBe(3)
  })

  it('do not share the fate of one that fails: it is undone alone', async () => {
    const attempts = await Promise.allSettled(
      ['a', 'bad', 'b'].map((name) =>
        share(async (tx) => {
          await writeFact(tx, name, 'there')
          if (name === 'bad') throw new Error('cannot do this')
          return name
        }),
      ),
    )
    expect(attempts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect([await fact('a'), await fact('bad'), await fact('b')]).toEqual(['there', null, 'there'])
  })

  it('are told of only after they are committed', async () => {
    await share((tx) => writeFact(tx, 'first', 1))
    expect(await fact('first')).toBe(1)
  })
})
