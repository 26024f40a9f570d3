import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertLater } from '../../../core/db/rows.js'
import { readOnce, settle, unitOf, writeLater } from '../../../core/db/unit-state.js'
import { InstallationEntity, readFact, writeFact } from '../../../core/org/installation.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('rows that are put off within a unit', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const fact = (name: string) => run.core.read((tx) => readFact(tx, name))

  it('are there for whoever asks in the same unit, and after the commit', async () => {
    await run.core.write(async (tx) => {
      await insertLater(tx, InstallationEntity, [{ name: 'a', value: 1 }])
      await insertLater(tx, InstallationEntity, [{ name: 'b', value: 2 }])
      expect(await readFact(tx, 'a')).toBe(1)
      await insertLater(tx, InstallationEntity, [{ name: 'c', value: 3 }])
    })
    expect([await fact('a'), await fact('b'), await fact('c')]).toEqual([1, 2, 3])
  })

  it('are gone with a unit that fails, also when they are what fails', async () => {
    await run.core.write((tx) => writeFact(tx, 'a', 'first'))
    const unit = run.core.write(async (tx) => {
      await writeFact(tx, 'b', 'beside')
      await insertLater(tx, InstallationEntity, [{ name: 'a', value: 'second' }])
      // Whoever catches the error does not save the unit.
      await readFact(tx, 'a').catch(() => null)
    })
    await expect(unit).rejects.toThrow()
    expect([await fact('a'), await fact('b')]).toEqual(['first', null])
  })

  it('are written before any statement that names their table, however many wait at once', async () => {
    const order: string[] = []
    await run.core.write(async (tx) => {
      const unit = unitOf(tx)
      if (!unit) throw new Error('no unit')
      const later = (table: string) =>
        writeLater(unit, table, async () => {
          for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
          order.push(`${table} written`)
        })
      later('first')
      later('second')
      const asks = async (table: string, name: string) => {
        await settle(unit, `SELECT * FROM ${table}`)
        order.push(name)
      }
      await Promise.all([asks('first', 'a'), asks('second', 'b'), asks('second', 'c')])
    })
    expect(order).toEqual(['first written', 'a', 'second written', 'b', 'c'])
  })

  it('is read once, until the unit writes there', async () => {
    await run.core.write(async (tx) => {
      let looks = 0
      const look = () =>
        readOnce(tx, 'installation', 'count', async () => {
          looks += 1
          return tx.getRepository(InstallationEntity).count()
        })
      expect([await look(), await look(), looks]).toEqual([0, 0, 1])
      await writeFact(tx, 'a', 1)
      expect([await look(), looks]).toEqual([1, 2])
    })
  })
})
