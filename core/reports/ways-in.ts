import type { EntityManager } from 'typeorm'
import { asDate, select } from '../db/sql.js'
import type { WayIn } from '../ports/doctor.js'
import type { InboundEvent } from '../ports/inbound.js'
import type { Platform } from '../ports/platform.js'

/** Types of event by which a way in shows that it works. */
const types: readonly InboundEvent['type'][] = ['message', 'tap', 'directory', 'customer']

/**
 * What came in from a platform, and who holds its long connection, whichever process had it: counters of one process
 * say nothing of the others. Reads rows from the newest on: made for somebody who looks, not for every minute.
 */
export async function readWayIn(tx: EntityManager, platform: Platform, now: Date): Promise<WayIn> {
  const lastAt: WayIn['lastAt'] = {}
  for (const type of types) {
    // What people wrote cannot look so: their quotes are escaped.
    const [row] = await select<{ receivedAt: Date | string }>(
      tx,
      'SELECT receivedAt FROM inbox WHERE channel = ? AND body LIKE ? ORDER BY id DESC LIMIT 1',
      [platform, `%"type":"${type}"%`],
    )
    if (row) lastAt[type] = asDate(row.receivedAt)
  }
  const [lease] = await select<{ holder: string | null }>(
    tx,
    'SELECT holder FROM leases WHERE name = ? AND expiresAt > ?',
    [`connection:${platform}`, now],
  )
  return { lastAt, connectionHolder: lease?.holder ?? null }
}
