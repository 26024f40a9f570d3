import { In } from 'typeorm'
import { backoffMs } from '../db/backoff.js'
import { LeaseLost } from '../db/lease.js'
import { updateRows } from '../db/rows.js'
import { execute, marks } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import { recordAttempt, type AttemptOutcome } from './attempts.js'
import {
  DeliveryEntity,
  isKeptTrue,
  keepMs,
  shownStates,
  type Delivery,
  type DeliveryState,
} from './delivery.js'
import type { DeliveryReminders } from './reminders.js'

/** Without an account one is looked for again this often, should nobody say that there is one now. */
const lookAgainMs = 10 * 60_000
/** What may have arrived is sent once more after this long: a receipt or a tap may come first. */
const repeatAfterMs = 30_000
/** The first question what became of a message comes this long after it was sent. */
const firstPollMs = 5000
/** Some 72 hours of trying: however old a card is, one refusal is no reason to leave it with yesterday's state. */
const mostUpdateTries = 440
/** No call to a platform takes longer: an update that somebody has given up waiting for lands before this or never. */
const lingerMs = 15_000

export interface Taken {
  platform: Platform | null
  provider?: string
  /** Null where the one who took it gives it no name. */
  platformMessageId: string | null
  state: 'sent' | 'delivered'
  /** Whether the platform wants to be asked what became of it. */
  polled?: boolean
}

export interface Failure {
  /** The platform's code. */
  reason: string
  retryable: boolean
  retryAfterMs?: number
  platform?: Platform
  /** It may have arrived all the same; the platform will recognise its key. */
  mayHaveArrived?: boolean
}

interface OutcomesDeps {
  clock: Clock
  ids: Ids
  reminders: DeliveryReminders
  wake: () => void
}

/**
 * What became of a delivery in its sender's hands. Each ends the lease; each is a conditional update, and void for a
 * sender whose lease ran out: the delivery is in other hands, or done.
 */
