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
  /** The first is the main one. */
  departmentExternalIds: string[]
  /** The direct superior, where the platform knows one beside the department's leaders. */
  managerExternalId?: string
  /** False for people who left or were disabled but are still told. Default: true. */
  isActive?: boolean
}

export interface DirectoryPage {
  departments: DirectoryDepartment[]
  people: DirectoryPerson[]
  /** Where to go on; null after the last page. Good across a restart, so that a long walk is resumed. */
  next: string | null
}

/** What the app may see of the organisation. */
export interface DirectoryScope {
  /** How many people the company has; null where the platform does not say. */
  totalPeople: number | null
  /** True when the app may not see all of it. */
  isPartial: boolean
  /** The range in the platform's own words, in Chinese, e.g. 应用可见范围：销售一部、销售二部. */
  range: string
}

/**
 * What a platform says of an account that its organisation was walked without meeting: it is there, it is gone from the
 * company, or the app may not see it, which says nothing.
 */
export type Whereabouts = 'there' | 'gone' | 'out-of-sight'

/** The organisation as the platform tells it. */
export interface Directory {
  platform: Platform
  /** @throws PlatformError when the platform could not be asked; the same cursor may be tried again. */
  page(cursor: string | null): Promise<DirectoryPage>
  scope(): Promise<DirectoryScope>
  /**
   * Asks for one account. `gone` only where the platform says so itself. Left out by those who never see a part only.
   *
   * @throws PlatformError that is `retryable`, when the platform could not be asked.
   */
  whereabouts?(externalId: string): Promise<Whereabouts>
}
