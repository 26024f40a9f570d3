import { In, type EntityManager } from 'typeorm'
import { asDate, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import {
  ChangeEntity,
  ChangeValueEntity,
  chainStart,
  commitment,
  hashChange,
  merkleRoot,
  SealEntity,
  type Change,
  type Seal,
  type Subject,
} from './change.js'

export interface Break {
  changeId: string
  seq: number
  problem: 'hash' | 'previous' | 'sequence' | 'value'
}

/**
 * Checks one subject's chain: every hash, every link, no gap, and every personal value that still exists against its
 * commitment.
 *
 * @returns the first break, or null when the chain is whole.
 */
export async function verifyChain(tx: EntityManager, subject: Subject): Promise<Break | null> {
  const chain = await tx
    .getRepository(ChangeEntity)
    .find({ where: { subjectType: subject.type, subjectId: subject.id }, order: { seq: 'ASC' } })
  let previous = chainStart
  for (const [index, change] of chain.entries()) {
    const broken = linkProblem(change, previous, index + 1)
    if (broken) return { changeId: change.id, seq: change.seq, problem: broken }
    previous = change.hash
  }
  return valueProblem(tx, chain)
}

/** Checks every chain. @returns the breaks found and how many subjects were read. */
export async function verifyAll(
  tx: EntityManager,
): Promise<{ subjects: number; breaks: (Break & Subject)[] }> {
  const subjects = await select<Subject>(
    tx,
    'SELECT DISTINCT subjectType AS type, subjectId AS id FROM changes ORDER BY subjectType, subjectId',
  )
  const breaks: (Break & Subject)[] = []
  for (const { type, id } of subjects) {
    const broken = await verifyChain(tx, { type, id })
    if (broken) breaks.push({ ...broken, type, id })
  }
  return { subjects: subjects.length, breaks }
}

/** Stores the Merkle root of all changes in `[from, to)`. Sealing a day twice keeps the first seal. */
export async function sealDay(
  tx: Tx,
  input: { day: string; from: Date; to: Date; now: Date },
): Promise<Seal> {
  const known = await tx.getRepository(SealEntity).findOneBy({ day: input.day })
  if (known) return known
  const seal = { day: input.day, at: input.now, ...(await rootOf(tx, input.from, input.to)) }
  await tx.getRepository(SealEntity).insert(seal)
  return seal
}

/** True when the sealed day's changes still have the root that was stored. */
export async function verifySeal(
  tx: EntityManager,
  day: string,
  range: { from: Date; to: Date },
): Promise<boolean> {
  const seal = await tx.getRepository(SealEntity).findOneByOrFail({ day })
  const { root, changes } = await rootOf(tx, range.from, range.to)
  return root === seal.root && changes === seal.changes
}

async function rootOf(tx: EntityManager, from: Date, to: Date): Promise<{ root: string; changes: number }> {
  const rows = await select<{ hash: string }>(
    tx,
    'SELECT hash FROM changes WHERE at >= ? AND at < ? ORDER BY subjectType, subjectId, seq',
    [from, to],
  )
  return { root: merkleRoot(rows.map((row) => row.hash)), changes: rows.length }
}

function linkProblem(change: Change, previous: string, seq: number): Break['problem'] | null {
  if (change.seq !== seq) return 'sequence'
  if (change.prevHash !== previous) return 'previous'
  return hashChange({ ...change, at: asDate(change.at) }) === change.hash ? null : 'hash'
}

async function valueProblem(tx: EntityManager, chain: Change[]): Promise<Break | null> {
  if (chain.length === 0) return null
  const values = await tx
    .getRepository(ChangeValueEntity)
    .findBy({ changeId: In(chain.map((change) => change.id)) })
  for (const value of values) {
    const change = chain.find((candidate) => candidate.id === value.changeId)
    const [before, after] = change?.fields[value.field] ?? []
    const same =
      before === commitment(value.saltBefore, value.before) &&
      after === commitment(value.saltAfter, value.after)
    if (!same) return { changeId: value.changeId, seq: change?.seq ?? 0, problem: 'value' }
  }
  return null
}
