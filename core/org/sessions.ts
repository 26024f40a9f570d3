import { createHash } from 'node:crypto'
import { EntitySchema, LessThan, type EntityManager } from 'typeorm'
import * as column from '../db/columns.js'
import { insertRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'

/** A signed-in browser. The table holds a hash: a stolen database opens no page. */
export interface Session {
  tokenHash: string
  personId: string
  createdAt: Date
  expiresAt: Date
  device: string
}

export const SessionEntity = new EntitySchema<Session>({
  name: 'session',
  tableName: 'sessions',
  columns: {
    tokenHash: { ...column.word(64), primary: true },
    personId: column.ref(),
    createdAt: column.instant(),
    expiresAt: column.instant(),
    device: column.word(200),
  },
  indices: [{ name: 'sessions_person', columns: ['personId'] }],
})

export const sessionTtlMs = 7 * 24 * 3600_000

export type Sessions = ReturnType<typeof createSessions>

export function createSessions({ clock, ids }: { clock: Clock; ids: Ids }) {
  return {
    /** @returns the token for the cookie; it is not stored anywhere. */
    async open(tx: Tx, personId: string, device: string): Promise<string> {
      const token = ids.secret()
      const now = clock.now()
      await tx.getRepository(SessionEntity).delete({ expiresAt: LessThan(now) })
      await insertRows(tx, SessionEntity, [
        {
          tokenHash: hash(token),
          personId,
          createdAt: now,
          expiresAt: new Date(now.getTime() + sessionTtlMs),
          device: device.slice(0, 200),
        },
      ])
      return token
    },

    /** The person of a live session; null for unknown, closed and expired tokens. */
    async personOf(tx: EntityManager, token: string): Promise<string | null> {
      const session = await tx.getRepository(SessionEntity).findOneBy({ tokenHash: hash(token) })
      return session && session.expiresAt > clock.now() ? session.personId : null
    },

    async close(tx: Tx, token: string): Promise<void> {
      await tx.getRepository(SessionEntity).delete({ tokenHash: hash(token) })
    },
  }
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex')
