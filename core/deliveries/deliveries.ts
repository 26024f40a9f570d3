import { In, type EntityManager } from 'typeorm'
import type { Subject } from '../changes/change.js'
import { insertIgnoreLater, updateRows } from '../db/rows.js'
import { execute, executeNow, insertIgnore, marks, select } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import { readOnce, unitOf, writeLater } from '../db/unit-state.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import { pruneAttempts } from './attempts.js'
import { createClaims } from './claims.js'
import {
  DeliveryEntity,
  isKeptTrue,
  receiptFrom,
  shownStates,
  type Delivery,
  type DeliveryState,
} from './delivery.js'
import { isOpenFold } from './fold.js'
import { createMessageLog } from './log.js'
import { createOutcomes } from './outcomes.js'
import { planDelivery } from './plan.js'
import { createPolls } from './polls.js'
import { createReminders } from './reminders.js'
import { newRow } from './row.js'
import { createTodoEntries } from './todos.js'

export interface NewDelivery {
  card: string
  subject: Subject
  params?: Record<string, string>
  /** A person, by whichever account they are bound with; or a chat of one platform. */
  to: { personId: string } | { platform: Platform; chatId: string }
  urgent?: boolean
  /** It answers what the recipient has just done: it never waits for a quiet time to end. */
  answers?: boolean
  /** One of many by the same act (an import): it waits some seconds for the others, so that they become one card. */
  bulk?: boolean
  /** The change that causes it. */
  causeId?: string
  /** At most 120 characters; names the cause, so that a cause that is handled twice sends once. */
  dedupeKey: string
}

/** Reacts to a receipt in the same unit. */
export type ReceiptListener = (
  tx: Tx,
  delivery: Delivery,
  state: 'delivered' | 'read' | 'acted',
) => Promise<void>

/** Where a unit keeps what it has counted; no table's name. */
const floods = 'floods of cards'
const keepTriesMs = 90 * 86_400_000

export type Deliveries = ReturnType<typeof createDeliveries>

interface DeliveriesDeps {
  clock: Clock
  ids: Ids
  playbook: Playbook
  timeZone: string
}

