import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Directory } from '../../../core/ports/directory.js'
import { startDingtalkStand } from '../../simulators/dingtalk/stand.js'
import { startFeishuStand } from '../../simulators/feishu/stand.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import { organisation, syncOnce } from '../../support/told-directory.js'
import { startWecomStand } from '../../support/wecom-stand.js'

/**
 * A company of two sales departments below a top that the app may not see, and of 何总, whose own department it may not
 * see either.
 */
interface Company {
  directory: Directory
  /** What people without a visible department are put into. */
  apart: string
  /** What the app may see: departments, and people one by one. */
  sees(departments: ('one' | 'two')[], people: 'he'[]): void
  /** 孙二 of the second department leaves, and no event says so. */
  leaves(): void
  stop(): Promise<unknown>
}

async function onWecom(): Promise<Company> {
  const stand = await startWecomStand()
  const { world } = stand.sim
  const ids = { one: 2, two: 3 }
  world.departments.set(3, { id: 3, name: '销售二部', parentid: 1, department_leader: ['zhou'] })
  world.departments.set(9, { id: 9, name: '总裁办', parentid: 1, department_leader: [] })
  world.members.clear()
  for (const [userid, name, of] of [
    ['li', '李经理', 2],
    ['wang', '王小明', 2],
    ['zhou', '周经理', 3],
    ['sun', '孙二', 3],
    ['he', '何总', 9],
  ] as const)
    world.members.set(userid, { userid, name, departments: [of], status: 1 })
  return {
    directory: stand.adapter.directory,
    apart: '企业微信通讯录',
    sees: (departments, people) => {
      world.range = { parties: departments.map((one) => ids[one]), users: people, tags: [] }
    },
    leaves: () => void world.members.delete('sun'),
    stop: () => stand.stop(),
  }
}

async function onDingtalk(): Promise<Company> {
  const stand = await startDingtalkStand()
  const { world } = stand.sim
  const ids = { one: '100', two: '300' }
  world.departments.push({ id: '300', name: '销售二部', parentId: '1', leaders: ['zhou'] })
  const one = world.departments.find(({ id }) => id === '100')
  if (one) one.leaders = ['li']
  world.departments = world.departments.filter(({ id }) => id !== '110')
  const colleagues = [
    ['li', '李经理', '100'],
    ['wang', '王小明', '100'],
    ['zhou', '周经理', '300'],
    ['sun', '孙二', '300'],
    ['he', '何总', '200'],
  ] as const
  world.people = colleagues.map(([userId, name, of]) => ({
    ...{ userId, unionId: `union-${userId}`, name, title: '', departments: [of], isOutside: false },
  }))
  return {
    directory: stand.adapter.directory,
    apart: '钉钉通讯录',
    sees: (departments, people) => {
      world.range = { departments: departments.map((one) => ids[one]), people }
    },
    leaves: () => {
      world.people = world.people.filter(({ userId }) => userId !== 'sun')
    },
    stop: () => stand.stop(),
  }
}

async function onFeishu(leaver: 'resigned' | 'deleted'): Promise<Company> {
  const stand = await startFeishuStand({ connect: false })
  const { world, visible } = stand.sim
  const ids = { one: 'od-sales', two: 'od-two' }
  const [one] = world.departments
  if (one) one.name = '销售一部'
  world.departments.push({ id: 'od-two', name: '销售二部', parent: '0', leader: 'ou_zhou' })
  const model = world.people.get('ou_li')
  for (const [id, name, of] of [
    ['li', '李经理', 'od-sales'],
    ['wang', '王小明', 'od-sales'],
    ['zhou', '周经理', 'od-two'],
    ['sun', '孙二', 'od-two'],
    ['he', '何总', '0'],
  ] as const)
    if (model)
      world.people.set(`ou_${id}`, {
        ...{ ...model, openId: `ou_${id}`, unionId: `on_${id}`, userId: id, name, departments: [of] },
      })
  world.people.delete('ou_zhao')
  world.departments.splice(1, 1)
  return {
    directory: stand.adapter.directory,
    apart: '飞书通讯录',
    sees: (departments, people) => {
      visible.clear()
      for (const one of departments) visible.add(ids[one])
      for (const person of people) visible.add(`ou_${person}`)
    },
    leaves: () => {
      const sun = world.people.get('ou_sun')
      if (leaver === 'deleted') world.people.delete('ou_sun')
      else if (sun) Object.assign(sun, { isResigned: true, departments: [] })
    },
    stop: () => stand.stop(),
  }
}

