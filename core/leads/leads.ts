import { In, IsNull, MoreThanOrEqual, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { FieldChange } from '../changes/change.js'
import type { Changes } from '../changes/changes.js'
import { findById, lookUp } from '../db/gather.js'
import { insertLater, updateRows, waitingRow } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { noteMade } from '../db/unit-state.js'
import type { Deadlines } from '../deadlines/deadlines.js'
import { rememberKeys, type Identifiers } from '../dedupe/keys.js'
import { DomainError } from '../errors.js'
import type { Org } from '../org/org.js'
import { authorize, can } from '../permissions/permissions.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { closeOffer } from './offer.js'
import { scoreLead } from './lead-score.js'
import {
  isOpen,
  LeadEntity,
  leadPersonalFields,
  statesBefore,
  TouchEntity,
  type Lead,
  type LeadState,
  type Touch,
} from './lead.js'

/** What is known of a new lead. Everything but the source may be missing. */
export interface NewLead {
  name?: string
  company?: string
  phone?: string | null
  phoneDoubtful?: boolean
  maskedPhone?: { prefix: string; suffix: string } | null
  email?: string | null
  wechat?: string | null
  need?: string
  source: string
  regionId?: string | null
  productLineId?: string | null
  budgetMinCents?: number | null
  budgetMaxCents?: number | null
  quantity?: number | null
  wantedAt?: string | null
  account?: Identifiers['account']
  demo?: boolean
}

/** What a later sign of interest may fill in. Nothing that is known is overwritten. */
export type LeadExtras = Partial<
  Pick<
    Lead,
    | 'name'
    | 'company'
    | 'phone'
    | 'email'
    | 'wechat'
    | 'budgetMinCents'
    | 'budgetMaxCents'
    | 'quantity'
    | 'wantedAt'
    | 'regionId'
    | 'productLineId'
  >
>

/** Where a lead was when somebody decided to move it. */
export type LeadAsRead = Pick<Lead, 'id' | 'state' | 'ownerId' | 'offeredToId'>

export interface LeadsDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  deadlines: Deadlines
  org: Org
  playbook: Playbook
}

export type Leads = ReturnType<typeof createLeads>

const subjectOf = (id: string) => ({ type: 'lead' as const, id })

/** A lead that this unit made and has not written yet: nobody else can see it, so it is moved where it stands. */
const waitingLead = (tx: EntityManager, id: string) => waitingRow(tx, LeadEntity, (lead) => lead.id === id)

