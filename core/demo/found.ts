import { systemActor, type PersonActor } from '../actor.js'
import type { Core } from '../app.js'
import { insertRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import {
  BindingEntity,
  DepartmentEntity,
  FamiliarityEntity,
  PersonEntity,
  ProductLineEntity,
  RegionEntity,
} from '../org/person.js'
import { departments, people, productLines, regions } from './company.js'

/** Founds the demo company: people, departments, regions, product lines and their accounts. @returns actors by person id. */
export async function found(tx: Tx, core: Core): Promise<ReadonlyMap<string, PersonActor>> {
  const { ids } = core
  const idOf = new Map(
    [...departments, ...regions, ...productLines, ...people].map(({ key }) => [key, ids.next()]),
  )
  const id = (key: string): string => idOf.get(key) ?? ''
  await insertRows(
    tx,
    DepartmentEntity,
    departments.map(({ key, name, parent, leader }) => ({
      id: id(key),
      name,
      parentId: parent && id(parent),
      leaderId: leader && id(leader),
      demo: true,
    })),
  )
  await insertRows(
    tx,
    RegionEntity,
    regions.map(({ key, name, places, department }) => ({
      id: id(key),
      name,
      places,
      departmentId: id(department),
      demo: true,
    })),
  )
  await insertRows(
    tx,
    ProductLineEntity,
    productLines.map(({ key, name, keywords }) => ({ id: id(key), name, keywords, demo: true })),
  )
  await insertRows(
    tx,
    PersonEntity,
    people.map(({ key, name, title, role, department, region, cap }) => ({
      id: id(key),
      name,
      title,
      role,
      departmentId: id(department),
      regionId: region && id(region),
      phone: null,
      state: 'active' as const,
      openLeads: 0,
      openLeadCap: cap,
      lastOfferedAt: null,
      demo: true,
    })),
  )
  await insertRows(
    tx,
    FamiliarityEntity,
    people.flatMap(({ key, knows }) =>
      productLines.map((line, at) => ({
        personId: id(key),
        productLineId: id(line.key),
        permille: knows[at] ?? 0,
      })),
    ),
  )
  await insertRows(
    tx,
    BindingEntity,
    people.map(({ key }) => ({
      platform: 'sandbox' as const,
      externalId: key,
      personId: id(key),
      state: 'verified' as const,
      boundAt: core.clock.now(),
    })),
  )
  const founder = systemActor('demo')
  for (const { key, role, department } of people)
    await core.changes.append(tx, founder, {
      subject: { type: 'person', id: id(key) },
      kind: 'person.added',
      fields: { role: [null, role], departmentId: [null, id(department)] },
    })
  const actors = new Map<string, PersonActor>()
  for (const { key } of people) {
    const actor = await core.org.actorOf(tx, id(key), { channel: 'sandbox' })
    if (actor) actors.set(actor.personId, actor)
  }
  return actors
}
