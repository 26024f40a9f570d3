import type { Storage } from './storage.js'
import type { AccountGroup } from './wire.js'

/** Somebody who can be played in the console. */
export interface SandboxAccount {
  externalId: string
  name: string
  title?: string
  group: AccountGroup
  departmentExternalIds?: string[]
}

export interface SandboxDepartment {
  externalId: string
  name: string
  parentExternalId: string | null
  leaderExternalIds: string[]
}

export interface AccountRow {
  id: string
  name: string
  title: string
  kind: AccountGroup
  internal: number
  hue: number
  departments: string
}

/** People of the company and customers outside it. Putting the same id again changes it. */
export function createAccounts(storage: Storage) {
  return {
    put(account: SandboxAccount): void {
      const { externalId, name, title = '', group, departmentExternalIds = [] } = account
      storage.run(
        `INSERT INTO accounts (id, name, title, kind, internal, hue, departments, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT count(*) FROM accounts))
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, title = excluded.title, kind = excluded.kind,
           internal = excluded.internal, departments = excluded.departments`,
        externalId,
        name,
        title,
        group,
        group === 'customer' ? 0 : 1,
        hueAt(storage.one<{ n: number }>('SELECT count(*) AS n FROM accounts')?.n ?? 0),
        JSON.stringify(departmentExternalIds),
      )
    },
    putDepartment({ externalId, name, parentExternalId, leaderExternalIds }: SandboxDepartment): void {
      storage.run(
        'INSERT OR REPLACE INTO departments (id, name, parent_id, leaders) VALUES (?, ?, ?, ?)',
        externalId,
        name,
        parentExternalId,
        JSON.stringify(leaderExternalIds),
      )
    },
    get: (externalId: string): AccountRow | undefined =>
      storage.one<AccountRow>('SELECT * FROM accounts WHERE id = ?', externalId),
    /** In the order in which they were put. */
    rows: (): AccountRow[] => storage.all<AccountRow>('SELECT * FROM accounts ORDER BY position, id'),
    departments: (): SandboxDepartment[] =>
      storage
        .all<{ id: string; name: string; parent_id: string | null; leaders: string }>(
          'SELECT * FROM departments ORDER BY id',
        )
        .map((row) => ({
          externalId: row.id,
          name: row.name,
          parentExternalId: row.parent_id,
          leaderExternalIds: stringList(row.leaders),
        })),
  }
}

export type AccountBook = ReturnType<typeof createAccounts>

/** Lists are stored by this module alone, as JSON arrays of strings. */
export const stringList = (json: string): string[] => JSON.parse(json) as string[]

/** Told apart at a glance, and each readable under white letters. */
const hues = [255, 20, 165, 300, 60, 215, 345, 150, 280, 40, 190, 325]
const hueAt = (position: number): number => hues[position % hues.length] ?? 0
