import type { DirectoryRules } from '../playbook/directory.js'
import type { DirectoryEntry } from './directory-entry.js'

/** What the mirror says about one platform, looked up in every direction that the plan needs. */
export interface Mirror {
  departments: ReadonlyMap<string, DirectoryEntry>
  people: readonly DirectoryEntry[]
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

const longestPath = 40

/**
 * Who of the directory belongs into the CRM, and as what: members of departments whose path carries one of the sales
 * words, their leaders, and the leaders above them, since somebody has to be asked when a lead is stuck. Where no
 * department carries such a word, the admin chose the app's range himself: everybody in it belongs.
 */
export function planDirectory(mirror: Mirror, rules: DirectoryRules): DirectoryPlan {
  const sales = new Set(
    [...mirror.departments.values()]
      .filter((department) => isSales(mirror, department, rules.salesWords))
      .map(({ externalId }) => externalId),
  )
  const everybody = sales.size === 0
  const leading = leadersOf(mirror, everybody ? [...mirror.departments.keys()] : [...sales])
  const people = mirror.people.flatMap((person): PersonPlan[] => {
    if (!person.isActive) return []
    const home = person.departmentExternalIds.find((id) => everybody || sales.has(id))
    const isLeader = leading.has(person.externalId)
    const departmentExternalId = home ?? person.departmentExternalIds[0]
    if (!departmentExternalId || (home === undefined && !isLeader)) return []
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
  return { departments: parentsFirst(mirror), people }
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