export function createOutcomes({ clock, ids, reminders, wake }: OutcomesDeps) {
  const free = { leaseHolder: null, leaseUntil: null, interruptions: 0 }
  const note = (tx: Tx, delivery: Delivery, outcome: AttemptOutcome, n: number, code: string) =>
    recordAttempt(tx, delivery, {
      id: ids.next(),
      at: clock.now(),
      n,
      platform: delivery.platform,
      outcome,
      code,
    })

  /** Where it is still the sender's: one that was not claimed (a test's, an admin's) is anybody's. */
  const ours = ({ id, leaseHolder }: Pick<Delivery, 'id' | 'leaseHolder'>) => ({
    id,
    ...(leaseHolder ? { leaseHolder } : {}),
  })

  /**
   * Somebody showed a state of the card after their time, perhaps over a newer one: today's is to be shown once more.
   * Whoever has the card now learns of it by the revision.
   */
  async function showAgain(tx: Tx, id: string): Promise<void> {
    const work = await execute(
      tx,
      `UPDATE deliveries SET wantedRev = wantedRev + 1, workAt = ? WHERE id = ? AND ${isKeptTrue}
       AND platformMessageId IS NOT NULL AND state IN (${marks(shownStates)})`,
      [clock.now(), id, ...shownStates],
    )
    if (work > 0) afterCommit(tx, wake)
  }

  /** Ends it without sending. */
  async function close(tx: Tx, delivery: Delivery, state: DeliveryState, failure: string): Promise<void> {
    await updateRows(
      tx,
      DeliveryEntity,
      { id: delivery.id, state: In(['queued', 'sending', 'unknown']) },
      { state, failure: failure.slice(0, 300), workAt: null, waitingFor: null, handedAt: null, ...free },
    )
  }

  return {
    /**
     * It is about to be handed to somebody who cannot tell repeats apart. Committed before the handing over: whoever
     * finds this mark after a crash knows that it may have arrived.
     *
     * @throws LeaseLost when it took so long to come to it that somebody else has it by now: they will hand it over.
     */
    async markHanded(tx: Tx, delivery: Delivery): Promise<void> {
      const repeated = delivery.repeated || delivery.state === 'unknown'
      const handedAt = delivery.handedAt ?? clock.now()
      const marked = await updateRows(tx, DeliveryEntity, ours(delivery), { handedAt, repeated })
      if (marked !== 1) throw new LeaseLost()
      if (repeated && !delivery.repeated) await note(tx, delivery, 'repeated', delivery.attempts + 1, '')
    },

    /**
     * The platform took the message. A receipt may have overtaken this: then the state is further on already.
     *
     * Nothing counts as shown yet: `markShown` ends the work on it.
     */
    async markSent(tx: Tx, delivery: Delivery, taken: Taken): Promise<void> {
      const now = clock.now()
      const pollAt = taken.polled ? new Date(now.getTime() + firstPollMs) : null
      // The state comes last: MySQL assigns from left to right, and the column before it asks for the old one.
      await execute(
        tx,
        `UPDATE deliveries SET platform = ?, provider = ?, platformMessageId = ?, sentAt = ?, handedAt = NULL,
         pollAt = CASE WHEN state IN ('read', 'acted') THEN NULL ELSE ? END,
         deliveredAt = CASE WHEN state IN ('sending', 'unknown') AND ? = 'delivered' THEN ? ELSE deliveredAt END,
         state = CASE WHEN state IN ('sending', 'unknown') THEN ? ELSE state END WHERE id = ?`,
        [
          ...[taken.platform, taken.provider ?? null, taken.platformMessageId, now, pollAt],
          ...[taken.state, now, taken.state, delivery.id],
        ],
      )
      if (delivery.channel === 'messenger') await reminders.plan(tx, delivery, now)
    },

    /**
     * The recipient's card shows revision `delivery.wantedRev`; if the subject changed meanwhile there is work again.
     *
     * There is, too, when the lease ran out while the card was being shown: a newer state may lie below this one. A
     * reminder that was given is given, whoever has it.
     *
     * @param mayBeOverdrawn - an older update may still be on its way: the card is shown once more when it has landed.
     */
    async markShown(
      tx: Tx,
      delivery: Pick<Delivery, 'id' | 'channel' | 'wantedRev' | 'leaseHolder'>,
      { mayBeOverdrawn = false }: { mayBeOverdrawn?: boolean } = {},
    ): Promise<void> {
      const { id, channel, wantedRev } = delivery
      const leaseHolder = channel === 'messenger' || channel === 'todo' ? delivery.leaseHolder : null
      const now = clock.now()
      const later = mayBeOverdrawn ? new Date(now.getTime() + lingerMs) : null
      const mine = await execute(
        tx,
        `UPDATE deliveries SET shownRev = ?, workAt = CASE WHEN wantedRev > ? THEN ? ELSE ? END, attempts = 0,
         handedAt = CASE WHEN wantedRev > ? THEN ? ELSE NULL END, wantedRev = wantedRev + ?, leaseHolder = NULL, leaseUntil = NULL,
         interruptions = 0, failure = NULL
         WHERE id = ?${leaseHolder ? ' AND leaseHolder = ?' : ''}`,
        [
          wantedRev,
          wantedRev,
          now,
          later,
          wantedRev,
          later && now,
          later ? 1 : 0,
          id,
          ...(leaseHolder ? [leaseHolder] : []),
        ],
      )
      if (mine === 0) await showAgain(tx, id)
      afterCommit(tx, wake)
    },

    /**
     * Its recipient has shown what the platform calls it: a message whose sending was never answered can be drawn anew
     * from now on, and is, since its subject may have changed meanwhile.
     */
    async identify(
      tx: Tx,
      id: string,
      { platform, platformMessageId }: { platform: Platform; platformMessageId: string },
    ): Promise<void> {
      const found = await execute(
        tx,
        `UPDATE deliveries SET platform = ?, platformMessageId = ?, wantedRev = wantedRev + 1, workAt = ? WHERE id = ?
         AND channel = 'messenger' AND platformMessageId IS NULL AND state IN (${marks(shownStates)})`,
        [platform, platformMessageId, clock.now(), id, ...shownStates],
      )
      if (found > 0) afterCommit(tx, wake)
    },

    /**
     * The platform could not be reached or said no.
     *
     * A failure that is not retryable ends it: `failed`, with the reason on the row. One that goes on for `keepMs`
     * expires. A card that was shown and cannot be updated keeps its state, also one that its recipient has reached
     * meanwhile; only the update is given up. What a receipt says has arrived is not sent again. What may have arrived
     * is marked, so that whoever tries next knows that it may still be on its way.
     */
    async markFailed(tx: Tx, delivery: Delivery, failure: Failure): Promise<void> {
      const now = clock.now()
      const attempts = delivery.attempts + 1
      const wasShown = shownStates.includes(delivery.state)
      const tooLate = now.getTime() - delivery.queuedAt.getTime() > keepMs
      const expired = wasShown ? attempts >= mostUpdateTries : tooLate
      const ended = !failure.retryable || expired
      const retryAt = new Date(now.getTime() + (failure.retryAfterMs ?? backoffMs(attempts)))
      const endState = expired && failure.retryable ? 'expired' : 'failed'
      const moved = await updateRows(
        tx,
        DeliveryEntity,
        { ...ours(delivery), state: In(wasShown ? shownStates : ['sending']) },
        {
          ...(wasShown ? {} : { state: ended ? endState : 'queued' }),
          attempts,
          workAt: ended ? null : retryAt,
          // A plain no to this try does not tell what became of an earlier one.
          handedAt: failure.mayHaveArrived ? (delivery.handedAt ?? now) : delivery.handedAt,
          failure: failure.reason.slice(0, 300),
          ...free,
        },
      )
      if (moved !== 1) {
        if (failure.mayHaveArrived) await showAgain(tx, delivery.id)
        return
      }
      const platform = failure.platform ?? delivery.platform
      await note(tx, { ...delivery, platform }, 'failed', attempts, failure.reason)
      if (ended && delivery.channel !== 'messenger') await reminders.next(tx, delivery, now)
    },

    /**
     * Sent for sure or not is not known, and the platform cannot tell repeats apart. An escalation is sent once more,
     * marked as such; nothing else is, and nothing is sent a third time.
     */
    async markUnknown(tx: Tx, delivery: Delivery, reason: string): Promise<void> {
      const now = clock.now()
      const again =
        delivery.channel === 'messenger' &&
        delivery.level === 'escalation' &&
        !delivery.repeated &&
        delivery.state !== 'unknown'
      const attempts = delivery.attempts + 1
      const moved = await updateRows(
        tx,
        DeliveryEntity,
        { ...ours(delivery), state: In(['sending', 'unknown']) },
        {
          state: 'unknown',
          attempts,
          workAt: again ? new Date(now.getTime() + repeatAfterMs) : null,
          handedAt: null,
          failure: reason.slice(0, 300),
          ...free,
        },
      )
      if (moved === 1)
        await note(tx, delivery, reason === 'interrupted' ? reason : 'unknown', attempts, reason)
    },

    /** There is no account to send it to now: it is kept, and goes out when there is one. */
    async markWaiting(tx: Tx, delivery: Delivery, why: string): Promise<void> {
      const now = clock.now().getTime()
      const end = delivery.queuedAt.getTime() + keepMs
      await updateRows(
        tx,
        DeliveryEntity,
        { id: delivery.id, state: 'sending' },
        {
          state: 'queued',
          waitingFor: 'account',
          workAt: new Date(Math.max(now + 1000, Math.min(now + lookAgainMs, end))),
          failure: why.slice(0, 300),
          ...free,
        },
      )
      if (delivery.failure !== why) await note(tx, delivery, 'waiting', 0, why)
    },

    /** It has been of no use to anybody for too long. */
    expire: (tx: Tx, delivery: Delivery) => close(tx, delivery, 'expired', delivery.failure ?? 'too-late'),

    /** Not needed, or not possible here; a reminder that goes by turns passes on to its next way where `passOn`. */
    async markSkipped(
      tx: Tx,
      delivery: Delivery,
      why: string,
      { passOn }: { passOn: boolean },
    ): Promise<void> {
      await close(tx, delivery, 'skipped', why)
      if (passOn) await reminders.next(tx, delivery, clock.now())
      afterCommit(tx, wake)
    },
  }
}
