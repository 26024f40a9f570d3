import { IsNull, Not } from 'typeorm'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Platform } from '../ports/platform.js'
import { DirectoryEntryEntity } from './directory-entry.js'
import { apartId, type DepartmentPlan } from './directory-plan.js'
import { append, link, localOf, type Work } from './directory-work.js'
import { DepartmentEntity, type Department } from './person.js'

/** Which department of ours is which of the platform's: one each, never one for several. */
export interface Links {
  /** Departments of ours that this platform's are linked to → the one of them that keeps it. */
  keepers: Map<string, DepartmentPlan | null>
  /** Departments of ours that other platforms tell, too. */
  elsewhere: ReadonlySet<string>
  /** Departments of the platform that have nothing above them. */
  roots: number
}

/**
 * Where several of the platform's departments were taken for one of ours, one keeps it: its namesake, else the first. A
 * department that another platform tells, too, is kept by a namesake only.
 */
export function linksOf(work: Work, plans: readonly DepartmentPlan[], elsewhere: ReadonlySet<string>): Links {
  const keepers: Links['keepers'] = new Map()
  for (const plan of plans) {
    const localId = localOf(work, 'department', plan.externalId)
    const ours = localId === null ? undefined : work.departments.get(localId)
    if (!ours) continue
    const sharers = plans.filter(({ externalId }) => localOf(work, 'department', externalId) === ours.id)
    const [first = plan] = sharers
    const isAlone = sharers.length === 1
    const namesake = sharers.find(({ name }) => nameOf(name) === ours.name)
    keepers.set(ours.id, namesake ?? (isAlone || !elsewhere.has(ours.id) ? first : null))
  }
  const roots = plans.filter((plan) => plan.externalId !== apartId && isRoot(plan)).length
  return { keepers, elsewhere, roots }
}

/** Ids of the departments that other platforms tell. */
export async function toldElsewhere(tx: Tx, platform: Platform): Promise<Set<string>> {
  const rows = await tx.getRepository(DirectoryEntryEntity).find({
    select: { localId: true },
    where: { kind: 'department', platform: Not(platform), localId: Not(IsNull()) },
  })
  return new Set(rows.flatMap(({ localId }) => localId ?? []))
}

/** Makes, adopts, splits off, renames or moves one department, whatever is needed. */
export async function putDepartment(work: Work, plan: DepartmentPlan, links: Links): Promise<void> {
  const { tx, deps, departments, applied } = work
  const name = nameOf(plan.name)
  const parentId = localOf(work, 'department', plan.parentExternalId)
  const known = await ownOf(work, plan, links)
  if (!known) {
    const department = { id: deps.ids.next(), name, parentId, leaderId: null, demo: false }
    await insertRows(tx, DepartmentEntity, [department])
    departments.set(department.id, department)
    applied.added += 1
    links.keepers.set(department.id, plan)
    return link(work, 'department', plan.externalId, department.id)
  }
  links.keepers.set(known.id, plan)
  await link(work, 'department', plan.externalId, known.id)
  // The department of our own making has no name that a platform would know better.
  // Whether a root stands below ours is not to be contested with a platform that tells it, too.
  const isContested = isRoot(plan) && links.elsewhere.has(known.id)
  const next = {
    name: plan.externalId === apartId ? known.name : name,
    parentId: isContested ? known.parentId : parentId,
  }
  if (known.name === next.name && known.parentId === next.parentId) return
  await updateRows(tx, DepartmentEntity, { id: known.id }, next)
  departments.set(known.id, { ...known, ...next })
  work.left -= 1
  applied.changed += 1
  await append(work, 'organisation', 'organisation.department-changed', known.id, {
    name: [known.name, next.name],
    parentId: [known.parentId, next.parentId],
  })
}

/** The department of ours that this one is: by its link, unless that belongs to another one, or by its name. */
async function ownOf(work: Work, plan: DepartmentPlan, links: Links): Promise<Department | undefined> {
  const localId = localOf(work, 'department', plan.externalId)
  const linked = localId === null ? undefined : work.departments.get(localId)
  if (!linked) return sameDepartment(work, plan, links)
  const keeper = links.keepers.get(linked.id)
  if (keeper === plan) return linked
  await dropLeader(work, linked, plan, keeper)
  return sameDepartment(work, plan, links)
}

/** The leader of a department that is split off leads the rest no longer. */
async function dropLeader(
  work: Work,
  department: Department,
  plan: DepartmentPlan,
  keeper: DepartmentPlan | null | undefined,
): Promise<void> {
  const { leaderId, id } = department
  if (leaderId === null || leaderId !== localOf(work, 'person', plan.leaderExternalId)) return
  if (leaderId === localOf(work, 'person', keeper?.leaderExternalId ?? null)) return
  await updateRows(work.tx, DepartmentEntity, { id }, { leaderId: null })
  work.departments.set(id, { ...department, leaderId: null })
  work.left -= 1
  await append(work, 'organisation', 'organisation.department-changed', id, { leaderId: [leaderId, null] })
}

/**
 * The same department told by a second platform, or made by hand before: a namesake below the same parent. The one root
 * that was made by hand is the company's, whatever its name, where the platform tells one root, too.
 */
function sameDepartment(work: Work, plan: DepartmentPlan, links: Links): Department | undefined {
  const name = nameOf(plan.name)
  const parentId = localOf(work, 'department', plan.parentExternalId)
  const free = [...work.departments.values()].filter(({ id, demo }) => !demo && !links.keepers.has(id))
  const at = (parent: string | null) =>
    free.find((department) => department.parentId === parent && department.name === name)
  const namesake = at(parentId) ?? (isRoot(plan) ? at(null) : undefined)
  if (namesake || plan.externalId === apartId || !isRoot(plan) || links.roots > 1) return namesake
  const handMade = free.filter(
    ({ id, parentId: above }) => above === null && !links.elsewhere.has(id) && id !== parentId,
  )
  return handMade.length === 1 ? handMade[0] : undefined
}

/** After the people are there: leaders are people. */
export async function putLeader(work: Work, plan: DepartmentPlan): Promise<void> {
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

const nameOf = (name: string): string => name.slice(0, 60)

const isRoot = ({ parentExternalId }: DepartmentPlan): boolean =>
  parentExternalId === null || parentExternalId === apartId
