import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'
import { execute, select } from '../db/sql.js'
import { shareWrites } from '../db/shared-writes.js'
import type { UnitOfWork } from '../db/unit-of-work.js'
import type { Clock } from '../ports/clock.js'
import type { KeyStore } from '../ports/key-store.js'

/** One remembered value of an adapter. The key begins with the platform. */
export interface KeyRow {
  storeKey: string
  value: string
  expiresAt: Date | null
}

export const KeyEntity = new EntitySchema<KeyRow>({
  name: 'adapter_keys',
  tableName: 'adapter_keys',
  columns: {
    storeKey: { ...column.word(190), primary: true },
    value: column.text(),
    expiresAt: column.optionalInstant(),
  },
  indices: [{ name: 'adapter_keys_expiry', columns: ['expiresAt'] }],
})

const mostCharacters = 4000

export type AdapterKeys = ReturnType<typeof createKeyStore>

/**
 * Memory of the adapters in the database. Each call is a unit of work of its own: no caller holds one open. Those that
 * come together share one flush to disk: a card that is sent and changed costs several.
 */
export function createKeyStore({ clock, work }: { clock: Clock; work: UnitOfWork }) {
  const share = shareWrites(work)
  const live = '(expiresAt IS NULL OR expiresAt > ?)'
  const store: KeyStore = {
    async get(key) {
      const [row] = await work.read((tx) =>
        select<{ value: string }>(tx, `SELECT value FROM adapter_keys WHERE storeKey = ? AND ${live}`, [
          key,
          clock.now(),
        ]),
      )
      return row?.value ?? null
    },
    async put(key, value, expiresAt) {
      if (value.length > mostCharacters)
        throw new RangeError(`more than ${mostCharacters} characters under ${key}`)
      await share(async (tx) => {
        await execute(tx, 'DELETE FROM adapter_keys WHERE storeKey = ?', [key])
        await execute(tx, 'INSERT INTO adapter_keys (storeKey, value, expiresAt) VALUES (?, ?, ?)', [
          key,
          value,
          expiresAt,
        ])
      })
    },
    take(key) {
      return share(async (tx) => {
        const [row] = await select<{ value: string }>(
          tx,
          `SELECT value FROM adapter_keys WHERE storeKey = ? AND ${live}`,
          [key, clock.now()],
        )
        // The delete decides who got it: of several takers one removes a row.
        const removed = await execute(tx, 'DELETE FROM adapter_keys WHERE storeKey = ?', [key])
        return row && removed > 0 ? row.value : null
      })
    },
  }
  return {
    ...store,
    /** Removes what has expired. @returns how many there were. */
    prune: () =>
      work.write((tx) => execute(tx, 'DELETE FROM adapter_keys WHERE expiresAt <= ?', [clock.now()])),
  }
}
