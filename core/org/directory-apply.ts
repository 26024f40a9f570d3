import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { DirectoryRules } from '../playbook/directory.js'
import type { Platform } from '../ports/platform.js'
import { linksOf, putDepartment, putLeader, toldElsewhere } from './directory-departments.js'
import { DirectoryEntryEntity, type DirectoryEntry, type DirectoryRun } from './directory-entry.js'
import { apartId, planDirectory, type PersonPlan } from './directory-plan.js'
import {
  append,
  byKey,
  link,
  localOf,
  mirrorOwn,
  type Applied,
  type ApplyDeps,
  type Work,
} from './directory-work.js'
import { BindingEntity, DepartmentEntity, PersonEntity, type Person } from './person.js'

/** So many people and departments are written in one unit: a long one would hold everybody else up. */
const mostWrites = 100

/** What the department of people without a visible one is called when it is made. */
const apartNames: Record<Platform, string> = {
  sandbox: '沙盒通讯录',
  wecom: '企业微信通讯录',
  dingtalk: '钉钉通讯录',
  feishu: '飞书通讯录',
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
  const isGone = ({ missing, isActive, externalId }: DirectoryEntry) =>
    externalId !== apartId && (!isActive || missing >= rules.leftAfterMissing)
  const present = entries.filter((entry) => !isGone(entry))
  const told = present.filter(({ kind, externalId }) => kind === 'department' && externalId !== apartId)
  const plan = planDirectory(
    {
      departments: new Map(told.map((entry) => [entry.externalId, entry])),
      people: present.filter(({ kind }) => kind === 'person'),
      isPartial: run.isPartial,
    },
    rules,
    apartNames[run.platform],
  )
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
  const [first] = plan.departments
  if (first?.externalId === apartId) await mirrorOwn(work, apartId, first.name)
  const links = linksOf(work, plan.departments, await toldElsewhere(tx, run.platform))
  const steps = [
    ...plan.departments.map((department) => () => putDepartment(work, department, links)),
    ...plan.people.map((person) => () => putPerson(work, person)),
    ...plan.departments.map((department) => () => putLeader(work, department)),
    ...entries.filter(isGone).map((entry) => () => removeGone(work, entry)),
  ]
  for (const step of steps) {
    if (work.left <= 0) return { applied: work.applied, isAll: false }
    await step()
  }
  return { applied: work.applied, isAll: true }
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
