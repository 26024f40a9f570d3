import { In } from 'typeorm'
import { claimRows } from '../db/lease.js'
import { updateRows } from '../db/rows.js'
import { execute, marks } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { recordAttempt } from './attempts.js'
import { DeliveryEntity, shownStates, type Delivery } from './delivery.js'
import { foldDue, isLookedAt } from './fold.js'
import { holdForQuiet } from './quiet.js'
import type { DeliveryReminders } from './reminders.js'

/** A delivery in a sender's hands. */
export interface Claimed extends Delivery {
  /** Somebody was at it and did not come to an end: it may have been sent, or be on its way still. */
  interrupted: boolean
  /** Their lease on it was never ended. */
  wasHeld: boolean
  /** It may end whoever works on it: it came alone, and nothing is to be taken beside it. */
  isAlone: boolean
}

const leaseMs = 30_000

interface ClaimsDeps {
  clock: Clock
  ids: Ids
  playbook: Playbook
  reminders: DeliveryReminders
  wake: () => void
  timeZone: string
}

/** How deliveries come into a sender's hands and back out of them. */
export function createClaims({ clock, ids, playbook, reminders, wake, timeZone }: ClaimsDeps) {
  /** Whoever worked on it ended, again and again: it is left to an admin, and nobody is ended by it any more. */
  async function giveUp(tx: Tx, dead: readonly string[]): Promise<void> {
    const now = clock.now()
    for (const delivery of await tx.getRepository(DeliveryEntity).findBy({ id: In([...dead]) })) {
      const wasShown = shownStates.includes(delivery.state)
      await updateRows(
        tx,
        DeliveryEntity,
        { id: delivery.id },
        {
          ...(wasShown ? {} : { state: 'failed' as const, handedAt: null }),
          ...{ failure: 'interrupted', workAt: null, waitingFor: null },
          ...{ leaseHolder: null, leaseUntil: null, interruptions: 0 },
        },
      )
      const { platform, attempts, channel } = delivery
      const tried = { at: now, n: attempts + 1, platform, outcome: 'interrupted' as const }
      await recordAttempt(tx, delivery, { ...tried, id: ids.next(), code: 'interrupted' })
      if (channel !== 'messenger') await reminders.next(tx, delivery, now)
    }
  }

  return {
    /**
     * Takes rows with work under a lease: urgent ones first, then by age. A row in back-off holds nobody up.
     *
     * @param isBusy - the sender has others in hand: one that has to be worked on alone is left.
     */
    async claim(
      tx: Tx,
      { holder, limit, isBusy = false }: { holder: string; limit: number; isBusy?: boolean },
    ): Promise<Claimed[]> {
      const now = clock.now()
      const { quiet, digest } = await playbook.get(tx, 'notices')
      await holdForQuiet(tx, { now, quiet, timeZone })
      await foldDue(tx, { now, ids, digest })
      const claimed = await claimRows(tx, {
        table: 'deliveries',
        due: `workAt <= ? AND ${isLookedAt}`,
        values: [now],
        order: "CASE lane WHEN 'urgent' THEN 0 ELSE 1 END, workAt, id",
        holder,
        now,
        leaseMs,
        limit,
        isBusy,
      })
      const { isAlone } = claimed
      if (claimed.dead.length > 0) await giveUp(tx, claimed.dead)
      if (claimed.rows.length === 0) return []
      const claimedIds = claimed.rows.map(({ id }) => id)
      const rows = await tx.getRepository(DeliveryEntity).findBy({ id: In(claimedIds) })
      await execute(
        tx,
        `UPDATE deliveries SET state = 'sending', waitingFor = NULL WHERE state = 'queued' AND id IN (${marks(claimedIds)})`,
        claimedIds,
      )
      const byId = new Map(rows.map((row) => [row.id, row]))
      return claimed.rows.flatMap(({ id, wasHeld }) => {
        const row = byId.get(id)
        if (!row) return []
        const interrupted = wasHeld || row.state === 'sending' || row.handedAt !== null
        const state = row.state === 'queued' ? ('sending' as const) : row.state
        return [{ ...row, interrupted, wasHeld, isAlone, state }]
      })
    },

    /**
     * Puts back what was not begun: it keeps its place and has cost no try. What an earlier sender may have begun stays
     * under suspicion. Void for what is in other hands by now.
     *
     * @param until - it is not due before this; without it, it is due as it was.
     */
    async handBack(tx: Tx, deliveries: readonly Claimed[], until?: Date): Promise<void> {
      for (const wasHeld of [true, false]) {
        const some = deliveries.filter((one) => one.wasHeld === wasHeld)
        if (some.length === 0) continue
        const undone = wasHeld
          ? 'interruptions = interruptions - 1'
          : "leaseHolder = NULL, state = CASE state WHEN 'sending' THEN 'queued' ELSE state END"
        await execute(
          tx,
          `UPDATE deliveries SET ${undone}, leaseUntil = NULL${until ? ', workAt = ?' : ''}
           WHERE id IN (${marks(some)}) AND leaseHolder IN (${marks(some)})`,
          [...(until ? [until] : []), ...some.map(({ id }) => id), ...some.map((one) => one.leaseHolder)],
        )
      }
      // What is due now is taken by whoever looks first.
      if (!until) afterCommit(tx, wake)
    },

    /** What was put off until this instant is due now. @returns how many there were. */
    async bringForward(tx: Tx, until: Date): Promise<number> {
      const count = await execute(
        tx,
        `UPDATE deliveries SET workAt = ? WHERE workAt = ? AND state IN ('queued', 'sending', 'unknown', 'sent', 'delivered', 'read', 'acted')
         AND (waitingFor IS NULL OR waitingFor = 'account')`,
        [clock.now(), until],
      )
      if (count > 0) afterCommit(tx, wake)
      return count
    },
  }
}
