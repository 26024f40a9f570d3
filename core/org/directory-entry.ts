import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'
import type { Platform } from '../ports/platform.js'

/**
 * A department or person as a platform last told it. The mirror is kept beside our own organisation: what the platform
 * says and what the admin decided stay apart, and a run that broke off is resumed without asking for everything again.
 */
export interface DirectoryEntry {
  platform: Platform
  kind: 'department' | 'person'
  externalId: string
  name: string
  title: string
  parentExternalId: string | null
  leaderExternalIds: string[]
  /** People: all of their departments, the main one first. */
  departmentExternalIds: string[]
  managerExternalId: string | null
  /** False: the platform says that the person left or was disabled. */
  isActive: boolean
  /** Our department or person; null while it is not taken into the CRM. */
  localId: string | null
  /** The run that saw it last. */
  seenRun: string
  /** Whole runs in a row that did not see it. */
  missing: number
}

export const DirectoryEntryEntity = new EntitySchema<DirectoryEntry>({
  name: 'directory_entry',
  tableName: 'directory_entries',
  columns: {
    platform: { ...column.state(), primary: true },
    kind: { ...column.state(), primary: true },
    externalId: { ...column.word(128), primary: true },
    name: column.word(120),
    title: column.word(120),
    parentExternalId: column.optionalWord(128),
    leaderExternalIds: column.document(),
    departmentExternalIds: column.document(),
    managerExternalId: column.optionalWord(128),
    isActive: column.flag(),
    localId: column.optionalRef(),
    seenRun: column.ref(),
    missing: column.count(),
  },
  indices: [
    { name: 'directory_entries_run', columns: ['platform', 'seenRun'] },
    { name: 'directory_entries_local', columns: ['localId'] },
  ],
})

/**
 * walking → applying → done, with `asking` for single accounts in between where the app sees a part of the company only;
 * failed when the platform refused for good, with its reason.
 */
export interface DirectoryRun {
  id: string
  platform: Platform
  state: 'walking' | 'asking' | 'applying' | 'done' | 'failed'
  /** `<platform>` while it is not finished: at most one at a time per platform. */
  openKey: string | null
  /** Why it runs: `admin`, `nightly`, `event`. */
  cause: string
  startedAt: Date
  finishedAt: Date | null
  /** Where the walk goes on, or the asking; null before the first page, and when nothing was left to ask for. */
  cursor: string | null
  departments: number
  people: number
  totalPeople: number | null
  isPartial: boolean
  range: string
  added: number
  changed: number
  gone: number
  /** In Chinese, for the admin. */
  failure: string | null
}

export const DirectoryRunEntity = new EntitySchema<DirectoryRun>({
  name: 'directory_run',
  tableName: 'directory_runs',
  columns: {
    id: column.id(),
    platform: column.state(),
    state: column.state(),
    openKey: column.optionalWord(20),
    cause: column.state(),
    startedAt: column.instant(),
    finishedAt: column.optionalInstant(),
    cursor: { ...column.text(), nullable: true, name: 'walkedTo' },
    departments: column.count(),
    people: column.count(),
    totalPeople: { ...column.count(), nullable: true },
    isPartial: column.flag(),
    range: { ...column.word(500), name: 'visibleRange' },
    added: column.count(),
    changed: column.count(),
    gone: column.count(),
    failure: column.optionalWord(300),
  },
  indices: [
    { name: 'directory_runs_open', columns: ['openKey'], unique: true },
    { name: 'directory_runs_platform', columns: ['platform', 'startedAt'] },
  ],
})
