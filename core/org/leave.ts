import { EntitySchema, In, IsNull, LessThanOrEqual, MoreThan, type EntityManager } from 'typeorm'
import * as column from '../db/columns.js'

/** A person is away from one instant to another, with or without a deputy. */
export interface Leave {
  id: string
  personId: string
  fromAt: Date
  toAt: Date
  /** Answers in the person's place. */
  deputyId: string | null
  note: string
  addedAt: Date
  /** When what was waiting for the person went on without them; null before. */
  begunAt: Date | null
  cancelledAt: Date | null
}

export const LeaveEntity = new EntitySchema<Leave>({
  name: 'leave',
  tableName: 'leaves',
  columns: {
    id: column.id(),
    personId: column.ref(),
    fromAt: column.instant(),
    toAt: column.instant(),
    deputyId: column.optionalRef(),
    note: column.word(200),
    addedAt: column.instant(),
    begunAt: column.optionalInstant(),
    cancelledAt: column.optionalInstant(),
  },
  indices: [
    { name: 'leaves_person', columns: ['personId', 'toAt'] },
    { name: 'leaves_begin', columns: ['begunAt', 'fromAt'] },
    { name: 'leaves_end', columns: ['toAt'] },
  ],
})

/** The leave that each of these people is on at an instant; those who are there are missing. */
export async function leavesAt(
  tx: EntityManager,
  personIds: readonly string[],
  at: Date,
): Promise<Map<string, Leave>> {
  if (personIds.length === 0) return new Map()
  const rows = await tx.getRepository(LeaveEntity).find({
    where: {
      personId: In([...personIds]),
      fromAt: LessThanOrEqual(at),
      toAt: MoreThan(at),
      cancelledAt: IsNull(),
    },
    order: { fromAt: 'ASC' },
    take: 1000,
  })
  return new Map(rows.map((row) => [row.personId, row]))
}

/** Everybody who is on leave at an instant. */
export async function onLeave(tx: EntityManager, at: Date): Promise<Set<string>> {
  const rows = await tx.getRepository(LeaveEntity).find({
    where: { fromAt: LessThanOrEqual(at), toAt: MoreThan(at), cancelledAt: IsNull() },
    select: { personId: true },
    take: 5000,
  })
  return new Set(rows.map((row) => row.personId))
}

/** A person's leave that ends after an instant, soonest first, at most 100. */
export async function leavesAfter(tx: EntityManager, personId: string, after: Date): Promise<Leave[]> {
  return tx.getRepository(LeaveEntity).find({
    where: { personId, toAt: MoreThan(after), cancelledAt: IsNull() },
    order: { fromAt: 'ASC' },
    take: 100,
  })
}
