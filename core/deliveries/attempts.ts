import { EntitySchema, LessThan, type EntityManager } from 'typeorm'
import * as column from '../db/columns.js'
import { insertRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Platform } from '../ports/platform.js'
import type { Delivery } from './delivery.js'

/**
 * A try that did not simply end well, or a wait and its reason. What went well stands on the delivery itself (`sentAt`,
 * the receipts): the usual message leaves no row here.
 */
export interface DeliveryAttempt {
  id: string
  deliveryId: string
  at: Date
  /** Which of the tries; 0 for what is no try (a wait, a fold). */
  n: number
  platform: Platform | null
  outcome: AttemptOutcome
  /** The platform's code or our reason, never a person's data. */
  code: string
}

export const attemptOutcomes = ['failed', 'unknown', 'interrupted', 'waiting', 'repeated', 'retried'] as const
export type AttemptOutcome = (typeof attemptOutcomes)[number]

export const DeliveryAttemptEntity = new EntitySchema<DeliveryAttempt>({
  name: 'delivery_attempt',
  tableName: 'delivery_attempts',
  columns: {
    id: column.id(),
    deliveryId: column.ref(),
    at: column.instant(),
    n: column.count(),
    platform: column.optionalWord(20),
    outcome: column.state(),
    code: column.word(300),
  },
  indices: [
    { name: 'delivery_attempts_delivery', columns: ['deliveryId', 'id'] },
    { name: 'delivery_attempts_at', columns: ['at'] },
  ],
})

/** Every try is kept up to here, from then on one in ten: 72 hours of trying stay below 70 rows. */
const keptWhole = 20

/** Writes down one try. */
export async function recordAttempt(
  tx: Tx,
  delivery: Pick<Delivery, 'id'>,
  attempt: Omit<DeliveryAttempt, 'deliveryId'>,
): Promise<void> {
  if (attempt.n > keptWhole && attempt.n % 10 !== 0) return
  const row = { ...attempt, deliveryId: delivery.id, code: attempt.code.slice(0, 300) }
  await insertRows(tx, DeliveryAttemptEntity, [row])
}

/** The tries of a delivery, oldest first; at most 200. */
export async function attemptsOf(tx: EntityManager, deliveryId: string): Promise<DeliveryAttempt[]> {
  return tx.getRepository(DeliveryAttemptEntity).find({
    where: { deliveryId },
    order: { id: 'ASC' },
    take: 200,
  })
}

/** Forgets tries from before an instant. @returns how many there were. */
export async function pruneAttempts(tx: Tx, before: Date): Promise<number> {
  const gone = await tx.getRepository(DeliveryAttemptEntity).delete({ at: LessThan(before) })
  return gone.affected ?? 0
}
