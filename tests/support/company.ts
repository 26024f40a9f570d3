import type { Core } from '../../core/app.js'
import type { Role } from '../../core/actor.js'
import { insertRows } from '../../core/db/rows.js'
import {
  BindingEntity,
  DepartmentEntity,
  FamiliarityEntity,
  PersonEntity,
  ProductLineEntity,
  RegionEntity,
  type Person,
} from '../../core/org/person.js'
import type { Platform } from '../../core/ports/platform.js'

/** A small company: two regions with a manager each, a director above both, and an account for everybody. */
export interface Company {
  people: Record<Cast, Person>
  departments: { sales: string; east: string; south: string }
  regions: { east: string; south: string }
  lines: { crm: string; erp: string }
}

export type Cast = 'director' | 'eastManager' | 'southManager' | 'wang' | 'zhao' | 'sun' | 'admin' | 'support'

const cast: Record<
  Cast,
  { name: string; title: string; role: Role; department: 'sales' | 'east' | 'south' }
> = {
  director: { name: '周总监', title: '销售总监', role: 'manager', department: 'sales' },
  eastManager: { name: '李经理', title: '华东区经理', role: 'manager', department: 'east' },
  southManager: { name: '陈经理', title: '华南区经理', role: 'manager', department: 'south' },
  wang: { name: '王小明', title: '销售', role: 'rep', department: 'east' },
  zhao: { name: '赵敏', title: '销售', role: 'rep', department: 'east' },
  sun: { name: '孙浩', title: '销售', role: 'rep', department: 'south' },
  admin: { name: '钱管理', title: '管理员', role: 'admin', department: 'sales' },
  support: { name: '吴客服', title: '客服', role: 'support', department: 'sales' },
}

export const nameOf = (key: Cast): string => cast[key].name

/** Accounts are bound on `platform`, by default the sandbox, where their ids are the keys of the cast. */
export async function makeCompany(
  core: Core,
  {
    only,
    platform = 'sandbox',
    accountOf = (key) => key,
  }: { only?: Cast[]; platform?: Platform; accountOf?: (key: string) => string } = {},
): Promise<Company> {
  const id = () => core.ids.next()
  const departments = { sales: id(), east: id(), south: id() }
  const regions = { east: id(), south: id() }
  const lines = { crm: id(), erp: id() }
  const keys = (Object.keys(cast) as Cast[]).filter((key) => !only || only.includes(key))
  const people = Object.fromEntries(
    keys.map((key): [Cast, Person] => {
      const { department, ...person } = cast[key]
      const regionId = department === 'sales' ? null : regions[department]
      const departmentId = departments[department]
      return [
        key,
        {
          ...person,
          id: id(),
          departmentId,
          regionId,
          phone: null,
          state: 'active',
          openLeads: 0,
          openLeadCap: 10,
          lastOfferedAt: null,
          demo: false,
        },
      ]
    }),
  ) as Record<Cast, Person>
  const leader = (key: Cast) => people[key]?.id ?? null
  await core.write(async (tx) => {
    await insertRows(tx, DepartmentEntity, [
      { id: departments.sales, name: '销售部', parentId: null, leaderId: leader('director'), demo: false },
      {
        id: departments.east,
        name: '华东区',
        parentId: departments.sales,
        leaderId: leader('eastManager'),
        demo: false,
      },
      {
        id: departments.south,
        name: '华南区',
        parentId: departments.sales,
        leaderId: leader('southManager'),
        demo: false,
      },
    ])
    await insertRows(tx, RegionEntity, [
      {
        id: regions.east,
        name: '华东',
        places: ['上海', '杭州', '苏州'],
        departmentId: departments.east,
        demo: false,
      },
      {
        id: regions.south,
        name: '华南',
        places: ['广州', '深圳'],
        departmentId: departments.south,
        demo: false,
      },
    ])
    await insertRows(tx, ProductLineEntity, [
      { id: lines.crm, name: '客户管理', keywords: ['CRM', '客户管理'], demo: false },
      { id: lines.erp, name: '进销存', keywords: ['ERP', '进销存', '仓库'], demo: false },
    ])
    await insertRows(tx, PersonEntity, Object.values(people))
    const known = (['wang', 'zhao', 'sun'] as const).filter((key) => people[key])
    await insertRows(
      tx,
      FamiliarityEntity,
      known.map((key) => ({
        personId: people[key].id,
        productLineId: lines.crm,
        permille: key === 'wang' ? 1000 : 500,
      })),
    )
    await insertRows(
      tx,
      BindingEntity,
      keys.map((key) => ({
        platform,
        externalId: accountOf(key),
        personId: people[key].id,
        state: 'bound' as const,
        boundAt: core.clock.now(),
      })),
    )
  })
  return { people, departments, regions, lines }
}
