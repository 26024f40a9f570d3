import type { PersonActor, Role } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import { insertRows } from '../../core/db/rows.js'
import type { Deal } from '../../core/deals/deal.js'
import type { Interest } from '../../core/intake/intake.js'
import type { Lead } from '../../core/leads/lead.js'
import {
  DepartmentEntity,
  PersonEntity,
  RegionEntity,
  type Department,
  type Person,
  type Region,
} from '../../core/org/person.js'
import { systemActor } from '../../core/actor.js'

/** Rows for tests. What is not given is made: a lead makes its owner, a person a department. */

let count = 0

export async function makeDepartment(
  core: Core,
  {
    name = `部门${++count}`,
    parentId = null,
    leaderId = null,
  }: Partial<Omit<Department, 'id' | 'demo'>> = {},
): Promise<Department> {
  const department = { id: core.ids.next(), name, parentId, leaderId, demo: false }
  await core.write((tx) => insertRows(tx, DepartmentEntity, [department]))
  return department
}

export async function makeRegion(
  core: Core,
  { name, places, departmentId }: Omit<Region, 'id' | 'demo'>,
): Promise<Region> {
  const region = { id: core.ids.next(), name, places, departmentId, demo: false }
  await core.write((tx) => insertRows(tx, RegionEntity, [region]))
  return region
}

export async function makePerson(core: Core, given: Partial<Person> = {}): Promise<Person> {
  const departmentId = given.departmentId ?? (await makeDepartment(core)).id
  const person: Person = {
    id: core.ids.next(),
    name: `员工${++count}`,
    title: '',
    role: 'rep',
    regionId: null,
    phone: null,
    state: 'active',
    openLeads: 0,
    openLeadCap: 10,
    lastOfferedAt: null,
    demo: false,
    ...given,
    departmentId,
  }
  await core.write((tx) => insertRows(tx, PersonEntity, [person]))
  return person
}

/** A department with a leader of its own. */
export async function makeTeam(core: Core, { parentId = null }: { parentId?: string | null } = {}) {
  const leaderId = core.ids.next()
  const department = await makeDepartment(core, { parentId, leaderId })
  const leader = await makePerson(core, { id: leaderId, departmentId: department.id, role: 'manager' })
  return { department, leader }
}

/** The person as an actor, with the reach that they have now. */
export async function actorOf(core: Core, person: Pick<Person, 'id'>): Promise<PersonActor> {
  const actor = await core.read((tx) => core.org.actorOf(tx, person.id, { channel: 'test' }))
  if (!actor) throw new Error('this person cannot act')
  return actor
}

export async function makeActor(core: Core, role: Role, departmentId?: string): Promise<PersonActor> {
  return actorOf(core, await makePerson(core, { role, ...(departmentId ? { departmentId } : {}) }))
}

/** Interest as a way in hands it over. Every call is somebody else, unless the phone says otherwise. */
export function interest(
  given: Partial<Interest['lead']> & { text?: string; place?: string; account?: Interest['account'] } = {},
): Interest {
  const { text = '想了解报价', place, account, ...lead } = given
  return {
    lead: { name: `客户${++count}`, phone: `139${String(10_000_000 + count)}`, source: 'chat', ...lead },
    channel: 'test',
    chatName: '',
    senderName: '',
    text,
    ...(place === undefined ? {} : { place }),
    ...(account === undefined ? {} : { account }),
  }
}

/** A lead that its owner has in hand. */
export async function makeLead(
  core: Core,
  { owner, ...given }: { owner?: Pick<Person, 'id'> } & Partial<Interest['lead']> = {},
): Promise<Lead> {
  const { id: personId } = owner ?? (await makePerson(core))
  const result = await core.write((tx) =>
    core.intake.capture(tx, systemActor('test'), interest(given), { by: 'person', personId, via: 'manual' }),
  )
  if (result.outcome !== 'lead') throw new Error('this lead is known already')
  return result.lead
}

/** A deal of a converted lead. */
export async function makeDeal(
  core: Core,
  { owner, ...given }: { owner?: Pick<Person, 'id'> } & Partial<Interest['lead']> = {},
): Promise<Deal> {
  const lead = await makeLead(core, { company: `公司${++count}`, ...given, ...(owner ? { owner } : {}) })
  const actor = await actorOf(core, { id: lead.ownerId ?? '' })
  return core.write((tx) => core.conversion.convert(tx, actor, lead.id, { now: core.clock.now() }))
}
