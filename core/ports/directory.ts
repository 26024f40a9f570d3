import type { Platform } from './platform.js'

export interface DirectoryDepartment {
  externalId: string
  name: string
  parentExternalId: string | null
  leaderExternalIds: string[]
}

export interface DirectoryPerson {
  externalId: string
  name: string
  title?: string
  departmentExternalIds: string[]
}

/** The organisation as the platform tells it; `partial` when the app may not see all of it. */
export interface Directory {
  platform: Platform
  list(): Promise<{ departments: DirectoryDepartment[]; people: DirectoryPerson[]; partial: boolean }>
}
