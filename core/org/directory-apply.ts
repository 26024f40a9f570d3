import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { DirectoryRules } from '../playbook/directory.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { DirectoryEntryEntity, type DirectoryEntry, type DirectoryRun } from './directory-entry.js'
import type { Bindings } from './bindings.js'
import { planDirectory, type DepartmentPlan, type PersonPlan } from './directory-plan.js'
import {
  BindingEntity,
  DepartmentEntity,
  PersonEntity,
  type Binding,
  type Department,
  type Person,
} from './person.js'

export interface Applied {
  added: number
  changed: number
  gone: number
}

/** So many people and departments are written in one unit: a long one would hold everybody else up. */
const mostWrites = 100

interface ApplyDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  bindings: Bindings
  actor: Actor
  leave: (tx: Tx, personId: string) => Promise<boolean>
}

/**
 * Carries a part of the plan out. What is as it should be costs nothing, so the next call goes on where this one ended,
 * also after a crash.
 *
 * @returns what was written, and whether that was all.
 */
export async function applyDirectory(
  tx: Tx,
  deps: ApplyDeps,
  run: DirectoryRun,
  entries: DirectoryEntry[],
  rules: DirectoryRules,
): Promise<{ applied: Applied; isAll: boolean }> {
  const isGone = ({ missing, isActive }: DirectoryEntry) => !isActive || missing >= rules.leftAfterMissing
  const present = entries.filter((entry) => !isGone(entry))
  const departments = new Map(
    present.filter(({ kind }) => kind === 'department').map((entry) => [entry.externalId, entry]),
  )
  const plan = planDirectory({ departments, people: present.filter(({ kind }) => kind === 'person') }, rules)
  const work: Work = {
    tx,
    deps,
    run,
    entries: byKey(entries),
    rules,
    ...(await ourSide(tx)),
    applied: { added: 0, changed: 0, gone: 0 },
    left: mostWrites,
  }
  const stages: [(work: Work, item: never) => Promise<void>, readonly unknown[]][] = [
    [putDepartment, plan.departments],
    [putPerson, plan.people],
    [putLeader, plan.departments],
    [removeGone, entries.filter(isGone)],
  ]
  for (const [stage, items] of stages) {
    for (const item of items) {
      if (work.left <= 0) return { applied: work.applied, isAll: false }
      await stage(work, item as never)
    }
  }
  return { applied: work.applied, isAll: true }
}

interface Work {
  tx: Tx
  deps: ApplyDeps
  run: DirectoryRun
  entries: Map<string, DirectoryEntry>
  rules: DirectoryRules
  departments: Map<string, Department>
  people: Map<string, Person>
  bindings: Binding[]
  applied: Applied
  /** Writes that this unit may still do. */
  left: number
}

/** All of our organisation, read once: asking for each person would be slower than the walk itself. */
async function ourSide(tx: Tx): Promise<Pick<Work, 'departments' | 'people' | 'bindings'>> {
  const departments = await tx.getRepository(DepartmentEntity).find()
  const people = await tx.getRepository(PersonEntity).find()
  return {
    departments: new Map(departments.map((row) => [row.id, row])),
    people: new Map(people.map((row) => [row.id, row])),
    bindings: await tx.getRepository(BindingEntity).find(),
  }
}

const keyOf = (kind: DirectoryEntry['kind'], externalId: string): string => `${kind} ${externalId}`
const byKey = (entries: DirectoryEntry[]): Map<string, DirectoryEntry> =>
  new Map(entries.map((entry) => [keyOf(entry.kind, entry.externalId), entry]))

const localOf = (
  { entries }: Work,
  kind: DirectoryEntry['kind'],
  externalId: string | null,
): string | null => (externalId === null ? null : (entries.get(keyOf(kind, externalId))?.localId ?? null))

async function link(
  work: Work,
  kind: DirectoryEntry['kind'],
  externalId: string,
  localId: string,
): Promise<void> {
  const entry = work.entries.get(keyOf(kind, externalId))
  if (!entry || entry.localId === localId) return
  entry.localId = localId
  work.left -= 1
  await updateRows(
    work.tx,
    DirectoryEntryEntity,
    { platform: work.run.platform, kind, externalId },
    { localId },
  )
}

async function putDepartment(work: Work, plan: DepartmentPlan): Promise<void> {
  const { tx, deps, departments, applied } = work
  const name = plan.name.slice(0, 60)
  const parentId = localOf(work, 'department', plan.parentExternalId)
  const localId = localOf(work, 'department', plan.externalId)
  const known = localId ? departments.get(localId) : undefined
  if (!known) {
    const made = sameDepartment(departments, name, parentId)
    const department: Department = made ?? {
      id: deps.ids.next(),
      name,
      parentId,
      leaderId: null,
      demo: false,
    }
    if (!made) {
      await insertRows(tx, DepartmentEntity, [department])
      departments.set(department.id, department)
      applied.added += 1
    }
    return link(work, 'department', plan.externalId, department.id)
  }
  if (known.name === name && known.parentId === parentId) return
  await updateRows(tx, DepartmentEntity, { id: known.id }, { name, parentId })
  work.left -= 1
  applied.changed += 1
  await append(work, 'organisation', 'organisation.department-changed', known.id, {
    name: [known.name, name],
    parentId: [known.parentId, parentId],
  })
}

