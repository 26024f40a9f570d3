import { In, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { execute, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import { authorize } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import { ChangeEntity, type Change } from '../changes/change.js'
import type { Changes } from '../changes/changes.js'
import type { OutboxRow } from '../changes/outbox.js'

/** A reaction that has failed this often will hardly succeed by itself. It is tried on, ever more seldom. */
export const hopelessAttempts = 8
const mostShown = 50

/** A reaction that keeps failing. `change` is null where the change itself cannot be found. */
export interface StuckReaction extends Pick<OutboxRow, 'changeId' | 'attempts' | 'lastError'> {
  change: Change | null
}

/** What people do about reactions to changes that keep failing: notices that were never queued, cards that stay old. */
export function createReactions({ clock, changes }: { clock: Clock; changes: Changes }) {
  return {
    /** Those that keep failing, newest first, at most 50. @throws DomainError `permission.denied`. */
    async stuck(tx: EntityManager, actor: Actor): Promise<StuckReaction[]> {
      authorize(actor, 'organisation.edit')
      const rows = await select<Omit<StuckReaction, 'change'>>(
        tx,
        `SELECT changeId, MAX(attempts) AS attempts, MAX(lastError) AS lastError FROM outbox
         WHERE attempts >= ${hopelessAttempts} GROUP BY changeId ORDER BY changeId DESC LIMIT ${mostShown}`,
        [],
      )
      const ids = rows.map(({ changeId }) => changeId)
      const found = ids.length > 0 ? await tx.getRepository(ChangeEntity).findBy({ id: In(ids) }) : []
      const byId = new Map(found.map((change) => [change.id, change]))
      return rows.map((row) => ({
        ...row,
        attempts: Number(row.attempts),
        change: byId.get(row.changeId) ?? null,
      }))
    },

    /**
     * Has the failed reactions to a change tried again now, with all their tries.
     *
     * @throws DomainError `reaction.not_stuck` (done meanwhile, or being tried again already), `permission.denied`.
     */
    async retry(tx: Tx, actor: Actor, changeId: string): Promise<void> {
      authorize(actor, 'organisation.edit')
      // Whoever tries it at this moment keeps the lease.
      const back = await execute(
        tx,
        `UPDATE outbox SET dueAt = ?, attempts = 0, lastError = NULL
         WHERE changeId = ? AND attempts >= ${hopelessAttempts}`,
        [clock.now(), changeId],
      )
      if (back === 0) throw new DomainError('reaction.not_stuck', { id: changeId })
      await changes.append(tx, actor, {
        subject: { type: 'installation', id: 'outbox' },
        kind: 'reaction.retried',
        data: { changeId },
      })
    },
  }
}
