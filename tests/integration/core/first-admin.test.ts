import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appointAdmin } from '../../../core/org/first-admin.js'
import { DepartmentEntity } from '../../../core/org/person.js'
import { makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('the first administrator', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await startCore()
  })
  afterEach(() => test.close())

  const appoint = (name: string, externalId = 'ou_1') =>
    test.core.write((tx) => appointAdmin(tx, test.core, { platform: 'feishu', externalId, name }))

  it('is made on an empty organisation, with a department, an account and the facts of it', async () => {
    const { core } = test
    const { person, outcome } = await appoint('张三')
    expect(outcome).toBe('made')
    const found = await core.read((tx) => core.org.findByAccount(tx, 'feishu', 'ou_1'))
    expect(found).toMatchObject({ id: person.id, role: 'admin', state: 'active' })
    expect((await core.read((tx) => core.org.rootDepartment(tx))).id).toBe(person.departmentId)
    const facts = await core.read((tx) => core.changes.timeLine(tx, [{ type: 'person', id: person.id }]))
    expect(facts.map(({ kind }) => kind).sort()).toEqual(['person.account-bound', 'person.joined'])
  })

  it('is made once, however often the command runs', async () => {
    await appoint('张三')
    expect((await appoint('张三')).outcome).toBe('unchanged')
    const people = await test.core.read((tx) => test.core.org.everybody(tx))
    expect(people).toHaveLength(1)
    const departments = await test.core.read((tx) => tx.getRepository(DepartmentEntity).find())
    expect(departments).toHaveLength(1)
  })

  it('is somebody who is known already, with their department and history', async () => {
    const known = await makePerson(test.core, { name: '李四', role: 'rep' })
    const { person, outcome } = await appoint('李四')
    expect([person.id, outcome]).toEqual([known.id, 'promoted'])
    const now = await test.core.read((tx) => test.core.org.person(tx, known.id))
    expect(now).toMatchObject({ role: 'admin', departmentId: known.departmentId })
  })

  it('is refused when the account is somebody else’s, or several people have the name', async () => {
    await appoint('张三')
    await expect(appoint('李四')).rejects.toMatchObject({ code: 'account.taken', data: { name: '张三' } })
    await makePerson(test.core, { name: '王五' })
    await makePerson(test.core, { name: '王五' })
    await expect(appoint('王五', 'ou_2')).rejects.toMatchObject({ code: 'person.ambiguous' })
  })
})
