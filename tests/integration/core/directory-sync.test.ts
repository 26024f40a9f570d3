import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PlatformError } from '../../../core/errors.js'
import { DepartmentEntity, PersonEntity, BindingEntity } from '../../../core/org/person.js'
import type { Directory, DirectoryDepartment, DirectoryPerson } from '../../../core/ports/directory.js'
import { createDirectorySyncJob } from '../../../jobs/directory-sync.js'
import { makeActor } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const silent = { info() {}, warn() {}, error() {}, debug() {} }

/** A company that a platform tells about, a department a page. */
function company() {
  const departments: DirectoryDepartment[] = [
    { externalId: '1', name: '宏达集团', parentExternalId: null, leaderExternalIds: ['boss'] },
    { externalId: '2', name: '销售部', parentExternalId: '1', leaderExternalIds: ['li'] },
    { externalId: '3', name: '华东组', parentExternalId: '2', leaderExternalIds: [] },
    { externalId: '4', name: '财务部', parentExternalId: '1', leaderExternalIds: ['cfo'] },
  ]
  const people: DirectoryPerson[] = [
    { externalId: 'boss', name: '周总', title: '总经理', departmentExternalIds: ['1'] },
    { externalId: 'li', name: '李经理', title: '销售经理', departmentExternalIds: ['2'] },
    { externalId: 'wang', name: '王小明', departmentExternalIds: ['3'] },
    { externalId: 'zhao', name: '赵敏', departmentExternalIds: ['4', '3'] },
    { externalId: 'cfo', name: '钱会计', departmentExternalIds: ['4'] },
  ]
  return {
    departments,
    people,
    scope: { totalPeople: 340 as number | null, isPartial: false, range: '全员' },
    asked: [] as (string | null)[],
    /** Errors that asking for a page answers with, one after the other. */
    failAt: new Map<string | null, PlatformError[]>(),
  }
}

