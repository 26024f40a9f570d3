import type { EntityManager } from 'typeorm'
import { systemActor, type Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { findById, lookUp } from '../db/gather.js'
import { insertLater } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Deadlines } from '../deadlines/deadlines.js'
import { DomainError } from '../errors.js'
import type { Lead } from '../leads/lead.js'
import type { Leads } from '../leads/leads.js'
import { closeOffer, OfferEntity, type Offer } from '../leads/offer.js'
import type { Org } from '../org/org.js'
import type { Person } from '../org/person.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { rankCandidates } from './choose.js'
import { gatherFacts } from './facts.js'
import { createQueue } from './queue.js'
import { AssignmentRunEntity, LeadPenaltyEntity, type AssignmentRun, type RunCandidate } from './run.js'

export interface AssignmentDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  deadlines: Deadlines
  org: Org
  leads: Leads
  playbook: Playbook
}

export type AcceptResult =
  | { ok: true; lead: Lead }
  | { ok: false; why: 'taken' | 'expired' | 'closed'; lead: Lead; holder: Person | null }

export type Assignment = ReturnType<typeof createAssignment>

/** Offers of leads to reps, and the manager's queue behind them. */
export function createAssignment(deps: AssignmentDeps) {
  const { clock, ids, changes, deadlines, org, leads, playbook } = deps
  const queue = createQueue(deps)
  const timer = systemActor('assignment')
  const subjectOf = (leadId: string) => ({ type: 'lead' as const, id: leadId })

  /** Ranks the reps and reserves a place with the best who has one. */
  async function choose(tx: Tx, lead: Lead, trigger: string) {
    const now = clock.now()
    const rules = await playbook.get(tx, 'assignment')
    const { candidates, region, departmentId, note } = await gatherFacts(tx, { org, rules, lead, now })
    const ranked = rankCandidates(candidates, region, rules)
    const listed: RunCandidate[] = []
    let chosenId: string | null = null
    for (const candidate of ranked) {
      const entry = {
        personId: candidate.personId,
        name: candidate.name,
        score: candidate.score.value,
        reasons: candidate.score.reasons,
      }
      if (chosenId !== null) listed.push(entry)
      else if (await org.takePlace(tx, candidate.personId, now)) {
        chosenId = candidate.personId
        listed.push(entry)
      } else listed.push({ ...entry, skipped: '在手线索已到上限' })
    }
    const run: AssignmentRun = {
      id: ids.next(),
      leadId: lead.id,
      at: now,
      trigger,
      outcome: chosenId ? 'offered' : 'nobody',
      chosenId,
      note: chosenId || ranked.length === 0 ? note : `${note}，但都已到在手上限，转主管处理`,
      candidates: listed.slice(0, 20),
    }
    await insertLater(tx, AssignmentRunEntity, [run])
    return { run, departmentId }
  }

  async function openOffer(tx: Tx, actor: Actor, lead: Lead, run: AssignmentRun, personId: string) {
    const now = clock.now()
    const person = await org.person(tx, personId)
    const deadline = await deadlines.start(tx, 'lead.accept', subjectOf(lead.id), { personId })
    const offer: Offer = {
      id: ids.next(),
      leadId: lead.id,
      personId,
      runId: run.id,
      state: 'open',
      openKey: lead.id,
      offeredAt: now,
      expiresAt: deadline.dueAt,
      closedAt: null,
    }
    await insertLater(tx, OfferEntity, [offer])
    await leads.requireMove(tx, lead, 'offered', {
      offeredToId: personId,
      departmentId: person.departmentId,
      ownerId: null,
      ownedVia: null,
      ownedAt: null,
      viewedAt: null,
      askedId: null,
      redSince: null,
    })
    await changes.append(tx, actor, {
      subject: subjectOf(lead.id),
      kind: 'offer.opened',
      fields: {
        state: [lead.state, 'offered'],
        offeredToId: [lead.offeredToId, personId],
        ownerId: [lead.ownerId, null],
      },
      data: { offerId: offer.id, runId: run.id, expiresAt: offer.expiresAt.toISOString() },
    })
    return offer
  }

  /** Finds a receiver and offers the lead; without one it goes to the manager's queue. */
  async function assign(
    tx: Tx,
    actor: Actor,
    lead: Lead,
    trigger: string,
  ): Promise<{ offer: Offer | null; run: AssignmentRun }> {
    const { run, departmentId } = await choose(tx, lead, trigger)
    if (run.chosenId) return { offer: await openOffer(tx, actor, lead, run, run.chosenId), run }
    await queue.enter(
      tx,
      actor,
      { ...lead, departmentId: lead.departmentId ?? departmentId },
      'nobody-matched',
    )
    return { offer: null, run }
  }

  /** Finds a receiver and gives the lead without an offer: many imported leads at once would only time out. */
  async function allot(
    tx: Tx,
    actor: Actor,
    lead: Lead,
  ): Promise<{ ownerId: string | null; run: AssignmentRun }> {
    const { run, departmentId } = await choose(tx, lead, 'import')
    if (run.chosenId) await queue.actions.give(tx, actor, lead, run.chosenId, 'import', true)
    else
      await queue.enter(
        tx,
        actor,
        { ...lead, departmentId: lead.departmentId ?? departmentId },
        'nobody-matched',
      )
    return { ownerId: run.chosenId, run }
  }

  /** The end of an offer by anything but accepting. False when accept was faster. */
  async function endOffer(
    tx: Tx,
    offer: Offer,
    to: 'declined' | 'expired' | 'withdrawn',
  ): Promise<Lead | null> {
    if (!(await closeOffer(tx, offer.leadId, { to, at: clock.now(), offerId: offer.id }))) return null
    await org.freePlace(tx, offer.personId)
    return leads.byId(tx, offer.leadId)
  }

  deadlines.on('lead.accept', 'expire-offer', async (tx, { deadline }) => {
    const offer = await tx
      .getRepository(OfferEntity)
      .findOneBy({ openKey: deadline.subjectId, state: 'open' })
    const lead = offer ? await endOffer(tx, offer, 'expired') : null
    if (!offer || !lead) return
    await changes.append(tx, timer, {
      subject: subjectOf(lead.id),
      kind: 'offer.expired',
      data: { offerId: offer.id, personId: offer.personId },
    })
    await queue.enter(tx, timer, lead, 'not-accepted')
  })

  deadlines.on('lead.view', 'offer-again', async (tx, { deadline, step, now }) => {
    const lead = await leads.byId(tx, deadline.subjectId)
    if (lead.state !== 'owned' || !lead.ownerId || lead.viewedAt) return
    const { unviewedPenaltyPercent } = await playbook.get(tx, 'assignment')
    // Brought forward because the owner is away: they had less time than the rule gives, and it is no fault of theirs.
    const penaltyPercent = new Date(step.at) > now ? 0 : unviewedPenaltyPercent
    if (penaltyPercent > 0)
      await tx.getRepository(LeadPenaltyEntity).upsert(
        {
          leadId: lead.id,
          personId: lead.ownerId,
          factorPermille: 1000 - penaltyPercent * 10,
          reason: `曾分到这条线索但未查看，评分下降 ${penaltyPercent}%`,
        },
        ['leadId', 'personId'],
      )
    await org.freePlace(tx, lead.ownerId)
    await changes.append(tx, timer, {
      subject: subjectOf(lead.id),
      kind: 'lead.returned',
      data: { personId: lead.ownerId, penaltyPercent },
    })
    await assign(tx, timer, lead, 'unviewed')
  })

  return {
    assign,
    allot,
    ...queue.actions,

    /**
     * Takes an open lead out of the hands of somebody who left: what was on offer is offered to the next best at once,
     * what they owned or were asked about goes to the manager whose turn it is. False when there is nothing to take.
     */
    async takeBack(tx: Tx, actor: Actor, leadId: string, personId: string): Promise<boolean> {
      const lead = await leads.byId(tx, leadId)
      const offer = await tx
        .getRepository(OfferEntity)
        .findOneBy({ openKey: leadId, personId, state: 'open' })
      if (lead.state === 'offered' && offer) {
        if (!(await endOffer(tx, offer, 'withdrawn'))) return false
        await deadlines.cancel(tx, 'lead.accept', subjectOf(leadId))
        await changes.append(tx, actor, {
          subject: subjectOf(leadId),
          kind: 'offer.withdrawn',
          data: { offerId: offer.id, personId, reason: 'person-left' },
        })
        await assign(tx, actor, lead, 'person-left')
        return true
      }
      if (lead.state === 'owned' && lead.ownerId === personId) {
        await deadlines.cancel(tx, 'lead.view', subjectOf(leadId))
        await org.freePlace(tx, personId)
        await queue.enter(tx, actor, lead, 'owner-left')
        return true
      }
      if (lead.state !== 'queued' || lead.askedId !== personId) return false
      await queue.askAnother(tx, actor, lead)
      return true
    },

    /**
     * Accepts the lead's open offer for the acting rep.
     *
     * @returns the lead, or why it went elsewhere and who has it now. A lost race is an answer, not an error.
     * @throws DomainError `lead.not_found`, `permission.denied` when the offer is somebody else's.
     */
    async acceptOffer(tx: Tx, actor: Actor, leadId: string): Promise<AcceptResult> {
      const lead = await leads.byId(tx, leadId)
      const me = personOf(actor)
      const offer = await tx.getRepository(OfferEntity).findOneBy({ openKey: leadId, state: 'open' })
      if (offer && offer.personId !== me)
        throw new DomainError('permission.denied', { ability: 'offer.accept' })
      const now = clock.now()
      const won =
        offer !== null && (await closeOffer(tx, leadId, { to: 'accepted', at: now, offerId: offer.id }))
      // Read again: whoever won has committed between our first look and the update that found nothing to change.
      if (!won) return lost(tx, org, await leads.byId(tx, leadId), me)
      await leads.requireMove(tx, lead, 'owned', {
        ownerId: me,
        offeredToId: null,
        ownedVia: 'accept',
        ownedAt: now,
        viewedAt: now,
      })
      await deadlines.meet(tx, 'lead.accept', subjectOf(leadId))
      await changes.append(tx, actor, {
        subject: subjectOf(leadId),
        kind: 'lead.accepted',
        fields: { state: [lead.state, 'owned'], ownerId: [lead.ownerId, me], offeredToId: [me, null] },
        data: { offerId: offer.id, waitedMs: now.getTime() - offer.offeredAt.getTime() },
      })
      return { ok: true, lead: await leads.byId(tx, leadId) }
    },

    /** The rep passes: the lead goes to the manager's queue at once instead of waiting for the time to run out. */
    async declineOffer(tx: Tx, actor: Actor, leadId: string, reason: string): Promise<boolean> {
      const me = personOf(actor)
      const offer = await tx.getRepository(OfferEntity).findOneBy({ openKey: leadId, state: 'open' })
      if (!offer) return false
      if (offer.personId !== me) throw new DomainError('permission.denied', { ability: 'offer.accept' })
      const lead = await endOffer(tx, offer, 'declined')
      if (!lead) return false
      await deadlines.cancel(tx, 'lead.accept', subjectOf(leadId))
      await changes.append(tx, actor, {
        subject: subjectOf(leadId),
        kind: 'offer.declined',
        data: { offerId: offer.id, personId: me, reason },
      })
      await queue.enter(tx, actor, lead, 'declined')
      return true
    },

    /** The lead's open offer; null when there is none. */
    async openOfferOf(tx: EntityManager, leadId: string): Promise<Offer | null> {
      return tx.getRepository(OfferEntity).findOneBy({ openKey: leadId, state: 'open' })
    },

    async findOffer(tx: EntityManager, offerId: string): Promise<Offer | null> {
      return findById(tx, OfferEntity, offerId)
    },

    /** Assignment runs of a lead, newest first. */
    async runsOf(tx: EntityManager, leadId: string): Promise<AssignmentRun[]> {
      const order = { at: 'DESC', id: 'DESC' } as const
      return lookUp(tx, AssignmentRunEntity, leadId, { by: 'leadId', order, most: 50 })
    },
  }
}

function personOf(actor: Actor): string {
  if (actor.kind !== 'person') throw new DomainError('permission.denied', { ability: 'offer.accept' })
  return actor.personId
}

async function lost(tx: Tx, org: Org, lead: Lead, me: string): Promise<AcceptResult> {
  // A second tap on 接单 by the one who has it is no defeat.
  if (lead.state === 'owned' && lead.ownerId === me) return { ok: true, lead }
  const holderId = lead.ownerId ?? lead.offeredToId ?? lead.askedId
  const holder = holderId ? await org.findPerson(tx, holderId) : null
  const why =
    lead.state === 'closed' || lead.state === 'converted'
      ? 'closed'
      : lead.state === 'owned'
        ? 'taken'
        : 'expired'
  return { ok: false, why, lead, holder }
}
