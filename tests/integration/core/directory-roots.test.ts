import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertRows, updateRows } from '../../../core/db/rows.js'
import { DirectoryEntryEntity } from '../../../core/org/directory-entry.js'
import { DepartmentEntity, PersonEntity } from '../../../core/org/person.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import {
  departmentOf,
  directoryOf,
  organisation,
  personOf,
  syncOnce,
  type Told,
} from '../../support/told-directory.js'

const threeRoots = (): Told => ({
  departments: [
    departmentOf('od-1', '销售一部', ['li']),
    departmentOf('od-2', '销售二部', ['zhou']),
    departmentOf('od-3', '财务部', ['cfo']),
  ],
  people: [
    personOf('li', '李经理', ['od-1']),
    personOf('wang', '王小明', ['od-1']),
    personOf('zhou', '周经理', ['od-2']),
    personOf('sun', '孙二', ['od-2']),
    personOf('cfo', '钱会计', ['od-3']),
  ],
  isPartial: false,
})

describe('a company with several departments at its top', () => {
  let test: TestCore
  let told: Told
  beforeEach(async () => {
    test = await startCore()
    told = threeRoots()
  })
  afterEach(() => test.close())

  const sync = () => syncOnce(test, directoryOf('feishu', told))
  const above = async (externalId: string) => {
    const { core } = test
    return core.read(async (tx) => {
      const person = await core.org.findByAccount(tx, 'feishu', externalId)
      return (await core.org.managersAbove(tx, person?.departmentId ?? '', person?.id)).map(
        ({ name }) => name,
      )
    })
  }
  const make = (id: string, name: string) =>
    test.core.write((tx) =>
      insertRows(tx, DepartmentEntity, [{ id, name, parentId: null, leaderId: null, demo: false }]),
    )
  const idOf = async (name: string) =>
    (await test.core.read((tx) => tx.getRepository(DepartmentEntity).findOneBy({ name })))?.id

  it('keeps them apart, each with its own people and leader, run after run', async () => {
    await sync()
    const first = await organisation(test)
    expect(first.departments).toEqual(
      ['财务部 < — (—)', '销售一部 < — (李经理)', '销售二部 < — (周经理)'].sort(),
    )
    expect(first.people).toEqual(
      [
        '周经理 @ 销售二部 manager',
        '孙二 @ 销售二部 rep',
        '李经理 @ 销售一部 manager',
        '王小明 @ 销售一部 rep',
      ].sort(),
    )
    expect(await above('wang')).toEqual(['李经理'])
    expect(await above('sun')).toEqual(['周经理'])
    expect(await sync()).toMatchObject({ added: 0, changed: 0 })
  })

  it('adopts a namesake that was made by hand, and no other one', async () => {
    await make('hand', '销售二部')
    await make('office', '公司')
    await sync()
    expect(await idOf('销售二部')).toBe('hand')
    expect(await idOf('公司')).toBe('office')
    expect((await organisation(test)).departments).toHaveLength(4)
  })

  it('takes the one root made by hand for the company’s only one, whatever its name', async () => {
    await make('hand', '公司')
    told.departments = [departmentOf('od-1', '宏达集团', ['li']), departmentOf('od-2', '销售部', [], 'od-1')]
    await sync()
    expect(await idOf('宏达集团')).toBe('hand')
    expect((await organisation(test)).departments).toEqual(
      ['宏达集团 < — (李经理)', '销售部 < 宏达集团 (—)'].sort(),
    )
    told.departments.push(departmentOf('od-9', '南方公司'))
    await sync()
    expect(await idOf('宏达集团')).toBe('hand')
    expect((await organisation(test)).departments).toContain('南方公司 < — (—)')
  })

  it('leaves a root made by hand alone when there are two of them', async () => {
    await make('hand', '公司')
    await make('other', '分公司')
    told = { ...told, departments: [departmentOf('od-1', '宏达集团')], people: [] }
    await sync()
    expect((await organisation(test)).departments).toHaveLength(3)
  })

  it('makes two of two namesakes below one parent', async () => {
    told.departments = [departmentOf('od-1', '销售部'), departmentOf('od-2', '销售部')]
    await sync()
    expect((await organisation(test)).departments).toEqual(['销售部 < — (—)', '销售部 < — (—)'])
    expect(await sync()).toMatchObject({ added: 0, changed: 0 })
  })

  /** What an installation looks like whose departments had been taken for one. */
  async function merge() {
    told.departments.push(departmentOf('od-11', '一组', ['wu'], 'od-1'))
    told.departments.push(departmentOf('od-21', '一组', [], 'od-2'))
    told.people.push(personOf('wu', '吴组长', ['od-11']), personOf('zheng', '郑七', ['od-21']))
    await sync()
    const [one, two, below, other] = await Promise.all([
      idOf('销售一部'),
      idOf('销售二部'),
      test.core.read((tx) => tx.getRepository(DirectoryEntryEntity).findOneByOrFail({ externalId: 'od-11' })),
      test.core.read((tx) => tx.getRepository(DirectoryEntryEntity).findOneByOrFail({ externalId: 'od-21' })),
    ])
    await test.core.write(async (tx) => {
      const zhou = await test.core.org.findByAccount(tx, 'feishu', 'zhou')
      const moves: [string, string][] = [
        [two ?? '', one ?? ''],
        [other.localId ?? '', below.localId ?? ''],
      ]
      for (const [from, to] of moves) {
        await updateRows(tx, PersonEntity, { departmentId: from }, { departmentId: to })
        await updateRows(tx, DirectoryEntryEntity, { localId: from }, { localId: to })
        await tx.getRepository(DepartmentEntity).delete({ id: from })
      }
      await updateRows(tx, DepartmentEntity, { id: one ?? '' }, { leaderId: zhou?.id ?? '' })
    })
    return one
  }

  it('takes apart what had been made one, and leaves each with whoever leads it', async () => {
    const kept = await merge()
    expect(await above('wang')).toEqual(['周经理'])
    await sync()
    expect(await idOf('销售一部')).toBe(kept)
    const { departments, people } = await organisation(test)
    expect(departments).toEqual(
      [
        '一组 < 销售一部 (吴组长)',
        '一组 < 销售二部 (—)',
        '财务部 < — (—)',
        '销售一部 < — (李经理)',
        '销售二部 < — (周经理)',
      ].sort(),
    )
    expect(people).toContain('孙二 @ 销售二部 rep')
    expect(await above('zheng')).toEqual(['周经理'])
    expect(await sync()).toMatchObject({ added: 0, changed: 0 })
  })

  it('leaves nobody as leader who leads what was split off', async () => {
    const one = await merge()
    const first = told.departments.find(({ externalId }) => externalId === 'od-1')
    if (first) first.leaderExternalIds = []
    await sync()
    expect(await idOf('销售一部')).toBe(one)
    expect((await organisation(test)).departments).toContain('销售一部 < — (—)')
  })

  it('puts a lead that belongs nowhere where somebody is asked', async () => {
    await make('0', '公司')
    await sync()
    const { core } = test
    expect(await core.read(async (tx) => (await core.org.rootDepartment(tx)).name)).toBe('销售一部')
  })
})

