import { LessThanOrEqual } from 'typeorm'
import { updateRows } from '../db/rows.js'
import { execute, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Clock } from '../ports/clock.js'
import { outreachChannels, type OutreachReceipt } from '../ports/outreach.js'
import type { Platform } from '../ports/platform.js'
import { DeliveryEntity, type Delivery } from './delivery.js'
import type { DeliveryReminders } from './reminders.js'

/** The n-th question comes this long after the one before it; then no more: platforms answer for some days only. */
const pollWaitsMs = [10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 3 * 3_600_000, 6 * 3_600_000]
const mostPolls = 16

export const nextPollAt = (now: Date, polls: number): Date | null =>
  polls >= mostPolls
    ? null
    : new Date(now.getTime() + (pollWaitsMs[Math.min(polls, pollWaitsMs.length - 1)] ?? 0))

/** Providers report within milliseconds, also before their answer to the order was written down. */
export class ReceiptTooEarly extends Error {}

/** An order is answered, or given up, within this. */
const longestOrderMs = 60_000

type Receive = (tx: Tx, id: string, state: 'delivered' | 'read') => Promise<boolean>

interface PollsDeps {
  clock: Clock
  receipt: Receive
  reminders: DeliveryReminders
}

/** Receipts that are asked for, and receipts from outside the messenger. */
export function createPolls({ clock, receipt, reminders }: PollsDeps) {
  return {
    /**
     * Takes messages of one platform whose question is due, and sets their next one: whoever takes them asks. At most
     * `limit`, the longest due first.
     */
    async claimPolls(tx: Tx, platform: Platform, limit: number): Promise<Delivery[]> {
      const now = clock.now()
      const rows = await tx.getRepository(DeliveryEntity).find({
        where: { pollAt: LessThanOrEqual(now), platform },
        order: { pollAt: 'ASC' },
        take: limit,
      })
      const mine: Delivery[] = []
      for (const row of rows) {
        const pollAt = nextPollAt(now, row.polls + 1)
        const set = { pollAt, polls: row.polls + 1 }
        // A receipt that came meanwhile has ended the questions.
        const asked = { id: row.id, polls: row.polls, ...(row.pollAt ? { pollAt: row.pollAt } : {}) }
        const taken = await updateRows(tx, DeliveryEntity, asked, set)
        if (taken === 1) mine.push(row)
      }
      return mine
    },

    /**
     * What a provider outside the messenger says of an order.
     *
     * @returns false when it told nothing new.
     * @throws ReceiptTooEarly when it may be of an order whose name is not written down yet: it is to be told again.
     */
    async outreachReceipt(tx: Tx, told: OutreachReceipt): Promise<boolean> {
      const delivery = await tx
        .getRepository(DeliveryEntity)
        .findOneBy({ platformMessageId: told.providerMessageId, provider: told.provider })
      if (!delivery) {
        if (await isBeingPlaced(tx, clock.now())) throw new ReceiptTooEarly()
        return false
      }
      if (told.state !== 'failed') return receipt(tx, delivery.id, told.state)
      const moved = await execute(
        tx,
        `UPDATE deliveries SET state = 'failed', failure = ? WHERE id = ? AND state IN ('sent', 'unknown')`,
        [(told.code ?? 'failed').slice(0, 300), delivery.id],
      )
      if (moved === 1) await reminders.next(tx, delivery, clock.now())
      return moved === 1
    },
  }
}

/** Whether an order is under way of which nobody knows yet what the provider calls it. */
async function isBeingPlaced(tx: Tx, now: Date): Promise<boolean> {
  const [found] = await select(
    tx,
    `SELECT id FROM deliveries WHERE state = 'sending' AND handedAt > ? AND platformMessageId IS NULL
     AND channel IN (${marks(outreachChannels)}) LIMIT 1`,
    [new Date(now.getTime() - longestOrderMs), ...outreachChannels],
  )
  return found !== undefined
}
