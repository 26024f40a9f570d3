import { EntitySchema } from 'typeorm'
import type { Clock } from '../ports/clock.js'
import * as column from './columns.js'
import { asDate, execute, insertIgnore, select } from './sql.js'
import type { UnitOfWork } from './unit-of-work.js'

/** The right to do something that only one process may do, with an end. */
export interface LeaseRow {
  name: string
  holder: string | null
  expiresAt: Date | null
  /** Grows with every new holder: what an earlier one still writes can be told apart. */
  epoch: number
}

export const LeaseEntity = new EntitySchema<LeaseRow>({
  name: 'leases',
  tableName: 'leases',
  columns: {
    name: { ...column.word(64), primary: true },
    holder: column.optionalWord(64),
    expiresAt: column.optionalInstant(),
    epoch: column.count(),
  },
})

export type Leases = ReturnType<typeof createLeases>

export function createLeases({ clock, work }: { clock: Clock; work: UnitOfWork }) {
  return {
    /**
     * Takes or keeps the lease. The conditional update decides: of several askers at once one holds it.
     *
     * @returns the epoch while it is held by `holder`, null when somebody else has it.
     */
    async hold(name: string, holder: string, ms: number): Promise<number | null> {
      // Most askers find it in other hands, again and again: they only look.
      const [found] = await work.read((tx) =>
        select<{ holder: string | null }>(tx, 'SELECT holder FROM leases WHERE name = ? AND expiresAt > ?', [
          name,
          clock.now(),
        ]),
      )
      if (found && found.holder !== holder) return null
      return work.write(async (tx) => {
        const now = clock.now()
        const until = new Date(now.getTime() + ms)
        const kept = await execute(
          tx,
          'UPDATE leases SET expiresAt = ? WHERE name = ? AND holder = ? AND expiresAt > ?',
          [until, name, holder, now],
        )
        if (kept === 0) {
          await insertIgnore(tx, 'leases', [{ name, holder: null, expiresAt: null, epoch: 0 }])
          const taken = await execute(
            tx,
            'UPDATE leases SET holder = ?, expiresAt = ?, epoch = epoch + 1 WHERE name = ? AND (expiresAt IS NULL OR expiresAt <= ?)',
            [holder, until, name, now],
          )
          if (taken === 0) return null
        }
        const [row] = await select<{ epoch: number }>(tx, 'SELECT epoch FROM leases WHERE name = ?', [name])
        return row ? Number(row.epoch) : null
      })
    },
    /** Those of a kind (`<kind>@…`) that are held now, and until when. */
    async live(kind: string): Promise<{ name: string; holder: string; expiresAt: Date }[]> {
      const rows = await work.read((tx) =>
        select<{ name: string; holder: string; expiresAt: Date | string }>(
          tx,
          `SELECT name, holder, expiresAt FROM leases
           WHERE name LIKE ? AND holder IS NOT NULL AND expiresAt > ? ORDER BY name`,
          [`${kind}@%`, clock.now()],
        ),
      )
      return rows.map((row) => ({ ...row, expiresAt: asDate(row.expiresAt) }))
    },
    /** Hands it back, so that the next holder need not wait for its end. */
    release(name: string, holder: string): Promise<number> {
      return work.write((tx) =>
        execute(tx, 'UPDATE leases SET holder = NULL, expiresAt = NULL WHERE name = ? AND holder = ?', [
          name,
          holder,
        ]),
      )
    },
    /** Forgets leases of this kind (`<kind>@…`) that ended before `before`: those that name a day are never asked for again. */
    prune(kind: string, before: Date): Promise<number> {
      return work.write((tx) =>
        execute(tx, 'DELETE FROM leases WHERE name LIKE ? AND expiresAt < ?', [`${kind}@%`, before]),
      )
    },
  }
}