describe('people without a department in sight', () => {
  let test: TestCore
  let told: Told
  beforeEach(async () => {
    test = await startCore()
    told = { departments: [], people: [], isPartial: true }
  })
  afterEach(() => test.close())
  const sync = () => syncOnce(test, directoryOf('wecom', told))

  it('are taken in when they were given to the app one by one', async () => {
    told.people = [personOf('wang', '王小明', ['7']), personOf('li', '李四', ['8'])]
    expect(await sync()).toMatchObject({ state: 'done', added: 3, people: 2 })
    expect(await organisation(test)).toEqual({
      departments: ['企业微信通讯录 < — (—)'],
      people: ['李四 @ 企业微信通讯录 rep', '王小明 @ 企业微信通讯录 rep'],
    })
    expect(await sync()).toMatchObject({ added: 0, changed: 0, gone: 0 })
  })

  it('are taken in beside a sales department, and move when theirs comes in sight', async () => {
    told.departments = [departmentOf('2', '销售部', ['li'])]
    told.people = [personOf('li', '李经理', ['2']), personOf('wang', '王小明', ['7'])]
    await sync()
    expect((await organisation(test)).people).toEqual(
      ['李经理 @ 销售部 manager', '王小明 @ 企业微信通讯录 rep'].sort(),
    )
    expect((await organisation(test)).departments).toEqual(
      ['企业微信通讯录 < — (—)', '销售部 < — (李经理)'].sort(),
    )
    told.departments.push(departmentOf('7', '客服销售组'))
    await sync()
    expect((await organisation(test)).people).toContain('王小明 @ 客服销售组 rep')
  })

  it('stand in the department that they lead', async () => {
    told.departments = [departmentOf('2', '销售部', ['ceo'])]
    told.people = [personOf('ceo', '总裁', ['1']), personOf('wang', '王小明', ['2'])]
    await sync()
    expect(await organisation(test)).toEqual({
      departments: ['销售部 < — (总裁)'],
      people: ['总裁 @ 销售部 manager', '王小明 @ 销售部 rep'],
    })
  })

  it('stand above all others where the whole company is in sight and its leaders answer to them', async () => {
    const whole = threeRoots()
    for (const leader of ['li', 'zhou']) {
      const person = whole.people.find(({ externalId }) => externalId === leader)
      if (person) person.managerExternalId = 'ceo'
    }
    whole.people.push(personOf('ceo', '总裁', []), personOf('driver', '司机', []))
    const sync = () => syncOnce(test, directoryOf('feishu', whole))
    await sync()
    const { departments, people } = await organisation(test)
    expect(departments).toEqual(
      [
        '飞书通讯录 < — (总裁)',
        '财务部 < 飞书通讯录 (—)',
        '销售一部 < 飞书通讯录 (李经理)',
        '销售二部 < 飞书通讯录 (周经理)',
      ].sort(),
    )
    expect(people).toContain('总裁 @ 飞书通讯录 manager')
    expect(people.join()).not.toContain('司机')
    const { core } = test
    const chain = await core.read(async (tx) => {
      const wang = await core.org.findByAccount(tx, 'feishu', 'wang')
      return (await core.org.managersAbove(tx, wang?.departmentId ?? '')).map(({ name }) => name)
    })
    expect(chain).toEqual(['李经理', '总裁'])
    expect(await sync()).toMatchObject({ added: 0, changed: 0 })
  })

  it('keep the name that an admin gave to their department', async () => {
    told.people = [personOf('wang', '王小明', ['7'])]
    await sync()
    const from = { name: '企业微信通讯录' }
    await test.core.write((tx) => updateRows(tx, DepartmentEntity, from, { name: '华东办事处' }))
    expect(await sync()).toMatchObject({ added: 0, changed: 0 })
    expect((await organisation(test)).departments).toEqual(['华东办事处 < — (—)'])
  })
})
