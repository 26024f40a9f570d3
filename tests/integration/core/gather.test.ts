import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findById, loadTogether, lookUp } from '../../../core/db/gather.js'
import { updateRows } from '../../../core/db/rows.js'
import { PersonEntity, type Person } from '../../../core/org/person.js'
import { makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('lookups that are asked for at the same moment', () => {
  let test: TestCore
  let people: Person[]
  beforeEach(async () => {
    test = await startCore()
    people = []
    for (let i = 0; i < 5; i += 1) people.push(await makePerson(test.core))
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await test.close()
  })

  it('share one statement, and each gets its own row or null', async () => {
    const asked = await test.core.read(async (tx) => {
      const spy = vi.spyOn(tx, 'getRepository')
      const rows = await Promise.all(
        [...people.map(({ id }) => id), 'nobody'].map((id) => findById(tx, PersonEntity, id)),
      )
      expect(rows.map((row) => row?.name ?? null)).toEqual([...people.map(({ name }) => name), null])
      return spy.mock.calls.length
    })
    expect(asked).toBe(1)
  })

  it('see what was committed before they were asked for', async () => {
    const [person] = people
    if (!person) throw new Error('nobody was made')
    const nameNow = () => test.core.read(async (tx) => (await findById(tx, PersonEntity, person.id))?.name)
    const before = nameNow()
    await test.core.write((tx) => updateRows(tx, PersonEntity, { id: person.id }, { name: '改名' }))
    expect(await nameNow()).toBe('改名')
    await before
  })

  it('see in a unit what the unit wrote', async () => {
    const id = people[0]?.id ?? ''
    await test.core.write(async (tx) => {
      await updateRows(tx, PersonEntity, { id }, { name: '本次改名' })
      expect((await findById(tx, PersonEntity, id))?.name).toBe('本次改名')
    })
  })

  it('get all of theirs although another one has many', async () => {
    const departmentId = people[0]?.departmentId ?? ''
    for (let i = 0; i < 6; i += 1) await makePerson(test.core, { departmentId })
    const found = await test.core.read((tx) =>
      Promise.all(
        people
          .slice(0, 2)
          .map((person) => lookUp(tx, PersonEntity, person.departmentId, { by: 'departmentId', most: 2 })),
      ),
    )
    expect(found.map((rows) => rows.length)).toEqual([2, 1])
  })

  it('fail together, and are asked anew by whoever comes next', async () => {
    await test.core.read(async (tx) => {
      const failing = () => Promise.reject(new Error('away'))
      const both = await Promise.allSettled([
        loadTogether(tx, 'key', failing),
        loadTogether(tx, 'key', failing),
      ])
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(await loadTogether(tx, 'key', () => Promise.resolve(1))).toBe(1)
    })
  })
})
