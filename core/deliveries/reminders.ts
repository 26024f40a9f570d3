import type { EntityManager } from 'typeorm'
import { spanMs } from '../deadlines/ladder.js'
import { execute, insertIgnore, marks, select } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import type { Subject } from '../changes/change.js'
import type { ReminderRule } from '../playbook/reminders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import { DeliveryEntity, shownStates, type Delivery, type DeliveryState } from './delivery.js'
import { digestCard, isOpenFold, settled } from './fold.js'
import { newRow } from './row.js'

/** A reminder that could not be given for this long is noise. */
export const reminderKeepMs = 30 * 60_000

type Step = ReminderRule['steps'][number]

interface RemindersDeps {
  clock: Clock
  ids: Ids
  playbook: Playbook
  wake: () => void
}

/**
 * Strong reminders of cards: rows of the ledger beside the card, one for each way and step, made in the unit that marks
 * the card as sent. Each is due at its step's time and asks then whether it is still needed.
 */
export function createReminders({ clock, ids, playbook, wake }: RemindersDeps) {
  async function stepsOf(tx: EntityManager, parent: Pick<Delivery, 'card' | 'params'>): Promise<Step[]> {
    const card = parent.card === digestCard ? (parent.params['kind'] ?? '') : parent.card
    return (await playbook.get(tx, 'reminders')).rules.find((rule) => rule.card === card)?.steps ?? []
  }

  const rowOf = (
    parent: Delivery,
    at: { step: number; turn: number; by: Step['by'] },
    now: Date,
    due: Date,
  ) => {
    const channel = at.by[at.turn] ?? 'urge.app'
    return newRow({
      id: ids.next(),
      card: parent.card,
      subjectType: parent.subjectType,
      subjectId: parent.subjectId,
      params: { step: String(at.step), turn: String(at.turn) },
      personId: parent.personId,
      channel,
      parentId: parent.id,
      causeId: parent.causeId,
      lane: 'urgent',
      level: parent.level,
      dedupeKey: `${parent.id}:${at.step}:${channel}`,
      queuedAt: now,
      workAt: due,
    })
  }

  return {
    /** The card has been sent: queues what shall remind of it. A card that is marked twice is reminded of once. */
    async plan(tx: Tx, parent: Delivery, sentAt: Date): Promise<void> {
      // A copy on another messenger is a reminder itself: what the card is reminded by is planned once.
      if (parent.personId === null || parent.parentId !== null) return
      const steps = await stepsOf(tx, parent)
      const rows = steps.flatMap(({ after, by, how }, step) => {
        const due = new Date(sentAt.getTime() + spanMs(after))
        const turns = how === 'all' ? by.map((_, turn) => turn) : [0]
        return turns.map((turn) => rowOf(parent, { step, turn, by }, sentAt, due))
      })
      await insertIgnore(tx, 'deliveries', rows)
    },

    /** Queues the same card for the person's account on another messenger. */
    async copyTo(tx: Tx, parent: Delivery, platform: Platform, now: Date): Promise<void> {
      const { card, subjectType, subjectId, params, personId, causeId, level } = parent
      await insertIgnore(tx, 'deliveries', [
        newRow({
          ...{ id: ids.next(), card, subjectType, subjectId, params, personId, causeId, level, platform },
          ...{ parentId: parent.id, lane: 'urgent', queuedAt: now, workAt: now },
          dedupeKey: `${parent.id}:${platform}`,
        }),
      ])
    },

    /** One way did not work: the next of its step takes its place, where the step goes by turns. */
    async next(tx: Tx, reminder: Delivery, now: Date): Promise<void> {
      const parent = await parentOf(tx, reminder)
      const index = Number(reminder.params['step'])
      const step = parent && (await stepsOf(tx, parent))[index]
      const turn = Number(reminder.params['turn']) + 1
      if (!parent || step?.how !== 'first' || turn >= step.by.length) return
      await insertIgnore(tx, 'deliveries', [rowOf(parent, { step: index, turn, by: step.by }, now, now)])
    },

    /** The card that it reminds of, and why the reminder is of no use any more; null while it is. */
    async check(
      tx: EntityManager,
      reminder: Delivery,
      now: Date,
    ): Promise<{ parent: Delivery | null; useless: string | null }> {
      const parent = await parentOf(tx, reminder)
      if (!parent) return { parent: null, useless: 'gone' }
      if (parent.state === 'read' || parent.state === 'acted') return { parent, useless: parent.state }
      if (parent.card === digestCard && !(await hasOpen(tx, parent.id))) return { parent, useless: settled }
      const planned = Math.max(reminder.queuedAt.getTime(), (parent.sentAt ?? reminder.queuedAt).getTime())
      const step = (await stepsOf(tx, parent))[Number(reminder.params['step'])]
      const due = planned + (step ? spanMs(step.after) : 0)
      return { parent, useless: now.getTime() - due > reminderKeepMs ? 'late' : null }
    },

    /**
     * Somebody has dealt with the record: nobody need be pressed about it any more, and digests do not count it.
     *
     * @returns how many reminders were waiting.
     */
    async settle(tx: Tx, { type, id }: Subject): Promise<number> {
      const waiting = await execute(
        tx,
        `UPDATE deliveries SET state = 'skipped', workAt = NULL, failure = '${settled}' WHERE subjectType = ?
         AND subjectId = ? AND state = 'queued' AND channel <> 'messenger'`,
        [type, id],
      )
      await settleFolded(tx, { type, id })
      return waiting
    },
  }

  async function settleFolded(tx: Tx, { type, id }: Subject): Promise<void> {
    const folded = await select<{ foldedInto: string }>(
      tx,
      `SELECT DISTINCT foldedInto FROM deliveries WHERE subjectType = ? AND subjectId = ? AND state = 'folded' AND ${isOpenFold}`,
      [type, id],
    )
    if (folded.length === 0) return
    await execute(
      tx,
      `UPDATE deliveries SET failure = '${settled}' WHERE subjectType = ? AND subjectId = ? AND state = 'folded'`,
      [type, id],
    )
    const digests = folded.map(({ foldedInto }) => foldedInto)
    const drawn: DeliveryState[] = [...shownStates, 'sending']
    const found = marks(digests)
    const shown = await execute(
      tx,
      `UPDATE deliveries SET wantedRev = wantedRev + 1, workAt = ? WHERE (id IN (${found}) OR parentId IN (${found}))
       AND channel = 'messenger' AND state IN (${marks(drawn)}) AND (platformMessageId IS NOT NULL OR state = 'sending')`,
      [clock.now(), ...digests, ...digests, ...drawn],
    )
    if (shown > 0) afterCommit(tx, wake)
  }
}

export type DeliveryReminders = ReturnType<typeof createReminders>

async function parentOf(tx: EntityManager, { parentId }: Delivery): Promise<Delivery | null> {
  return parentId ? tx.getRepository(DeliveryEntity).findOneBy({ id: parentId }) : null
}

/** Whether any of those that a digest stands for still waits for somebody. */
async function hasOpen(tx: EntityManager, digestId: string): Promise<boolean> {
  const [open] = await select(
    tx,
    `SELECT id FROM deliveries WHERE foldedInto = ? AND ${isOpenFold} LIMIT 1`,
    [digestId],
  )
  return open !== undefined
}
