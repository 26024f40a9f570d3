import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertLater } from '../../../core/db/rows.js'
import { readOnce } from '../../../core/db/unit-state.js'
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
