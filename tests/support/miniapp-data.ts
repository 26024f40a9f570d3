import type { PersonActor } from '../../core/actor.js'
import { systemActor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import { insertRows } from '../../core/db/rows.js'
import {
  BindingEntity,
  DepartmentEntity,
  PersonEntity,
  ProductLineEntity,
  RegionEntity,
  type Person,
} from '../../core/org/person.js'
import type { Platform } from '../../core/ports/platform.js'

const person = (id: string, name: string, over: Partial<Person>): Person => ({
  id,
  name,
  title: '销售',
  role: 'rep',
  departmentId: 'east',
  regionId: null,
  phone: null,
  state: 'active',
  openLeads: 0,
  openLeadCap: 20,
  lastOfferedAt: null,
  demo: false,
  ...over,
})

/**
 * A small company: two regions with a manager each and a director above; every person's account is their id. Wang and
 * Chen sell in the east, Zhao in the south.
 */
export async function makeCompany(core: Core): Promise<void> {
  const flags = { demo: false }
  await core.write(async (tx) => {
    await insertRows(tx, DepartmentEntity, [
      { id: 'root', name: '销售中心', parentId: null, leaderId: 'director', ...flags },
      { id: 'east', name: '华东区', parentId: 'root', leaderId: 'li', ...flags },
      { id: 'south', name: '华南区', parentId: 'root', leaderId: 'zhou', ...flags },
    ])
    await insertRows(tx, RegionEntity, [
      { id: 'r-east', name: '华东', places: ['上海', '杭州'], departmentId: 'east', ...flags },
      { id: 'r-south', name: '华南', places: ['深圳', '广州'], departmentId: 'south', ...flags },
    ])
    await insertRows(tx, ProductLineEntity, [{ id: 'p-mes', name: '生产管理', keywords: ['MES'], ...flags }])
    const people = [
      person('wang', '王小明', {}),
      person('chen', '陈思远', { openLeads: 6 }),
      person('zhao', '赵一凡', { departmentId: 'south' }),
      person('li', '李芳', { role: 'manager', title: '华东区经理' }),
      person('zhou', '周凯', { role: 'manager', title: '华南区经理', departmentId: 'south' }),
      person('director', '孙总监', { role: 'manager', title: '销售总监', departmentId: 'root' }),
      person('admin', '何敏', { role: 'admin', title: '系统管理员', departmentId: 'root' }),
      person('support', '吴晓', { role: 'support', title: '客服', departmentId: 'root' }),
    ]
    await insertRows(tx, PersonEntity, people)
    await insertRows(
      tx,
      BindingEntity,
      people.map(({ id }) => ({
        platform: 'sandbox' as const,
        externalId: id,
        personId: id,
        state: 'bound' as const,
        boundAt: core.clock.now(),
      })),
    )
  })
}

/** The person as an actor, as the pages see them. @throws Error when there is no such person. */
export async function actorOf(core: Core, personId: string): Promise<PersonActor> {
  const actor = await core.read((tx) => core.org.actorOf(tx, personId, { channel: 'test' }))
  if (!actor) throw new Error(`nobody is called ${personId}`)
  return actor
}

export interface MadeLead {
  account?: { platform: Platform; externalId: string }
  name?: string
  company?: string
  phone?: string
  need?: string
  source?: string
  budgetYuan?: number
  regionId?: string
  /** Owned by this person without an accept tap; without it the lead is offered as a new one is. */
  owner?: string
}

/** A lead by way of core's own use-cases. @returns its id. */
export async function makeLead(core: Core, made: MadeLead = {}): Promise<string> {
  const actor = systemActor('test')
  return core.write(async (tx) => {
    const need = made.need ?? '想了解下报价，预算20万左右'
    const cents = made.budgetYuan === undefined ? null : made.budgetYuan * 100
    const lead = await core.leads.add(
      tx,
      actor,
      {
        name: made.name ?? '张建国',
        company: made.company ?? '宏达机械',
        phone: made.phone ?? '13800138000',
        need,
        source: made.source ?? 'chat',
        regionId: made.regionId ?? 'r-east',
        productLineId: 'p-mes',
        budgetMinCents: cents,
        budgetMaxCents: cents,
        ...(made.account ? { account: made.account } : {}),
      },
      { channel: 'sandbox', chatName: '宏达项目群', senderName: made.name ?? '张建国', text: need },
    )
    if (made.owner) await core.assignment.give(tx, actor, lead, made.owner, 'import')
    else await core.assignment.assign(tx, actor, lead, 'captured')
    return lead.id
  })
}