export function createLeads({ clock, ids, changes, deadlines, org, playbook }: LeadsDeps) {
  changes.describe('lead', { personalFields: leadPersonalFields })

  /** @param touches - how many there are within the rule's days, where that is known; else they are counted. */
  async function rescore(
    tx: Tx,
    lead: Lead,
    touches?: number,
  ): Promise<Pick<Lead, 'score' | 'scoreReasons'>> {
    const rules = await playbook.get(tx, 'lead-score')
    const sources = await playbook.get(tx, 'sources')
    const since = new Date(clock.now().getTime() - rules.touches.days * 86_400_000)
    const recentTouches =
      touches ??
      (await tx
        .getRepository(TouchEntity)
        .countBy({ subjectType: 'lead', subjectId: lead.id, at: MoreThanOrEqual(since) }))
    const sourceLabel = sources.find((source) => source.key === lead.source)?.label ?? lead.source
    const { value, reasons } = scoreLead(
      { source: lead.source, sourceLabel, budgetMaxCents: lead.budgetMaxCents, recentTouches },
      rules,
    )
    return { score: Math.round(value), scoreReasons: reasons }
  }

  return {
    /** Adds a lead in state `new` with the touch that made it, scored. The caller sees to its owner. */
    async add(
      tx: Tx,
      actor: Actor,
      input: NewLead,
      touch: Omit<Touch, 'id' | 'subjectType' | 'subjectId' | 'at' | 'source'>,
    ) {
      const now = clock.now()
      const lead: Lead = {
        id: ids.next(),
        name: input.name ?? '',
        company: input.company ?? '',
        phone: input.phone ?? null,
        phoneDoubtful: input.phoneDoubtful ?? false,
        email: input.email ?? null,
        wechat: input.wechat ?? null,
        need: input.need ?? '',
        source: input.source,
        regionId: input.regionId ?? null,
        productLineId: input.productLineId ?? null,
        budgetMinCents: input.budgetMinCents ?? null,
        budgetMaxCents: input.budgetMaxCents ?? null,
        quantity: input.quantity ?? null,
        wantedAt: input.wantedAt ?? null,
        state: 'new',
        ownerId: null,
        offeredToId: null,
        departmentId: null,
        ownedVia: null,
        askedId: null,
        redSince: null,
        score: 0,
        scoreReasons: [],
        customerId: null,
        dealId: null,
        createdAt: now,
        ownedAt: null,
        viewedAt: null,
        firstTouchAt: null,
        lastTouchAt: now,
        closedAt: null,
        closeReason: null,
        demo: input.demo ?? false,
      }
      noteMade(tx, lead.id)
      await insertLater(tx, TouchEntity, [
        { id: ids.next(), subjectType: 'lead', subjectId: lead.id, source: lead.source, at: now, ...touch },
      ])
      Object.assign(lead, await rescore(tx, lead, 1))
      // A copy: the row goes on changing until it is written, the caller's does not.
      await insertLater(tx, LeadEntity, [{ ...lead }])
      await rememberKeys(tx, subjectOf(lead.id), input)
      await changes.append(tx, actor, {
        subject: subjectOf(lead.id),
        kind: 'lead.captured',
        isFirst: true,
        fields: Object.fromEntries(
          (
            [
              'name',
              'company',
              'phone',
              'email',
              'wechat',
              'need',
              'source',
              'regionId',
              'productLineId',
            ] as const
          ).map((field): [string, FieldChange] => [field, [null, lead[field]]]),
        ),
        data: { score: lead.score, channel: touch.channel },
      })
      return lead
    },

    /**
     * Another sign of interest from somebody known (P-67): kept as a touch, blanks filled in, the owner told by whoever
     * reacts to `lead.touched`.
     */
    async touch(
      tx: Tx,
      actor: Actor,
      id: string,
      touch: Omit<Touch, 'id' | 'subjectType' | 'subjectId' | 'at'>,
      extras: LeadExtras,
    ) {
      const lead = await this.byId(tx, id)
      const now = clock.now()
      await insertLater(tx, TouchEntity, [
        { id: ids.next(), subjectType: 'lead', subjectId: id, at: now, ...touch },
      ])
      const filled = Object.fromEntries(
        Object.entries(extras).filter(
          ([field, value]) => value != null && value !== '' && !lead[field as keyof LeadExtras],
        ),
      ) as LeadExtras
      const after = { ...lead, ...filled }
      const scored = await rescore(tx, after)
      await updateRows(tx, LeadEntity, { id }, { ...filled, ...scored, lastTouchAt: now })
      await rememberKeys(tx, subjectOf(id), filled)
      await changes.append(tx, actor, {
        subject: subjectOf(id),
        kind: 'lead.touched',
        fields: Object.fromEntries(
          Object.entries(filled).map(([field, value]): [string, FieldChange] => [
            field,
            [lead[field as keyof LeadExtras], value],
          ]),
        ),
        data: { score: scored.score, channel: touch.channel },
      })
      return { ...after, ...scored }
    },

    /**
     * Moves a lead by the transition table, with whatever else changes along, if it still is where it was read: in the
     * same state and the same hands. Whose place is freed is decided by what was read.
     *
     * @returns false when somebody else moved it first.
     */
    async move(tx: Tx, lead: LeadAsRead, to: LeadState, set: Partial<Lead>): Promise<boolean> {
      const { id, state, ownerId, offeredToId } = lead
      if (!statesBefore(to).includes(state)) return false
      const waiting = waitingLead(tx, id)
      if (waiting) {
        const { state: is, ownerId: owner, offeredToId: offeredTo } = waiting
        if (is !== state || owner !== ownerId || offeredTo !== offeredToId) return false
        Object.assign(waiting, set, { state: to })
        return true
      }
      const asRead = { id, state, ownerId: ownerId ?? IsNull(), offeredToId: offeredToId ?? IsNull() }
      return (await updateRows(tx, LeadEntity, asRead, { ...set, state: to })) === 1
    },

    /** As `move`, where a lost race ends the use-case. @throws DomainError `lead.moved_already`. */
    async requireMove(tx: Tx, lead: LeadAsRead, to: LeadState, set: Partial<Lead>): Promise<void> {
      if (!(await this.move(tx, lead, to, set))) throw new DomainError('lead.moved_already', { id: lead.id })
    },

    /** @throws DomainError `lead.not_found`. No permission is checked: for use by core itself. */
    async byId(tx: EntityManager, id: string): Promise<Lead> {
      const lead = await this.find(tx, id)
      if (!lead) throw new DomainError('lead.not_found', { id })
      return lead
    },

    async find(tx: EntityManager, id: string): Promise<Lead | null> {
      const waiting = waitingLead(tx, id)
      if (waiting) return { ...waiting }
      return findById(tx, LeadEntity, id)
    },

    /** @throws DomainError `lead.not_found`, also when it is out of the actor's reach: its existence is not told. */
    async require(tx: EntityManager, actor: Actor, id: string): Promise<Lead> {
      const lead = await tx.getRepository(LeadEntity).findOneBy({ id })
      if (!lead || !can(actor, 'lead.read', lead)) throw new DomainError('lead.not_found', { id })
      return lead
    },

    /** A person's leads on hand, offers first, then longest without a sign of life. */
    async openOf(tx: EntityManager, personId: string, limit: number): Promise<Lead[]> {
      const open = await tx.getRepository(LeadEntity).find({
        where: [
          { offeredToId: personId, state: 'offered' },
          { ownerId: personId, state: 'owned' },
        ],
        order: { state: 'ASC', lastTouchAt: 'ASC' },
        take: Math.min(limit, 200),
      })
      return open
    },

    /** Queued leads whose turn it is at this manager, red ones first, then the oldest. */
    async queuedFor(tx: EntityManager, managerId: string, limit: number): Promise<Lead[]> {
      const queued = await tx.getRepository(LeadEntity).find({
        where: { askedId: managerId, state: 'queued' },
        order: { createdAt: 'ASC' },
        take: Math.min(limit, 200),
      })
      return queued.sort((a, b) => Number(b.redSince !== null) - Number(a.redSince !== null))
    },

    /** Signs of interest, newest first. */
    async touchesOf(
      tx: EntityManager,
      subject: { type: 'lead' | 'customer'; ids: string[] },
    ): Promise<Touch[]> {
      const [first, second] = subject.ids
      if (first === undefined) return []
      const where = { subjectType: subject.type }
      const order = { at: 'DESC', id: 'DESC' } as const
      const most = 100
      if (second === undefined) return lookUp(tx, TouchEntity, first, { by: 'subjectId', where, order, most })
      return tx
        .getRepository(TouchEntity)
        .find({ where: { ...where, subjectId: In(subject.ids) }, order, take: most })
    },

    /** The owner has seen the lead (page opened, any tap, read receipt): the view deadline is met. Repeats are free. */
    async markViewed(tx: Tx, actor: Actor, id: string): Promise<boolean> {
      const lead = await tx.getRepository(LeadEntity).findOneBy({ id })
      if (!lead || lead.viewedAt || actor.kind !== 'person' || lead.ownerId !== actor.personId) return false
      const unseen = { id, ownerId: actor.personId, viewedAt: IsNull() }
      if ((await updateRows(tx, LeadEntity, unseen, { viewedAt: clock.now() })) !== 1) return false
      await deadlines.meet(tx, 'lead.view', subjectOf(id))
      await changes.append(tx, actor, { subject: subjectOf(id), kind: 'lead.viewed' })
      return true
    },

    /** We have been in contact with the customer; the first time is measured (P-21). */
    async markContacted(tx: Tx, id: string): Promise<void> {
      const lead = await this.byId(tx, id)
      const now = clock.now()
      await updateRows(
        tx,
        LeadEntity,
        { id },
        { lastTouchAt: now, ...(lead.firstTouchAt ? {} : { firstTouchAt: now }) },
      )
    },

    /**
     * The owner says that they have talked to the customer (a call button, a tap on 已联系).
     *
     * @throws DomainError `lead.not_found`, `permission.denied`.
     */
    async contact(tx: Tx, actor: Actor, id: string): Promise<void> {
      const lead = await this.require(tx, actor, id)
      authorize(actor, 'follow-up.write', lead)
      await this.markViewed(tx, actor, id)
      await this.markContacted(tx, id)
      if (!lead.firstTouchAt)
        await changes.append(tx, actor, { subject: subjectOf(id), kind: 'lead.contacted' })
    },

    /**
     * Gives a lead up, with the reason.
     *
     * @throws DomainError `lead.not_found`, `permission.denied`, `lead.closed_already`.
     */
    async close(tx: Tx, actor: Actor, id: string, reason: string): Promise<Lead> {
      const lead = await this.require(tx, actor, id)
      authorize(actor, 'lead.close', lead)
      const now = clock.now()
      const closed = await this.move(tx, lead, 'closed', {
        closedAt: now,
        closeReason: reason,
        offeredToId: null,
        askedId: null,
        redSince: null,
      })
      if (!closed) throw new DomainError('lead.closed_already', { id })
      await closeOffer(tx, id, { to: 'withdrawn', at: now })
      for (const kind of ['lead.view', 'lead.dispatch', 'lead.accept'] as const)
        await deadlines.cancel(tx, kind, subjectOf(id))
      const holder = lead.ownerId ?? lead.offeredToId
      if (holder && isOpen(lead)) await org.freePlace(tx, holder)
      await changes.append(tx, actor, {
        subject: subjectOf(id),
        kind: 'lead.closed',
        fields: {
          state: [lead.state, 'closed'],
          closeReason: [null, reason],
          offeredToId: [lead.offeredToId, null],
          askedId: [lead.askedId, null],
        },
      })
      return { ...lead, state: 'closed', closedAt: now, closeReason: reason }
    },
  }
}