const companies: [string, () => Promise<Company>][] = [
  ['WeCom', onWecom],
  ['DingTalk', onDingtalk],
  ['Feishu, where leavers are told as resigned', () => onFeishu('resigned')],
  ['Feishu, where leavers are unknown', () => onFeishu('deleted')],
]

describe.each(companies)('a company that is seen in part on %s', (_platform, start) => {
  let test: TestCore
  let company: Company
  beforeEach(async () => {
    test = await startCore()
    company = await start()
  })
  afterEach(async () => {
    await company.stop()
    await test.close()
  })
  const sync = () => syncOnce(test, company.directory)
  const names = async () => (await organisation(test)).people.map((line) => line.split(' ')[0]).sort()

  it('keeps its top departments apart and takes in whom the admin gave one by one', async () => {
    company.sees(['one', 'two'], ['he'])
    expect(await sync()).toMatchObject({ state: 'done', isPartial: true, failure: null })
    expect(await organisation(test)).toEqual({
      departments: [`${company.apart} < — (—)`, '销售一部 < — (李经理)', '销售二部 < — (周经理)'].sort(),
      people: [
        `何总 @ ${company.apart} rep`,
        '周经理 @ 销售二部 manager',
        '孙二 @ 销售二部 rep',
        '李经理 @ 销售一部 manager',
        '王小明 @ 销售一部 rep',
      ].sort(),
    })
    expect(await sync()).toMatchObject({ added: 0, changed: 0, gone: 0 })
  })

  it('takes in people alone', async () => {
    company.sees([], ['he'])
    expect(await sync()).toMatchObject({ state: 'done', people: 1, failure: null })
    expect((await organisation(test)).people).toEqual([`何总 @ ${company.apart} rep`])
  })

  it('lets go of a leaver in one night, though no event told it', async () => {
    company.sees(['one', 'two'], ['he'])
    await sync()
    company.leaves()
    expect(await sync()).toMatchObject({ state: 'done', gone: 1 })
    expect(await names()).toEqual(['何总', '周经理', '李经理', '王小明'].sort())
    expect(await sync()).toMatchObject({ gone: 0 })
  })

  it('concludes nothing from what it may not see', async () => {
    company.sees(['one', 'two'], ['he'])
    await sync()
    company.sees(['one'], [])
    for (const time of [1, 2, 3]) expect(await sync(), `night ${time}`).toMatchObject({ gone: 0 })
    expect(await names()).toEqual(['何总', '周经理', '孙二', '李经理', '王小明'].sort())
    const { core } = test
    const { unseen, isUnasked } = await core.read((tx) =>
      core.directorySync.sight(tx, company.directory.platform),
    )
    expect({ unseen, isUnasked }).toEqual({ unseen: 3, isUnasked: false })
  })
})

describe('people whom WeCom gives to the app by a tag', () => {
  it('are read with the tag, and a tag that may not be read is told', async () => {
    const stand = await startWecomStand()
    const test = await startCore()
    const { world } = stand.sim
    world.departments.set(3, { id: 3, name: '电话组', parentid: 1, department_leader: [] })
    world.members.set('sun', { userid: 'sun', name: '孙二', departments: [3], status: 1 })
    world.members.set('he', { userid: 'He', name: '何总', departments: [1], status: 1 })
    world.tags.set(7, { users: ['He', 'gone'], parties: [3] })
    world.range = { parties: [], users: [], tags: [7, 8] }
    const run = await syncOnce(test, stand.adapter.directory)
    expect(run).toMatchObject({ state: 'done', failure: null })
    expect(run.range).toBe(
      '应用可见范围：2 个标签里的 2 位成员、1 个部门（其中 1 个标签应用无权读取，里面的人读不到）',
    )
    expect((await organisation(test)).people).toEqual(
      ['何总 @ 企业微信通讯录 rep', '孙二 @ 电话组 rep'].sort(),
    )
    await stand.stop()
    await test.close()
  })
})
