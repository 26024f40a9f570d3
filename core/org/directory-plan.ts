import type { DirectoryRules } from '../playbook/directory.js'
import type { DirectoryEntry } from './directory-entry.js'

/** What the mirror says about one platform, looked up in every direction that the plan needs. */
export interface Mirror {
  departments: ReadonlyMap<string, DirectoryEntry>
  people: readonly DirectoryEntry[]
  /** The app sees a part of the company: whoever has no department in sight was given to it one by one, or by a tag. */
  isPartial: boolean
}

export interface DepartmentPlan {
  externalId: string
  name: string
  parentExternalId: string | null
  leaderExternalId: string | null
}

export interface PersonPlan {
  externalId: string
  name: string
  title: string
  departmentExternalId: string
  /** For somebody new; who is there already keeps the role that the admin gave. */
  role: 'rep' | 'manager'
}

export interface DirectoryPlan {
  /** Parents before their children. */
  departments: DepartmentPlan[]
  people: PersonPlan[]
}

/** The department of our own for people without a visible one. No platform has an id like this. */
export const apartId = '@apart'

const longestPath = 40

/**
 * Who of the directory belongs into the CRM, and as what: members of departments whose path carries one of the sales
 * words, their leaders, and the leaders above them, since somebody has to be asked when a lead is stuck. Where no
 * department carries such a word, the admin chose the app's range himself: everybody in it belongs. So do people whom he
 * gave to the app without their department.
 *
 * @param apartName - of the department for people without a visible one; in the plan only when somebody needs it.
 */
export function planDirectory(mirror: Mirror, rules: DirectoryRules, apartName: string): DirectoryPlan {
  const sales = new Set(
    [...mirror.departments.values()]
      .filter((department) => isSales(mirror, department, rules.salesWords))
      .map(({ externalId }) => externalId),
  )
  const everybody = sales.size === 0
  const within = everybody ? [...mirror.departments.keys()] : [...sales]
  const leading = leadersOf(mirror, within)
  const tops = topsOf(mirror, leading)
  const people = mirror.people.flatMap((person): PersonPlan[] => {
    if (!person.isActive) return []
    const seen = person.departmentExternalIds.filter((id) => mirror.departments.has(id))
    const isApart = seen.length === 0
    const isLeader = leading.has(person.externalId) || tops.has(person.externalId)
    const home = isApart
      ? apartFrom(mirror, within, person, tops)
      : seen.find((id) => everybody || sales.has(id))
    const isIn = isLeader || (isApart ? everybody || mirror.isPartial : home !== undefined)
    const departmentExternalId = home ?? seen[0]
    if (!isIn || departmentExternalId === undefined) return []
    return [
      {
        externalId: person.externalId,
        name: person.name,
        title: person.title,
        departmentExternalId,
        role: isLeader && rules.leadersAreManagers ? 'manager' : 'rep',
      },
    ]
  })
  const departments = parentsFirst(mirror)
  if (!people.some(({ departmentExternalId }) => departmentExternalId === apartId))
    return { departments, people }
  const apart = {
    ...{ externalId: apartId, name: apartName, parentExternalId: null },
    leaderExternalId: [...tops.keys()][0] ?? null,
  }
  // Of a company in full sight, people without any department stand at its very top: the rest hangs below them.
  const hung = mirror.isPartial
    ? departments
    : departments.map((one) => ({ ...one, parentExternalId: one.parentExternalId ?? apartId }))
  return { departments: [apart, ...hung], people }
}

/** Where somebody without a visible department stands: in the department that they lead, at the top, or apart. */
function apartFrom(
  mirror: Mirror,
  within: readonly string[],
  { externalId }: DirectoryEntry,
  tops: ReadonlyMap<string, number>,
): string {
  if (tops.has(externalId)) return apartId
  const leads = (id: string) => mirror.departments.get(id)?.leaderExternalIds.includes(externalId) ?? false
  return within.find(leads) ?? [...mirror.departments.keys()].find(leads) ?? apartId
}

/**
 * People of the company itself, in no department of it, to whom its leaders answer; by how many do, most first. Where
 * the app sees a part only, somebody's department being out of sight says nothing about their place.
 */
function topsOf(mirror: Mirror, leading: ReadonlySet<string>): Map<string, number> {
  const apart = new Set(
    mirror.people
      .filter(
        (person) => person.isActive && !person.departmentExternalIds.some((id) => mirror.departments.has(id)),
      )
      .map(({ externalId }) => externalId),
  )
  const answers = new Map<string, number>()
  for (const { externalId, managerExternalId: above } of mirror.isPartial ? [] : mirror.people)
    if (above !== null && above !== externalId && leading.has(externalId) && apart.has(above))
      answers.set(above, (answers.get(above) ?? 0) + 1)
  return new Map([...answers].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)))
}

/** The department and those above it, nearest first; a circle that a platform tells ends where it began. */
function pathOf({ departments }: Mirror, externalId: string): DirectoryEntry[] {
  const path: DirectoryEntry[] = []
  let at = departments.get(externalId)
  while (at && !path.includes(at) && path.length < longestPath) {
    path.push(at)
    at = at.parentExternalId === null ? undefined : departments.get(at.parentExternalId)
  }
  return path
}

const isSales = (mirror: Mirror, { externalId }: DirectoryEntry, words: readonly string[]): boolean =>
  pathOf(mirror, externalId).some(({ name }) => words.some((word) => name.includes(word)))

/** Leaders of these departments and of all above them. */
function leadersOf(mirror: Mirror, externalIds: readonly string[]): Set<string> {
  return new Set(
    externalIds.flatMap((id) => pathOf(mirror, id)).flatMap(({ leaderExternalIds }) => leaderExternalIds),
  )
}

function parentsFirst(mirror: Mirror): DepartmentPlan[] {
  const known = new Set(mirror.people.filter(({ isActive }) => isActive).map(({ externalId }) => externalId))
  return [...mirror.departments.values()]
    .map((department) => ({ department, depth: pathOf(mirror, department.externalId).length }))
    .sort((a, b) => a.depth - b.depth || a.department.externalId.localeCompare(b.department.externalId))
    .map(({ department: { externalId, name, parentExternalId, leaderExternalIds } }) => ({
      externalId,
      name,
      parentExternalId:
        parentExternalId !== null && mirror.departments.has(parentExternalId) ? parentExternalId : null,
      // Several leaders: the first who is there. The others are managers all the same.
      leaderExternalId: leaderExternalIds.find((id) => known.has(id)) ?? null,
    }))
}
