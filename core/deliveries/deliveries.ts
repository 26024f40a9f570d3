import { In, type EntityManager } from 'typeorm'
import type { Subject } from '../changes/change.js'
import { backoffMs } from '../db/backoff.js'
import { claimRows } from '../db/lease.js'
import { updateRows } from '../db/rows.js'
import { execute, insertIgnore, marks, select } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import {
  DeliveryEntity,
  keepMs,
  receiptFrom,
  shownStates,
  type Delivery,
  type DeliveryState,
} from './delivery.js'

export interface NewDelivery {
  card: string
  subject: Subject
  params?: Record<string, string>
  /** A person, by whichever account they are bound with; or a chat of one platform. */
  to: { personId: string } | { platform: Platform; chatId: string }
  urgent?: boolean
  /** At most 120 characters; names the cause, so that a cause that is handled twice sends once. */
  dedupeKey: string
}

const leaseMs = 30_000

export type Deliveries = ReturnType<typeof createDeliveries>

/** The only way out. */
export function createDeliveries({ clock, ids }: { clock: Clock; ids: Ids }) {
  const wakers = new Set<() => void>()
  const wakeAfter = (tx: Tx) =>
    afterCommit(tx, () => {
      for (const waker of wakers) waker()
    })

  return {
    /** Calls back when there is something to send or to update. */
    onQueued(waker: () => void) {
      wakers.add(waker)
    },

    /** Queues a card. @returns its id, or null when the same cause has queued it before. */
    async queue(tx: Tx, input: NewDelivery): Promise<string | null> {
      const now = clock.now()
      const id = ids.next()
      const added = await insertIgnore(tx, 'deliveries', [
        {
          id,
          card: input.card,
          subjectType: input.subject.type,
          subjectId: input.subject.id,
          params: JSON.stringify(input.params ?? {}),
          personId: 'personId' in input.to ? input.to.personId : null,
          chatId: 'chatId' in input.to ? input.to.chatId : null,
          platform: 'chatId' in input.to ? input.to.platform : null,
          platformMessageId: null,
          lane: input.urgent ? 'urgent' : 'normal',
          state: 'queued',
          dedupeKey: input.dedupeKey.slice(0, 120),
          queuedAt: now,
          sentAt: null,
          deliveredAt: null,
          readAt: null,
          actedAt: null,
          wantedRev: 1,
          shownRev: 0,
          workAt: now,
          attempts: 0,
          leaseHolder: null,
          leaseUntil: null,
          failure: null,
        },
      ])
      if (added === 0) return null
      wakeAfter(tx)
      return id
    },

    /** The subject has changed: every card about it that somebody has is to be shown anew. Queued ones will be anyway. */
    async refresh(tx: Tx, subject: Subject): Promise<number> {
      const states: DeliveryState[] = [...shownStates, 'sending']
      const count = await execute(
        tx,
        `UPDATE deliveries SET wantedRev = wantedRev + 1, workAt = ? WHERE subjectType = ? AND subjectId = ? AND state IN (${marks(states)})
         AND (platformMessageId IS NOT NULL OR state = 'sending')`,
        [clock.now(), subject.type, subject.id, ...states],
      )
      if (count > 0) wakeAfter(tx)
      return count
    },

    /** Takes rows with work under a lease: urgent ones first, then by age. A row in back-off holds nobody up. */
    async claim(tx: Tx, { holder, limit }: { holder: string; limit: number }): Promise<Delivery[]> {
      const now = clock.now()
      const claimed = await claimRows(tx, {
        table: 'deliveries',
        due: 'workAt <= ?',
        values: [now],
        order: "CASE lane WHEN 'urgent' THEN 0 ELSE 1 END, workAt, id",
        holder,
        now,
        leaseMs,
        limit,
      })
      if (claimed.length === 0) return []
      await execute(
        tx,
        `UPDATE deliveries SET state = 'sending' WHERE state = 'queued' AND id IN (${marks(claimed)})`,
        claimed,
      )
      const rows = await tx.getRepository(DeliveryEntity).findBy({ id: In(claimed) })
      return claimed.flatMap((id) => rows.find((row) => row.id === id) ?? [])
    },

    /**
     * The platform took the message. A receipt may have overtaken this: then the state is further on already.
     *
     * Nothing counts as shown yet: `markShown` ends the work on it, so that what follows the sending is not forgotten
     * when the process dies in between.
     */
    async markSent(
      tx: Tx,
      delivery: Delivery,
      sent: { platform: Platform; platformMessageId: string; state: 'sent' | 'delivered' },
    ) {
      const now = clock.now()
      await updateRows(
        tx,
        DeliveryEntity,
        { id: delivery.id },
        {
          platform: sent.platform,
          platformMessageId: sent.platformMessageId,
          sentAt: now,
        },
      )
      await updateRows(
        tx,
        DeliveryEntity,
        { id: delivery.id, state: In(['sending', 'unknown']) },
        { state: sent.state, ...(sent.state === 'delivered' ? { deliveredAt: now } : {}) },
      )
    },

    /** The recipient's card shows revision `delivery.wantedRev`; if the subject changed meanwhile there is work again. */
    async markShown(tx: Tx, delivery: Pick<Delivery, 'id' | 'wantedRev'>) {
      const now = clock.now()
      await execute(
        tx,
        `UPDATE deliveries SET shownRev = ?, workAt = CASE WHEN wantedRev > ? THEN ? ELSE NULL END, attempts = 0,
         leaseHolder = NULL, leaseUntil = NULL, failure = NULL WHERE id = ?`,
        [delivery.wantedRev, delivery.wantedRev, now, delivery.id],
      )
      wakeAfter(tx)
    },

    /**
     * The platform could not be reached or said no.
     *
     * @param retryable - false ends it: `failed`, with the reason on the row. A try that goes on for `keepMs` expires.
     */
    async markFailed(
      tx: Tx,
      delivery: Delivery,
      failure: { reason: string; retryable: boolean; retryAfterMs?: number },
    ) {
      const now = clock.now()
      const wasShown = shownStates.includes(delivery.state)
      const expired = now.getTime() - delivery.queuedAt.getTime() > keepMs
      const ended = !failure.retryable || expired
      const retryAt = new Date(now.getTime() + (failure.retryAfterMs ?? backoffMs(delivery.attempts + 1)))
      // A card that was shown and cannot be updated keeps its state; only the update is given up.
      const state = wasShown
        ? delivery.state
        : ended
          ? expired && failure.retryable
            ? 'expired'
            : 'failed'
          : 'queued'
      await updateRows(
        tx,
        DeliveryEntity,
        { id: delivery.id, state: In(['sending', ...shownStates]) },
        {
          state,
          attempts: delivery.attempts + 1,
          workAt: ended ? null : retryAt,
          leaseHolder: null,
          leaseUntil: null,
          failure: failure.reason.slice(0, 300),
        },
      )
    },

    /** Sent for sure or not is not known, and the platform cannot tell repeats apart: it is not sent again by itself. */
    async markUnknown(tx: Tx, delivery: Delivery, reason: string) {
      await updateRows(
        tx,
        DeliveryEntity,
        { id: delivery.id, state: 'sending' },
        {
          state: 'unknown',
          workAt: null,
          leaseHolder: null,
          leaseUntil: null,
          failure: reason.slice(0, 300),
        },
      )
    },

    /** A receipt from the platform, or the recipient's own tap. @returns false when it told nothing new. */
    async receipt(tx: Tx, id: string, state: 'delivered' | 'read' | 'acted'): Promise<boolean> {
      const at = clock.now()
      const stamp = { delivered: { deliveredAt: at }, read: { readAt: at }, acted: { actedAt: at } }[state]
      const moved = await updateRows(
        tx,
        DeliveryEntity,
        { id, state: In(receiptFrom[state]) },
        { state, ...stamp },
      )
      return moved === 1
    },

    /** Adds to what the card needs to be rendered: what came of it. Ids only. */
    async remember(
      tx: Tx,
      delivery: Pick<Delivery, 'id' | 'params'>,
      params: Record<string, string>,
    ): Promise<void> {
      await updateRows(tx, DeliveryEntity, { id: delivery.id }, { params: { ...delivery.params, ...params } })
    },

    async find(tx: EntityManager, id: string): Promise<Delivery | null> {
      return tx.getRepository(DeliveryEntity).findOneBy({ id })
    },

    /** Recent deliveries about a subject, newest first. */
    async about(tx: EntityManager, subject: Subject): Promise<Delivery[]> {
      return tx.getRepository(DeliveryEntity).find({
        where: { subjectType: subject.type, subjectId: subject.id },
        order: { queuedAt: 'DESC', id: 'DESC' },
        take: 50,
      })
    },

    async counts(tx: EntityManager): Promise<Record<string, number>> {
      const rows = await select<{ state: string; n: number | string }>(
        tx,
        'SELECT state, COUNT(*) AS n FROM deliveries GROUP BY state',
      )
      return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]))
    },
  }
}
