import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { updateRows } from '../db/rows.js'
import { asDate, execute, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import { authorize } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import { InboxEntity, type InboxRow } from './inbox-row.js'

/** An event that was given up, for the page where somebody decides what becomes of it. */
export type DeadEvent = Pick<
  InboxRow,
  'id' | 'channel' | 'eventId' | 'receivedAt' | 'attempts' | 'lastError' | 'body'
>

/** Platforms send an event again for hours, at most some days; its key must be known for longer than that. */
const keepDoneMs = 30 * 86_400_000
const slice = 1000
const subject = { type: 'installation', id: 'inbox' } as const

/** What people do about events that could not be worked on, and what becomes of old ones. */
export function createInboxCare({ clock, changes }: { clock: Clock; changes: Changes }) {
  async function end(tx: Tx, actor: Actor, id: string, set: Partial<InboxRow>): Promise<InboxRow> {
    authorize(actor, 'organisation.edit')
    const row = await tx.getRepository(InboxEntity).findOneBy({ id })
    if (!row) throw new DomainError('inbox.not_found', { id })
    if ((await updateRows(tx, InboxEntity, { id, state: 'dead' }, set)) !== 1)
      throw new DomainError('inbox.not_dead', { id, state: row.state })
    return row
  }

  return {
    /**
     * Events that were given up, newest first, with the reason.
     *
     * @param before - id of the last one already shown. @param limit - at most 50.
     * @throws DomainError `permission.denied`: bodies hold what customers wrote.
     */
    async dead(
      tx: EntityManager,
      actor: Actor,
      { before, limit = 50 }: { before?: string; limit?: number } = {},
    ): Promise<DeadEvent[]> {
      authorize(actor, 'organisation.edit')
      const rows = await tx
        .getRepository(InboxEntity)
        .createQueryBuilder('i')
        .where('i.state = :state', { state: 'dead' })
        .andWhere(before ? 'i.id < :before' : '1 = 1', { before })
        .orderBy('i.id', 'DESC')
        .limit(Math.min(limit, 50))
        .getMany()
      return rows.map(({ id, channel, eventId, receivedAt, attempts, lastError, body }) => ({
        ...{ id, channel, eventId, receivedAt, attempts, lastError, body },
      }))
    },

    /**
     * Has a dead event worked on again, with all its tries.
     *
     * @throws DomainError `inbox.not_found`, `inbox.not_dead` (done, dropped or being tried), `permission.denied`.
     */
    async retry(tx: Tx, actor: Actor, id: string): Promise<void> {
      const set = { state: 'received' as const, attempts: 0, workAt: clock.now(), lastError: null }
      const { channel } = await end(tx, actor, id, set)
      await changes.append(tx, actor, { subject, kind: 'inbox.retried', data: { inboxId: id, channel } })
    },

    /** Lets a dead event be. The row stays, so that a redelivery is known for what it is. Errors as for `retry`. */
    async drop(tx: Tx, actor: Actor, id: string, why: string): Promise<void> {
      const reason = why.trim().slice(0, 200)
      const { channel } = await end(tx, actor, id, { state: 'dropped', result: { dropped: reason } })
      await changes.append(tx, actor, {
        subject,
        kind: 'inbox.dropped',
        data: { inboxId: id, channel, reason },
      })
    },

    /**
     * Deletes one slice of events that were done or dropped thirty days ago. Dead ones stay.
     *
     * @param after - where the last slice ended. @returns where this one ended; null when it was the last.
     */
    async prune(tx: Tx, after = ''): Promise<string | null> {
      const before = clock.now().getTime() - keepDoneMs
      const oldest = await select<{ id: string; state: string; receivedAt: Date | string }>(
        tx,
        `SELECT id, state, receivedAt FROM inbox WHERE id > ? ORDER BY id LIMIT ${slice}`,
        [after],
      )
      const old = oldest.filter((row) => asDate(row.receivedAt).getTime() < before)
      const gone = old.filter(({ state }) => state === 'done' || state === 'dropped').map(({ id }) => id)
      if (gone.length > 0) await execute(tx, `DELETE FROM inbox WHERE id IN (${marks(gone)})`, gone)
      return old.length === slice ? (old.at(-1)?.id ?? null) : null
    },
  }
}