/** The only way out. */
export function createDeliveries({ clock, ids, playbook, timeZone }: DeliveriesDeps) {
  const wakers = new Set<() => void>()
  const listeners = new Set<ReceiptListener>()
  const wake = () => {
    for (const waker of wakers) waker()
  }
  const reminders = createReminders({ clock, ids, playbook, wake })
  const outcomes = createOutcomes({ clock, ids, reminders, wake })

  /** Whether cards of a kind are about to pile up before one person. */
  async function isFlood(tx: Tx, personId: string, card: string): Promise<boolean> {
    const kind = (await playbook.get(tx, 'notices')).digest.kinds.find((one) => one.card === card)
    if (!kind) return false
    const since = new Date(clock.now().getTime() - kind.windowSeconds * 1000)
    // Counted once in a unit, then what the unit itself queues is added: asking would write what waits to be written.
    const counter = await readOnce(tx, floods, `${personId} ${card}`, async () => {
      const recent = await select(
        tx,
        `SELECT id FROM deliveries WHERE personId = ? AND queuedAt >= ? AND card = ? AND channel = 'messenger' LIMIT ?`,
        [personId, since, card, kind.threshold],
      )
      return { n: recent.length }
    })
    return counter.n++ >= kind.threshold
  }

  /** A new line of the ledger: when it goes out, in which lane, and what it waits for. */
  async function rowOf(tx: Tx, id: string, input: NewDelivery) {
    const { card, subject, to, urgent = false, bulk = false } = input
    // What goes to a chat answers what was said there: notices go to people.
    const answers = input.answers ?? 'chatId' in to
    const now = clock.now()
    const many = 'personId' in to && (bulk || (await isFlood(tx, to.personId, card)))
    const planned = planDelivery({
      now,
      card,
      urgent,
      answers,
      many,
      timeZone,
      reminders: await playbook.get(tx, 'reminders'),
      notices: await playbook.get(tx, 'notices'),
    })
    return newRow({
      id,
      card,
      subjectType: subject.type,
      subjectId: subject.id,
      params: input.params ?? {},
      ...to,
      causeId: input.causeId ?? null,
      dedupeKey: input.dedupeKey,
      queuedAt: now,
      ...planned,
    })
  }

  async function refreshAll(tx: Tx, subjectType: string, subjectIds: string[]): Promise<number> {
    const states: DeliveryState[] = [...shownStates, 'sending']
    // Past what waits in this unit: new rows are drawn when they are sent.
    const count = await executeNow(
      tx,
      `UPDATE deliveries SET wantedRev = wantedRev + 1, workAt = ? WHERE subjectType = ? AND subjectId IN (${marks(subjectIds)})
       AND state IN (${marks(states)}) AND ${isKeptTrue} AND (platformMessageId IS NOT NULL OR state = 'sending')`,
      [clock.now(), subjectType, ...subjectIds, ...states],
    )
    if (count > 0) afterCommit(tx, wake)
    return count
  }

  async function receipt(tx: Tx, id: string, state: 'delivered' | 'read' | 'acted'): Promise<boolean> {
    const at = clock.now()
    const stamp = {
      delivered: { deliveredAt: at },
      read: { readAt: at, pollAt: null },
      acted: { actedAt: at, pollAt: null },
    }[state]
    const moved = await updateRows(
      tx,
      DeliveryEntity,
      { id, state: In(receiptFrom[state]) },
      { state, ...stamp },
    )
    if (moved !== 1) return false
    const delivery = await tx.getRepository(DeliveryEntity).findOneByOrFail({ id })
    for (const listener of listeners) await listener(tx, delivery, state)
    return true
  }

  return {
    ...outcomes,
    log: createMessageLog({ clock, ids, wake }),
    ...createClaims({ clock, ids, playbook, reminders, wake, timeZone }),
    ...createPolls({ clock, receipt, reminders }),
    reminders,
    todos: createTodoEntries({ clock, ids, playbook, wake }),

    /** Calls back when there is something to send or to update. @returns what ends that. */
    onQueued(waker: () => void): () => void {
      wakers.add(waker)
      return () => wakers.delete(waker)
    },

    /** Calls back, in the same unit, when a receipt told something new. */
    onReceipt(listener: ReceiptListener) {
      listeners.add(listener)
    },

    /** Queues a card. @returns its id, or null when the same cause has queued it before. */
    async queue(tx: Tx, input: NewDelivery): Promise<string | null> {
      const id = ids.next()
      if ((await insertIgnore(tx, 'deliveries', [await rowOf(tx, id, input)])) === 0) return null
      afterCommit(tx, wake)
      return id
    },

    /** Queues a card together with others of the same unit. The same cause queues it once. */
    async queueLater(tx: Tx, input: NewDelivery): Promise<void> {
      await insertIgnoreLater(tx, 'deliveries', [await rowOf(tx, ids.next(), input)])
      afterCommit(tx, wake)
    },

    /** The subject has changed: every card and entry about it that somebody has is to be shown anew. Queued ones will be anyway. */
    refresh: (tx: Tx, subject: Subject): Promise<number> => refreshAll(tx, subject.type, [subject.id]),

    /** As `refresh`, together with the other subjects of this unit. */
    async refreshLater(tx: Tx, { type, id }: Subject): Promise<void> {
      const unit = unitOf(tx)
      const what = `refresh ${type}`
      const waiting = unit?.rows.get(what)
      if (!unit) await refreshAll(tx, type, [id])
      else if (waiting) waiting.push({ id })
      else {
        const rows = [{ id }]
        unit.rows.set(what, rows)
        const write = async () => {
          unit.rows.delete(what)
          await refreshAll(tx, type, [...new Set(rows.map((row) => row.id))])
        }
        writeLater(unit, 'deliveries', write, what)
      }
    },

    /** Messages to this person have a way again: what waited for one goes out now. */
    async reach(tx: Tx, personId: string): Promise<void> {
      const count = await execute(
        tx,
        `UPDATE deliveries SET workAt = ? WHERE personId = ? AND state = 'queued' AND waitingFor = 'account'`,
        [clock.now(), personId],
      )
      if (count > 0) afterCommit(tx, wake)
    },

    /** A receipt from the platform, or the recipient's own tap. @returns false when it told nothing new. */
    receipt,

    /** Adds to what the card needs to be rendered: what came of it. Ids only. */
    async remember(
      tx: Tx,
      delivery: Pick<Delivery, 'id' | 'params'>,
      params: Record<string, string>,
    ): Promise<void> {
      await updateRows(tx, DeliveryEntity, { id: delivery.id }, { params: { ...delivery.params, ...params } })
    },

    async find(tx: EntityManager, id: string): Promise<Delivery | null> {
      return tx.getRepository(DeliveryEntity).findOneBy({ id })
    },

    /** Recent cards about a subject, newest first; their reminders stand in the message log. */
    async about(tx: EntityManager, subject: Subject): Promise<Delivery[]> {
      return tx.getRepository(DeliveryEntity).find({
        where: { subjectType: subject.type, subjectId: subject.id, channel: 'messenger' },
        order: { queuedAt: 'DESC', id: 'DESC' },
        take: 50,
      })
    },

    /** What a digest stands for: how many still wait for somebody, the first of them, and how many are settled. */
    async foldedInto(
      tx: EntityManager,
      id: string,
      most: number,
    ): Promise<{ count: number; settled: number; first: Delivery[] }> {
      const rows = tx.getRepository(DeliveryEntity)
      // A copy on another messenger says what the first one says.
      const digestId = (await rows.findOneBy({ id }))?.parentId ?? id
      const open = () =>
        rows.createQueryBuilder().where('foldedInto = :digestId', { digestId }).andWhere(isOpenFold)
      const count = await open().getCount()
      return {
        count,
        settled: (await rows.countBy({ foldedInto: digestId })) - count,
        first: await open().orderBy('id', 'ASC').limit(most).getMany(),
      }
    },

    /** Forgets tries older than `keepTriesMs`; the deliveries themselves stay. @returns how many there were. */
    prune: (tx: Tx) => pruneAttempts(tx, new Date(clock.now().getTime() - keepTriesMs)),

    async counts(tx: EntityManager): Promise<Record<string, number>> {
      const rows = await select<{ state: string; n: number | string }>(
        tx,
        'SELECT state, COUNT(*) AS n FROM deliveries GROUP BY state',
      )
      return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]))
    },
  }
}
