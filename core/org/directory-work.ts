import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { DirectoryRules } from '../playbook/directory.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { DirectoryEntryEntity, type DirectoryEntry, type DirectoryRun } from './directory-entry.js'
import type { Bindings } from './bindings.js'
import type { Binding, Department, Person } from './person.js'

export interface Applied {
  added: number
  changed: number
  gone: number
}

export interface ApplyDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  bindings: Bindings
  actor: Actor
  leave: (tx: Tx, personId: string) => Promise<boolean>
}

/** A unit of carrying a run's plan out: what the platform told, what we have, and how far it went. */
export interface Work {
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

const keyOf = (kind: DirectoryEntry['kind'], externalId: string): string => `${kind} ${externalId}`

export const byKey = (entries: readonly DirectoryEntry[]): Map<string, DirectoryEntry> =>
  new Map(entries.map((entry) => [keyOf(entry.kind, entry.externalId), entry]))

export const localOf = (
  { entries }: Work,
  kind: DirectoryEntry['kind'],
  externalId: string | null,
): string | null => (externalId === null ? null : (entries.get(keyOf(kind, externalId))?.localId ?? null))

/** Notes which of ours an entry of the mirror is. */
export async function link(
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

/** Puts a department of our own making beside those that the platform tells. */
export async function mirrorOwn(work: Work, externalId: string, name: string): Promise<void> {
  const key = keyOf('department', externalId)
  if (work.entries.has(key)) return
  const entry: DirectoryEntry = {
    platform: work.run.platform,
    kind: 'department',
    externalId,
    name,
    title: '',
    parentExternalId: null,
    leaderExternalIds: [],
    departmentExternalIds: [],
    managerExternalId: null,
    isActive: true,
    localId: null,
    seenRun: work.run.id,
    missing: 0,
  }
  await insertRows(work.tx, DirectoryEntryEntity, [entry])
  work.entries.set(key, entry)
}

export function append(
  { tx, deps, run }: Work,
  type: 'person' | 'organisation',
  kind: string,
  id: string,
  fields: Record<string, [unknown, unknown]>,
) {
  return deps.changes.append(tx, deps.actor, {
    subject: { type, id },
    kind,
    fields,
    data: { runId: run.id },
  })
}
