import { DepartmentEntity, PersonEntity } from '../../core/org/person.js'
import type { DirectoryRun } from '../../core/org/directory-entry.js'
import type {
  Directory,
  DirectoryDepartment,
  DirectoryPerson,
  Whereabouts,
} from '../../core/ports/directory.js'
import type { Platform } from '../../core/ports/platform.js'
import { createDirectorySyncJob } from '../../jobs/directory-sync.js'
import type { TestCore } from './test-core.js'

export const silent = { info() {}, warn() {}, error() {}, debug() {} }

/** A company in one page, as its platform tells it; what is changed here is told by the next sync. */
export interface Told {
  departments: DirectoryDepartment[]
  people: DirectoryPerson[]
  isPartial: boolean
  /** What the platform says of an account that is asked for; it is not asked without. */
  whereabouts?: (account: string) => Promise<Whereabouts>
}

export const departmentOf = (
  externalId: string,
  name: string,
  leaders: string[] = [],
  parentExternalId: string | null = null,
): DirectoryDepartment => ({ externalId, name, parentExternalId, leaderExternalIds: leaders })

export const personOf = (
  externalId: string,
  name: string,
  departmentExternalIds: string[],
  more: Partial<DirectoryPerson> = {},
): DirectoryPerson => ({ externalId, name, departmentExternalIds, ...more })

export const directoryOf = (platform: Platform, told: Told): Directory => ({
  platform,
  page: () => Promise.resolve({ departments: told.departments, people: told.people, next: null }),
  scope: () => Promise.resolve({ totalPeople: null, isPartial: told.isPartial, range: '可见范围' }),
  ...(told.whereabouts ? { whereabouts: told.whereabouts } : {}),
})

/** Syncs once, to the end. @throws when no run was kept. */
export async function syncOnce(
  { core }: Pick<TestCore, 'core'>,
  directory: Directory,
): Promise<DirectoryRun> {
  const job = createDirectorySyncJob({
    core,
    directories: [directory],
    log: silent,
    pause: () => Promise.resolve(),
  })
  await job.plan()
  await job.run()
  const [run] = await core.read((tx) => core.directorySync.runs(tx, directory.platform, 1))
  if (!run) throw new Error('no run')
  return run
}

/** `name < above (leader)` of every department, and `name @ department role` of everybody who is there. */
export async function organisation({
  core,
}: Pick<TestCore, 'core'>): Promise<{ departments: string[]; people: string[] }> {
  return core.read(async (tx) => {
    const departments = await tx.getRepository(DepartmentEntity).find()
    const people = await tx.getRepository(PersonEntity).find()
    const named = (id: string | null) => departments.find((one) => one.id === id)?.name ?? '—'
    const led = (id: string | null) => people.find((one) => one.id === id)?.name ?? '—'
    return {
      departments: departments
        .map(({ name, parentId, leaderId }) => `${name} < ${named(parentId)} (${led(leaderId)})`)
        .sort(),
      people: people
        .filter(({ state }) => state !== 'left')
        .map(({ name, departmentId, role }) => `${name} @ ${named(departmentId)} ${role}`)
        .sort(),
    }
  })
}
