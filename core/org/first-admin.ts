import { IsNull } from 'typeorm'
import { systemActor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Account, Bindings } from './bindings.js'
import { BindingEntity, DepartmentEntity, PersonEntity, type Person } from './person.js'

export interface FirstAdminDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  bindings: Bindings
}

export interface Appointed {
  person: Person
  /** Made just now, made an admin, or one already. */
  outcome: 'made' | 'promoted' | 'unchanged'
}

const openLeadCap = 20

/**
 * Makes the first administrator of an installation, by the hand of whoever runs it: somebody must be able to sign in
 * before anybody can be given a role. A person of this name who is known already and has no account on this platform is
 * promoted; on an empty organisation the root department is made.
 *
 * @throws DomainError `account.taken` when the account is somebody else's, `person.ambiguous` when several people have
 * this name.
 */
export async function appointAdmin(
  tx: Tx,
  deps: FirstAdminDeps,
  { name, ...account }: Account & { name: string },
): Promise<Appointed> {
  const bound = await tx.getRepository(BindingEntity).findOneBy(account)
  if (bound) {
    const person = await tx.getRepository(PersonEntity).findOneByOrFail({ id: bound.personId })
    if (person.name !== name) throw new DomainError('account.taken', { name: person.name })
    return promote(tx, deps, person)
  }
  const known = await namesake(tx, name, account.platform)
  const appointed: Appointed = known
    ? await promote(tx, deps, known)
    : { person: await join(tx, deps, name), outcome: 'made' }
  await deps.bindings.bind(tx, actor, account, appointed.person.id)
  return appointed
}

const actor = systemActor('console')

async function namesake(tx: Tx, name: string, platform: Account['platform']): Promise<Person | null> {
  const people = (await tx.getRepository(PersonEntity).findBy({ name, demo: false })).filter(
    ({ state }) => state !== 'left',
  )
  if (people.length > 1) throw new DomainError('person.ambiguous', { name, count: people.length })
  const [only] = people
  if (!only) return null
  const has = await tx.getRepository(BindingEntity).existsBy({ personId: only.id, platform })
  // Of the same name, with an account of their own here: somebody else.
  return has ? null : only
}

async function promote(tx: Tx, { changes }: FirstAdminDeps, person: Person): Promise<Appointed> {
  if (person.role === 'admin' && person.state === 'active') return { person, outcome: 'unchanged' }
  const after = { role: 'admin' as const, state: 'active' as const }
  await updateRows(tx, PersonEntity, { id: person.id }, after)
  await changes.append(tx, actor, {
    subject: { type: 'person', id: person.id },
    kind: 'person.changed',
    fields: { role: [person.role, 'admin'], state: [person.state, 'active'] },
  })
  return { person: { ...person, ...after }, outcome: 'promoted' }
}

async function join(tx: Tx, deps: FirstAdminDeps, name: string): Promise<Person> {
  const person: Person = {
    id: deps.ids.next(),
    name,
    title: '管理员',
    role: 'admin',
    departmentId: await rootDepartment(tx, deps),
    regionId: null,
    phone: null,
    state: 'active',
    openLeads: 0,
    openLeadCap,
    lastOfferedAt: null,
    demo: false,
  }
  await insertRows(tx, PersonEntity, [person])
  await deps.changes.append(tx, actor, {
    subject: { type: 'person', id: person.id },
    kind: 'person.joined',
    fields: { role: [null, 'admin'], departmentId: [null, person.departmentId] },
  })
  return person
}

async function rootDepartment(tx: Tx, { ids, changes }: FirstAdminDeps): Promise<string> {
  const root = await tx.getRepository(DepartmentEntity).findOneBy({ parentId: IsNull(), demo: false })
  if (root) return root.id
  const made = { id: ids.next(), name: '公司', parentId: null, leaderId: null, demo: false }
  await insertRows(tx, DepartmentEntity, [made])
  await changes.append(tx, actor, {
    subject: { type: 'organisation', id: made.id },
    kind: 'organisation.department-added',
    fields: { name: [null, made.name] },
  })
  return made.id
}
