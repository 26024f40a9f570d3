import type { EntityManager } from 'typeorm'
import { asDate, marks, select } from '../db/sql.js'
import { addDays, fromLocal, localDay, weekday } from '../deadlines/working-time.js'

export interface PersonNumbers {
  /** Offers accepted since Monday. */
  acceptedThisWeek: number
  /** Median time from a lead's capture to our first contact, over 30 days; null without any (P-21). */
  firstTouchMs: number | null
  /** Deals won since the first of the month. */
  wonDeals: number
  wonCents: number
}

export const noNumbers: PersonNumbers = {
  acceptedThisWeek: 0,
  firstTouchMs: null,
  wonDeals: 0,
  wonCents: 0,
}

/** How some people are doing, by person. Weeks and months are local. */
export async function numbersOf(
  tx: EntityManager,
  personIds: string[],
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<Map<string, PersonNumbers>> {
  const found = new Map(personIds.map((id) => [id, { ...noNumbers }]))
  if (personIds.length === 0) return found
  const today = localDay(now, timeZone)
  const monday = fromLocal(addDays(today, 1 - weekday(today)), timeZone)
  const first = fromLocal(`${today.slice(0, 8)}01`, timeZone)
  const among = marks(personIds)

  const accepted = await select<{ id: string; n: number | string }>(
    tx,
    `SELECT personId AS id, COUNT(*) AS n FROM offers
     WHERE personId IN (${among}) AND state = 'accepted' AND closedAt >= ? GROUP BY personId`,
    [...personIds, monday],
  )
  for (const { id, n } of accepted) set(found, id, { acceptedThisWeek: Number(n) })

  const won = await select<{ id: string; n: number | string; cents: number | string | null }>(
    tx,
    `SELECT ownerId AS id, COUNT(*) AS n, SUM(amountCents) AS cents FROM deals
     WHERE ownerId IN (${among}) AND state = 'won' AND closedAt >= ? GROUP BY ownerId`,
    [...personIds, first],
  )
  for (const { id, n, cents } of won) set(found, id, { wonDeals: Number(n), wonCents: Number(cents ?? 0) })

  const touched = await select<{ id: string; createdAt: Date | string; firstTouchAt: Date | string }>(
    tx,
    `SELECT ownerId AS id, createdAt, firstTouchAt FROM leads
     WHERE ownerId IN (${among}) AND firstTouchAt >= ? LIMIT 20000`,
    [...personIds, new Date(now.getTime() - 30 * 86_400_000)],
  )
  const waits = Map.groupBy(touched, ({ id }) => id)
  for (const [id, rows] of waits)
    set(found, id, {
      firstTouchMs: median(rows.map((row) => +asDate(row.firstTouchAt) - +asDate(row.createdAt))),
    })
  return found
}

function set(found: Map<string, PersonNumbers>, id: string, part: Partial<PersonNumbers>): void {
  Object.assign(found.get(id) ?? {}, part)
}

/** The middle value; of an even count the lower of the two in the middle, which is a value that occurred. */
export function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