/** The same department told by a second platform, or made by hand before: the root, or a namesake below one parent. */
function sameDepartment(
  departments: Work['departments'],
  name: string,
  parentId: string | null,
): Department | undefined {
  return [...departments.values()].find(
    (department) =>
      !department.demo && department.parentId === parentId && (parentId === null || department.name === name),
  )
}

async function putPerson(work: Work, plan: PersonPlan): Promise<void> {
  const { tx, run, applied } = work
  const departmentId = localOf(work, 'department', plan.departmentExternalId)
  if (!departmentId) return
  const name = plan.name.slice(0, 60)
  const title = plan.title.slice(0, 60)
  const account = { platform: run.platform, externalId: plan.externalId }
  const bound = work.bindings.find(
    (row) => row.platform === account.platform && row.externalId === account.externalId,
  )
  const known = bound ? work.people.get(bound.personId) : undefined
  if (!known) {
    const person = samePerson(work, name, departmentId)
    const personId = person?.id ?? (await addPerson(work, plan, { name, title, departmentId }))
    await work.deps.bindings.bind(tx, work.deps.actor, account, personId)
    work.bindings.push({ ...account, personId, state: 'bound', boundAt: work.deps.clock.now() })
    return link(work, 'person', plan.externalId, personId)
  }
  await link(work, 'person', plan.externalId, known.id)
  const next = {
    name,
    title,
    departmentId,
    state: known.state === 'left' ? ('active' as const) : known.state,
  }
  const fields = Object.entries(next).filter(([field, value]) => known[field as keyof Person] !== value)
  if (fields.length === 0) return
  await updateRows(tx, PersonEntity, { id: known.id }, next)
  work.left -= 1
  applied.changed += 1
  await append(
    work,
    'person',
    'person.changed',
    known.id,
    Object.fromEntries(fields.map(([field, value]) => [field, [known[field as keyof Person], value]])),
  )
}

/** One namesake in the same department who has no account on this platform: told by another messenger before. */
function samePerson(work: Work, name: string, departmentId: string): Person | null {
  const namesakes = [...work.people.values()].filter(
    (person) =>
      person.name === name && person.departmentId === departmentId && !person.demo && person.state !== 'left',
  )
  const [only] = namesakes
  if (!only || namesakes.length > 1) return null
  const isKnown = work.bindings.some(
    ({ platform, personId }) => personId === only.id && platform === work.run.platform,
  )
  return isKnown ? null : only
}

async function addPerson(
  work: Work,
  plan: PersonPlan,
  given: Pick<Person, 'name' | 'title' | 'departmentId'>,
): Promise<string> {
  const person: Person = {
    id: work.deps.ids.next(),
    ...given,
    role: plan.role,
    regionId: null,
    phone: null,
    state: 'active',
    openLeads: 0,
    openLeadCap: work.rules.openLeadCap,
    lastOfferedAt: null,
    demo: false,
  }
  await insertRows(work.tx, PersonEntity, [person])
  work.people.set(person.id, person)
  work.applied.added += 1
  await append(work, 'person', 'person.joined', person.id, {
    role: [null, person.role],
    departmentId: [null, person.departmentId],
  })
  return person.id
}

/** After the people are there: leaders are people. */
async function putLeader(work: Work, plan: DepartmentPlan): Promise<void> {
  const id = localOf(work, 'department', plan.externalId)
  const leaderId = localOf(work, 'person', plan.leaderExternalId)
  if (!id || !leaderId) return
  const department = work.departments.get(id)
  if (!department || department.leaderId === leaderId) return
  await updateRows(work.tx, DepartmentEntity, { id }, { leaderId })
  work.left -= 1
  work.applied.changed += 1
  await append(work, 'organisation', 'organisation.department-changed', id, {
    leaderId: [department.leaderId, leaderId],
  })
}

/** Gone from the directory: accounts end; whoever has no other account left the company. Departments stay, empty. */
async function removeGone(work: Work, entry: DirectoryEntry): Promise<void> {
  const { tx, run, deps, applied } = work
  if (entry.kind === 'person' && entry.localId) {
    const bindings = work.bindings.filter(({ personId }) => personId === entry.localId)
    const own = bindings.filter(({ platform }) => platform === run.platform)
    if (bindings.length > own.length)
      for (const { platform, externalId } of own)
        await tx.getRepository(BindingEntity).delete({ platform, externalId })
    else if (await deps.leave(tx, entry.localId)) {
      work.left -= 1
      applied.gone += 1
    }
  }
  if (entry.seenRun === run.id) return
  await tx.getRepository(DirectoryEntryEntity).delete({
    platform: run.platform,
    kind: entry.kind,
    externalId: entry.externalId,
  })
}

function append(
  { tx, deps, run }: Work,
  type: 'person' | 'organisation',
  kind: string,
  id: string,
  fields: Record<string, [unknown, unknown]>,
  data: Record<string, unknown> = {},
) {
  return deps.changes.append(tx, deps.actor, {
    subject: { type, id },
    kind,
    fields,
    data: { ...data, runId: run.id },
  })
}
