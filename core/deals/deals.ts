import { In, IsNull, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { FieldChange } from '../changes/change.js'
import type { Changes } from '../changes/changes.js'
import type { Customers } from '../customers/customers.js'
import { both, rankedIds } from '../db/ranked.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Files } from '../files/files.js'
import { authorize, can } from '../permissions/permissions.js'
import { reachParts } from '../permissions/reach.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Stage } from '../playbook/stages.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { DealEntity, type Deal } from './deal.js'
import { missingFor, type Missing } from './gates.js'

export type NewDeal = Pick<Deal, 'title' | 'customerId' | 'ownerId' | 'departmentId'> &
  Partial<Pick<Deal, 'leadId' | 'productLineId' | 'regionId' | 'amountCents' | 'expectedCloseOn' | 'demo'>>

export type MoveResult =
  { ok: true; deal: Deal; stage: Stage } | { ok: false; deal: Deal; stage: Stage; missing: Missing[] }

export interface DealsDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  customers: Customers
  files: Files
  playbook: Playbook
}

export type Deals = ReturnType<typeof createDeals>

export function createDeals({ clock, ids, changes, customers, files, playbook }: DealsDeps) {
  return {
    /** Opens a deal in the first open stage. */
    async add(tx: Tx, actor: Actor, input: NewDeal): Promise<Deal> {
      const first = (await playbook.get(tx, 'stages')).find((stage) => stage.outcome === 'open')
      if (!first) throw new DomainError('deal.no_stage')
      const now = clock.now()
      const deal: Deal = {
        leadId: null,
        productLineId: null,
        regionId: null,
        amountCents: null,
        expectedCloseOn: null,
        demo: false,
        ...input,
        id: ids.next(),
        stage: first.key,
        state: 'open',
        createdAt: now,
        stageSince: now,
        closedAt: null,
      }
      await insertRows(tx, DealEntity, [deal])
      await changes.append(tx, actor, {
        subject: { type: 'deal', id: deal.id },
        kind: 'deal.opened',
        fields: {
          stage: [null, deal.stage],
          ownerId: [null, deal.ownerId],
          amountCents: [null, deal.amountCents],
        },
        data: { customerId: deal.customerId, leadId: deal.leadId },
      })
      return deal
    },

    /** @throws DomainError `deal.not_found`, also when it is out of reach. */
    async require(tx: EntityManager, actor: Actor, id: string): Promise<Deal> {
      const deal = await tx.getRepository(DealEntity).findOneBy({ id })
      if (!deal || !can(actor, 'deal.read', deal)) throw new DomainError('deal.not_found', { id })
      return deal
    },

    /** Gives it another owner; null marks it as nobody's. False when it changed hands already. */
    async handOver(tx: Tx, actor: Actor, deal: Deal, toId: string | null): Promise<boolean> {
      const held = { id: deal.id, ownerId: deal.ownerId ?? IsNull() }
      if ((await updateRows(tx, DealEntity, held, { ownerId: toId })) !== 1) return false
      await changes.append(tx, actor, {
        subject: { type: 'deal', id: deal.id },
        kind: 'deal.handed-over',
        fields: { ownerId: [deal.ownerId, toId] },
      })
      return true
    },

    async find(tx: EntityManager, id: string): Promise<Deal | null> {
      return tx.getRepository(DealEntity).findOneBy({ id })
    },

    /** What the deal lacks for each stage; an empty list means that it may enter. */
    async gates(tx: EntityManager, deal: Deal): Promise<{ stage: Stage; missing: Missing[] }[]> {
      const stages = await playbook.get(tx, 'stages')
      const contacts = await customers.contactsOf(tx, deal.customerId)
      const contracts = await files.of(tx, { type: 'deal', id: deal.id }, 'contract')
      const facts = {
        deal,
        hasContactWithNumber: contacts.some((contact) => contact.phone),
        contractFiles: contracts.length,
      }
      return stages.map((stage) => ({ stage, missing: missingFor(stage, facts) }))
    },

    /**
     * Moves a deal to a stage, if the stage's gate is open (P-59). A closed gate is an answer that names what is
     * missing, not an error. Moving to the stage it is in changes nothing.
     *
     * @throws DomainError `deal.not_found`, `permission.denied`, `deal.stage_unknown`, `deal.moved_already`.
     */
    async moveStage(tx: Tx, actor: Actor, id: string, to: string): Promise<MoveResult> {
      const deal = await this.require(tx, actor, id)
      authorize(actor, 'deal.edit', deal)
      const target = (await this.gates(tx, deal)).find(({ stage }) => stage.key === to)
      if (!target) throw new DomainError('deal.stage_unknown', { stage: to })
      const { stage, missing } = target
      if (deal.stage === to) return { ok: true, deal, stage }
      if (missing.length > 0) {
        await changes.append(tx, actor, {
          subject: { type: 'deal', id },
          kind: 'deal.stage-refused',
          data: { from: deal.stage, to, missing: missing.map((item) => item.need) },
        })
        return { ok: false, deal, stage, missing }
      }
      const now = clock.now()
      const set = {
        stage: to,
        state: stage.outcome,
        stageSince: now,
        closedAt: stage.outcome === 'open' ? null : now,
      }
      const moved = await updateRows(tx, DealEntity, { id, stage: deal.stage }, set)
      if (moved !== 1) throw new DomainError('deal.moved_already', { id })
      await changes.append(tx, actor, {
        subject: { type: 'deal', id },
        kind: 'deal.stage-moved',
        fields: { stage: [deal.stage, to], state: [deal.state, stage.outcome] },
        data: { dwellMs: now.getTime() - deal.stageSince.getTime() },
      })
      return { ok: true, deal: { ...deal, ...set }, stage }
    },

    /** Edits a deal's plain fields. @throws DomainError `deal.not_found`, `permission.denied`. */
    async edit(
      tx: Tx,
      actor: Actor,
      id: string,
      set: Partial<Pick<Deal, 'title' | 'amountCents' | 'expectedCloseOn'>>,
    ): Promise<Deal> {
      const deal = await this.require(tx, actor, id)
      authorize(actor, 'deal.edit', deal)
      await updateRows(tx, DealEntity, { id }, set)
      await changes.append(tx, actor, {
        subject: { type: 'deal', id },
        kind: 'deal.edited',
        fields: Object.fromEntries(
          Object.entries(set).map(([field, value]): [string, FieldChange] => [
            field,
            [deal[field as keyof typeof set], value],
          ]),
        ),
      })
      return { ...deal, ...set }
    },

    /** Deals in reach for the board: open ones, and those that ended within the last `endedDays`; at most 500. */
    async board(
      tx: EntityManager,
      actor: Actor,
      { endedDays = 30 }: { endedDays?: number } = {},
    ): Promise<Deal[]> {
      const since = new Date(clock.now().getTime() - endedDays * 86_400_000)
      const parts = reachParts(actor, 'deal.read', { apart: true }).flatMap((part) => [
        both(part, { sql: 'state = ?', values: ['open'] }),
        // A deal ends with the move to its last stage: what has ended since then stands first in this order, too.
        ...(['won', 'lost'] as const).map((ended) =>
          both(part, {
            sql: 'state = ? AND stageSince >= ? AND closedAt >= ?',
            values: [ended, since, since],
          }),
        ),
      ])
      const ids = await rankedIds(tx, {
        ...{ table: 'deals', column: 'stageSince', parts, after: null, limit: 500 },
      })
      if (ids.length === 0) return []
      const found = await tx.getRepository(DealEntity).findBy({ id: In(ids) })
      const byId = new Map(found.map((deal) => [deal.id, deal]))
      return ids.flatMap((id) => byId.get(id) ?? [])
    },

    async ofCustomer(tx: EntityManager, customerId: string): Promise<Deal[]> {
      return tx
        .getRepository(DealEntity)
        .find({ where: { customerId }, order: { createdAt: 'DESC', id: 'DESC' }, take: 50 })
    },
  }
}
