import type { EntityManager } from 'typeorm'
import { execute, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'

/** An event as far as its order goes. `openSender` names who sent it, until the event is done or dead. */
export interface Ordered {
  id: string
  openSender: string | null
}

/** With more open events of its senders than this a batch cannot be judged at once: the later ones wait. */
const mostSeen = 2000
/** How long an event that must wait for an earlier one is left alone. */
const lookAgainMs = 500

/**
 * Which events of a batch must wait, because an earlier one of the same sender is neither done nor dead and is not in
 * the batch before them. One that fails holds up only what the same sender said later.
 *
 * @param batch - in the order in which they came.
 */
export async function heldUp(tx: EntityManager, batch: readonly Ordered[]): Promise<Set<string>> {
  const senders = [...new Set(batch.flatMap(({ openSender }) => openSender ?? []))]
  const last = batch.reduce((latest, { id }) => (id > latest ? id : latest), '')
  if (senders.length === 0) return new Set()
  const open = await select<{ id: string; openSender: string }>(
    tx,
    `SELECT id, openSender FROM inbox WHERE openSender IN (${marks(senders)}) AND id <= ? ORDER BY id LIMIT ${mostSeen}`,
    [...senders, last],
  )
  return heldAmong(batch, open, open.length < mostSeen)
}

/** The rule of `heldUp`. `isWhole` is false when `open` ends before the last event of the batch. */
export function heldAmong(
  batch: readonly Ordered[],
  open: readonly { id: string; openSender: string }[],
  isWhole: boolean,
): Set<string> {
  const seenUpTo = isWhole ? null : (open.at(-1)?.id ?? '')
  const inBatch = new Set(batch.map(({ id }) => id))
  const blocked = new Set<string>()
  const held = new Set<string>()
  for (const { id, openSender } of open) {
    if (!inBatch.has(id)) blocked.add(openSender)
    else if (blocked.has(openSender)) held.add(id)
  }
  if (seenUpTo !== null)
    for (const { id, openSender } of batch) if (openSender !== null && id > seenUpTo) held.add(id)
  return held
}

/** Lays events back that must wait: they cost no try, and are looked at again shortly. */
export async function layBack(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await execute(
    tx,
    `UPDATE inbox SET workAt = ?, leaseHolder = NULL, leaseUntil = NULL WHERE state = 'received' AND id IN (${marks(ids)})`,
    [new Date(now.getTime() + lookAgainMs), ...ids],
  )
}
