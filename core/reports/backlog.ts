import type { EntityManager } from 'typeorm'
import { asDate, marks, select } from '../db/sql.js'
import { mostTries } from '../deadlines/firing.js'
import { deliveryStates } from '../deliveries/delivery.js'
import { firstIdAt } from '../ports/ids.js'
import { hopelessAttempts } from './reactions.js'

/** How much waits in each of the tables that carry the work. */
export interface Backlog {
  queues: {
    queue: 'inbox' | 'outbox' | 'deliveries' | 'deadlines'
    due: number
    oldestMs: number
    dead: number
  }[]
  deliveries: { platform: string; state: string; count: number }[]
}

const dayMs = 86_400_000

/** Every one is read by an index. Rows that are given up have no instant of work; they are counted by their state. */
const queues = [
  { queue: 'inbox', at: 'workAt', dead: "SELECT COUNT(*) AS n FROM inbox WHERE state = 'dead'" },
  {
    queue: 'outbox',
    at: 'dueAt',
    dead: `SELECT COUNT(*) AS n FROM outbox WHERE attempts >= ${hopelessAttempts}`,
  },
  { queue: 'deliveries', at: 'workAt', dead: null },
  {
    queue: 'deadlines',
    at: 'nextAt',
    // By the index of tries: nearly all deadlines have none.
    dead: `SELECT COUNT(*) AS n FROM deadlines WHERE attempts >= ${mostTries} AND state = 'stuck'`,
  },
] as const
const lostStates: ReadonlySet<string> = new Set(['failed', 'expired', 'unknown'])

/** Reads how far the work is behind. Deliveries: those queued in the last 24 hours. */
export async function readBacklog(tx: EntityManager, now: Date): Promise<Backlog> {
  // Ids begin with the instant of their making: the index of the states finds a day's rows of each, and no row is read.
  const since = firstIdAt(new Date(now.getTime() - dayMs))
  const rows = await select<{ platform: string | null; state: string; n: number | string }>(
    tx,
    `SELECT platform, state, COUNT(*) AS n FROM deliveries WHERE state IN (${marks(deliveryStates)}) AND id >= ?
     GROUP BY platform, state`,
    [...deliveryStates, since],
  )
  const deliveries = rows.map(({ platform, state, n }) => ({
    platform: platform ?? 'none',
    state,
    count: Number(n),
  }))
  const found: Backlog['queues'] = []
  for (const { queue, at, dead } of queues) {
    const [row] = await select<{ n: number | string; oldest: Date | string | null }>(
      tx,
      `SELECT COUNT(*) AS n, MIN(${at}) AS oldest FROM ${queue} WHERE ${at} <= ?`,
      [now],
    )
    const [lost] = dead ? await select<{ n: number | string }>(tx, dead) : []
    const lostDeliveries = deliveries
      .filter(({ state }) => lostStates.has(state))
      .reduce((sum, { count }) => sum + count, 0)
    found.push({
      queue,
      due: Number(row?.n ?? 0),
      oldestMs: row?.oldest ? Math.max(0, now.getTime() - asDate(row.oldest).getTime()) : 0,
      dead: dead ? Number(lost?.n ?? 0) : lostDeliveries,
    })
  }
  return { queues: found, deliveries }
}