describe('the sync of the organisation', () => {
  let test: TestCore
  let far: ReturnType<typeof company>
  beforeEach(async () => {
    test = await startCore()
    far = company()
  })
  afterEach(() => test.close())

  const directory: Directory = {
    platform: 'wecom',
    async page(cursor) {
      far.asked.push(cursor)
      const failure = far.failAt.get(cursor)?.shift()
      if (failure) throw failure
      const at = Number(cursor ?? 0)
      const department = far.departments[at]
      return {
        departments: department ? [department] : [],
        people: far.people.filter((person) => person.departmentExternalIds[0] === department?.externalId),
        next: at + 1 < far.departments.length ? String(at + 1) : null,
      }
    },
    scope: async () => far.scope,
  }
  const job = () =>
    createDirectorySyncJob({ core: test.core, directories: [directory], log: silent, pause: async () => {} })
  async function sync() {
    const { core } = test
    const worker = job()
    await worker.plan()
    await worker.run()
    const [run] = await core.read((tx) => core.directorySync.runs(tx, 'wecom', 1))
    return run
  }
  const everybody = async () => {
    const people = await test.core.read((tx) =>
      tx.getRepository(PersonEntity).find({ order: { name: 'ASC' } }),
    )
    return Object.fromEntries(people.map((person) => [person.name, person]))
  }
  const departmentOf = async (name: string) => {
    const person = (await everybody())[name]
    const department = await test.core.read((tx) =>
      tx.getRepository(DepartmentEntity).findOneBy({ id: person?.departmentId ?? '' }),
    )
    return department?.name
  }

  it('takes in who sells and who leads them, and leaves the others where they are', async () => {
    const run = await sync()
    expect(run).toMatchObject({ state: 'done', people: 5, departments: 4, totalPeople: 340 })
    const people = await everybody()
    expect(
      Object.entries(people)
        .map(([name, { role }]) => `${name} ${role}`)
        .sort(),
    ).toEqual(['周总 manager', '李经理 manager', '王小明 rep', '赵敏 rep'].sort())
    const outside = await test.core.read((tx) => test.core.directorySync.outside(tx, 'wecom', 10))
    expect(outside.map(({ name }) => name)).toEqual(['钱会计'])
    expect(await departmentOf('赵敏')).toBe('华东组')
  })

  it('knows who leads whom, so that a lead of 华东组 climbs to 李经理 and on to 周总', async () => {
    await sync()
    const { core } = test
    const wang = (await everybody())['王小明']
    const above = await core.read((tx) => core.org.managersAbove(tx, wang?.departmentId ?? ''))
    expect(above.map(({ name }) => name)).toEqual(['李经理', '周总'])
    const bound = await core.read((tx) => core.org.findByAccount(tx, 'wecom', 'wang'))
    expect(bound?.name).toBe('王小明')
  })

  it('changes nothing when nothing changed, however often it runs', async () => {
    await sync()
    const before = await everybody()
    expect(await sync()).toMatchObject({ state: 'done', added: 0, changed: 0, gone: 0 })
    expect(await everybody()).toEqual(before)
  })

  it('follows moves, new titles and renamed departments, and keeps the role that the admin gave', async () => {
    await sync()
    const { core } = test
    await core.write((tx) => tx.getRepository(PersonEntity).update({ name: '王小明' }, { role: 'admin' }))
    const wang = far.people.find(({ externalId }) => externalId === 'wang')
    if (wang) Object.assign(wang, { departmentExternalIds: ['2'], title: '大客户经理' })
    const south = far.departments.find(({ externalId }) => externalId === '3')
    if (south) south.name = '江浙沪组'
    expect(await sync()).toMatchObject({ added: 0, changed: 2, gone: 0 })
    expect((await everybody())['王小明']).toMatchObject({ title: '大客户经理', role: 'admin' })
    expect(await departmentOf('王小明')).toBe('销售部')
    expect(await departmentOf('赵敏')).toBe('江浙沪组')
  })

  it('takes somebody for gone only when whole runs did not see them twice', async () => {
    await sync()
    far.people = far.people.filter(({ externalId }) => externalId !== 'wang')
    expect(await sync()).toMatchObject({ gone: 0 })
    expect((await everybody())['王小明']?.state).toBe('active')
    expect(await sync()).toMatchObject({ gone: 1 })
    expect((await everybody())['王小明']?.state).toBe('left')
    expect(await test.core.read((tx) => test.core.org.findByAccount(tx, 'wecom', 'wang'))).toBeNull()
  })

  it('concludes nothing from what it may not see, and says what it may', async () => {
    await sync()
    far.scope = { totalPeople: 340, isPartial: true, range: '应用可见范围：财务部' }
    far.people = far.people.filter(({ externalId }) => externalId === 'cfo')
    for (const time of [1, 2, 3])
      expect(await sync(), `run ${time}`).toMatchObject({
        gone: 0,
        isPartial: true,
        people: 1,
        totalPeople: 340,
        range: '应用可见范围：财务部',
      })
    expect((await everybody())['王小明']?.state).toBe('active')
  })

  it('lets go at once of whom the platform calls gone', async () => {
    await sync()
    const { core } = test
    const wang = (await everybody())['王小明']
    const left = await core.write((tx) => core.directorySync.removed(tx, 'wecom', ['wang', 'nobody']))
    expect(left).toEqual([wang?.id])
    expect(await core.write((tx) => core.directorySync.removed(tx, 'wecom', ['wang']))).toEqual([])
  })

  it('keeps somebody who is still there on another messenger', async () => {
    await sync()
    const { core } = test
    const wang = (await everybody())['王小明']
    await core.write((tx) =>
      tx.getRepository(BindingEntity).insert({
        platform: 'feishu',
        externalId: 'ou_wang',
        personId: wang?.id ?? '',
        state: 'bound',
        boundAt: test.clock.now(),
      }),
    )
    expect(await core.write((tx) => core.directorySync.removed(tx, 'wecom', ['wang']))).toEqual([])
    expect((await everybody())['王小明']?.state).toBe('active')
    expect(await core.read((tx) => core.org.findByAccount(tx, 'wecom', 'wang'))).toBeNull()
  })

  it('moves with an account that got another id', async () => {
    await sync()
    const { core } = test
    expect(await core.write((tx) => core.directorySync.rename(tx, 'wecom', 'wang', 'wangxm'))).toBe(true)
    const wang = far.people.find(({ externalId }) => externalId === 'wang')
    if (wang) wang.externalId = 'wangxm'
    expect(await sync()).toMatchObject({ added: 0, gone: 0 })
    expect((await core.read((tx) => core.org.findByAccount(tx, 'wecom', 'wangxm')))?.name).toBe('王小明')
  })

  it('goes on where it broke off, and gives up with a reason when the platform refuses for good', async () => {
    const busy = new PlatformError({ platform: 'wecom', code: '45033', retryable: true })
    far.failAt.set('2', [busy, busy])
    expect(await sync()).toMatchObject({ state: 'done', people: 5 })
    expect(far.asked).toEqual([null, '1', '2', '2', '2', '3'])
    far.failAt.set(null, [new PlatformError({ platform: 'wecom', code: '60011', retryable: false })])
    const refused = await sync()
    expect(refused).toMatchObject({ state: 'failed', openKey: null })
    expect(refused?.failure).toContain('60011')
    expect(Object.keys(await everybody())).toHaveLength(4)
  })

  it('takes a page once, whoever else has it too', async () => {
    const { core } = test
    const run = await core.write((tx) => core.directorySync.plan(tx, 'wecom'))
    const page = await directory.page(null)
    const taken = [
      await core.write((tx) => core.directorySync.takePage(tx, run, page)),
      await core.write((tx) => core.directorySync.takePage(tx, run, page)),
    ]
    expect(taken).toEqual([true, false])
    expect(await core.read((tx) => core.directorySync.unfinished(tx, 'wecom'))).toMatchObject({
      cursor: '1',
      people: 1,
    })
  })

  it('carries a company of four hundred over in several units', async () => {
    for (let n = 0; n < 400; n++)
      far.people.push({ externalId: `p${n}`, name: `员工${n}`, departmentExternalIds: ['3'] })
    expect(await sync()).toMatchObject({ state: 'done', added: 408, people: 405 })
    expect(Object.keys(await everybody())).toHaveLength(404)
  })

  it('is for admins to ask for', async () => {
    const { core } = test
    const rep = await makeActor(core, 'rep')
    await expect(core.write((tx) => core.directorySync.ask(tx, rep, 'wecom'))).rejects.toMatchObject({
      code: 'permission.denied',
    })
    const admin = await makeActor(core, 'admin')
    const asked = await core.write((tx) => core.directorySync.ask(tx, admin, 'wecom'))
    expect(await core.write((tx) => core.directorySync.ask(tx, admin, 'wecom'))).toMatchObject({
      id: asked.id,
    })
  })
})
