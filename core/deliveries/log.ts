import { In, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { ChangeEntity, type Change } from '../changes/change.js'
import { both, rankedIds, type Condition } from '../db/ranked.js'
import { updateRows } from '../db/rows.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import { authorize } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import { attemptsOf, recordAttempt, type DeliveryAttempt } from './attempts.js'
import { DeliveryEntity, type Delivery, type DeliveryChannel, type DeliveryState } from './delivery.js'

export interface LogFilter {
  personId?: string
  card?: string
  states?: readonly DeliveryState[]
  platform?: Platform
  channel?: DeliveryChannel
  /** Queued at or after, and before. */
  from?: Date
  to?: Date
}

export interface LogPage {
  /** Newest first. */
  deliveries: Delivery[]
  /** Hand it back for the next page; null at the end. */
  next: string | null
}

/** The whole way of one message. */
export interface DeliveryWay {
  delivery: Delivery
  /** What happened that somebody had to hear of; null where no change caused it. */
  cause: Change | null
  /** Failures, waits and repeats, oldest first. */
  attempts: DeliveryAttempt[]
  /** Reminders of it, in the order in which they are due. */
  reminders: Delivery[]
  /** The digest that stands for it, or the first 50 that this digest stands for, and how many there are. */
  digest: Delivery | null
  folded: Delivery[]
  foldedCount: number
}

const pageSize = 50
/** States that an admin may start again. */
const retryable: DeliveryState[] = ['failed', 'expired', 'unknown']

/** Reads of the ledger for admins, and their one intervention: to send again what has ended badly. */
export function createMessageLog({ clock, ids, wake }: { clock: Clock; ids: Ids; wake: () => void }) {
  return {
    /**
     * Deliveries, newest first, 50 a page.
     *
     * @param after - `next` of the page before.
     * @throws DomainError `permission.denied`.
     */
    async list(tx: EntityManager, actor: Actor, filter: LogFilter, after?: string): Promise<LogPage> {
      authorize(actor, 'delivery.read')
      // Ids carry the time of queueing: their order is the order of the page.
      const ids = await rankedIds(tx, {
        ...{ table: 'deliveries', column: 'id', parts: partsOf(filter) },
        ...{ after: after ? { value: after, id: after } : null, limit: pageSize + 1 },
      })
      const shown = ids.slice(0, pageSize)
      const deliveries = await tx.getRepository(DeliveryEntity).find({
        where: { id: In(shown) },
        order: { id: 'DESC' },
      })
      return { deliveries, next: ids.length > pageSize ? (shown.at(-1) ?? null) : null }
    },

    /** @throws DomainError `permission.denied`, `delivery.not_found`. */
    async way(tx: EntityManager, actor: Actor, id: string): Promise<DeliveryWay> {
      authorize(actor, 'delivery.read')
      const rows = tx.getRepository(DeliveryEntity)
      const delivery = await rows.findOneBy({ id })
      if (!delivery) throw new DomainError('delivery.not_found', { id })
      const { causeId, foldedInto } = delivery
      return {
        delivery,
        cause: causeId ? await tx.getRepository(ChangeEntity).findOneBy({ id: causeId }) : null,
        attempts: await attemptsOf(tx, id),
        reminders: await rows.find({ where: { parentId: id }, order: { id: 'ASC' }, take: 50 }),
        digest: foldedInto ? await rows.findOneBy({ id: foldedInto }) : null,
        folded: await rows.find({ where: { foldedInto: id }, order: { id: 'ASC' }, take: 50 }),
        foldedCount: await rows.countBy({ foldedInto: id }),
      }
    },

    /**
     * Sends again what has failed, expired or is unknown: an admin's own decision. What may have arrived is marked
     * 可能重复; the 72 hours begin anew.
     *
     * @returns false when it is in none of these states any more.
     * @throws DomainError `permission.denied`, `delivery.not_found`.
     */
    async retry(tx: Tx, actor: Actor, id: string): Promise<boolean> {
      authorize(actor, 'delivery.retry')
      const delivery = await tx.getRepository(DeliveryEntity).findOneBy({ id })
      if (!delivery) throw new DomainError('delivery.not_found', { id })
      const now = clock.now()
      const moved = await updateRows(
        tx,
        DeliveryEntity,
        { id, state: In(retryable) },
        {
          state: 'queued',
          repeated: delivery.repeated || delivery.state === 'unknown',
          queuedAt: now,
          workAt: now,
          handedAt: null,
          // One that was tried may be recognised by its key: what is shown then is the earlier try's card.
          attempts: Math.min(1, delivery.attempts),
          failure: null,
          waitingFor: null,
        },
      )
      if (moved !== 1) return false
      const by = actor.kind === 'person' ? actor.personId : actor.name
      await recordAttempt(tx, delivery, {
        id: ids.next(),
        at: now,
        n: 0,
        platform: delivery.platform,
        outcome: 'retried',
        code: by,
      })
      afterCommit(tx, wake)
      return true
    },
  }
}

/** One part for each state, which has an index in the order of the page. */
function partsOf({ personId, card, states = [], platform, channel, from, to }: LogFilter): Condition[] {
  const wanted: (Condition | null)[] = [
    personId ? { sql: 'personId = ?', values: [personId] } : null,
    card ? { sql: 'card = ?', values: [card] } : null,
    platform ? { sql: 'platform = ?', values: [platform] } : null,
    channel ? { sql: 'channel = ?', values: [channel] } : null,
    from ? { sql: 'queuedAt >= ?', values: [from] } : null,
    to ? { sql: 'queuedAt < ?', values: [to] } : null,
  ]
  const rest = wanted.filter((one) => one !== null).reduce(both, { sql: '1 = 1', values: [] })
  if (states.length === 0) return [rest]
  return [...new Set(states)].map((state) => both({ sql: 'state = ?', values: [state] }, rest))
}

export type MessageLog = ReturnType<typeof createMessageLog>
