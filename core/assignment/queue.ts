import { systemActor, type Actor } from '../actor.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Lead } from '../leads/lead.js'
import { closeOffer } from '../leads/offer.js'
import { authorize } from '../permissions/permissions.js'
import type { AssignmentDeps } from './assignment.js'

/** Why a lead stands in the queue. */
export type QueueReason = 'not-accepted' | 'declined' | 'nobody-matched' | 'owner-left'

/** Leads that nobody has: each with one manager whose turn it is, and a ladder upwards. */
export function createQueue({ clock, changes, deadlines, org, leads }: AssignmentDeps) {
  const timer = systemActor('assignment')
  const subjectOf = (leadId: string) => ({ type: 'lead' as const, id: leadId })

  deadlines.concernedBy('lead', async (tx, id) => {
    const lead = await leads.find(tx, id)
    return lead && { ownerId: lead.ownerId ?? lead.offeredToId, departmentId: lead.departmentId }
  })

  deadlines.on('lead.dispatch', 'ask-next', async (tx, { deadline, step }) => {
    const lead = await leads.byId(tx, deadline.subjectId)
    if (lead.state !== 'queued' || !lead.departmentId) return
    const otherwise = `manager+${deadline.nextStep + 1}`
    const [next] = await deadlines.peopleOf(tx, { deadline, step }, { otherwise, besides: lead.askedId })
    // Above the top there is nobody else to ask: red now, instead of waiting for steps that would change nothing.
    if (!next) return standRed(tx, lead)
    await leads.requireMove(tx, lead, 'queued', { askedId: next.id })
    await deadlines.waitFor(tx, 'lead.dispatch', subjectOf(lead.id), next.id)
    await changes.append(tx, timer, {
      subject: subjectOf(lead.id),
      kind: 'lead.escalated',
      fields: { askedId: [lead.askedId, next.id] },
    })
  })

  deadlines.on('lead.dispatch', 'stand-red', async (tx, { deadline }) => {
    const lead = await leads.byId(tx, deadline.subjectId)
    if (lead.state === 'queued') await standRed(tx, lead)
  })

  async function standRed(tx: Tx, lead: Lead): Promise<void> {
    if (lead.redSince) return
    const redSince = clock.now()
    await leads.requireMove(tx, lead, 'queued', { redSince })
    await changes.append(tx, timer, {
      subject: subjectOf(lead.id),
      kind: 'lead.turned-red',
      fields: { redSince: [null, redSince.toISOString()] },
    })
  }

  /** Takes a lead out of wherever it is and gives it to a person by a manager's decision. */
  async function handTo(
    tx: Tx,
    actor: Actor,
    lead: Lead,
    personId: string,
    via: 'dispatch' | 'take-over',
  ): Promise<Lead> {
    const now = clock.now()
    const person = await org.person(tx, personId)
    if (person.state === 'left') throw new DomainError('person.left', { name: person.name })
    await closeOffer(tx, lead.id, { to: 'withdrawn', at: now })
    const holder = lead.ownerId ?? lead.offeredToId
    const moved = await leads.move(tx, lead, 'owned', {
      ownerId: personId,
      offeredToId: null,
      departmentId: person.departmentId,
      ownedVia: via,
      ownedAt: now,
      viewedAt: null,
      askedId: null,
      redSince: null,
    })
    if (!moved) throw new DomainError('lead.moved_already', { id: lead.id })
    if (holder) await org.freePlace(tx, holder)
    await org.forcePlace(tx, personId)
    await deadlines.meet(tx, 'lead.dispatch', subjectOf(lead.id))
    await deadlines.cancel(tx, 'lead.accept', subjectOf(lead.id))
    await deadlines.start(tx, 'lead.view', subjectOf(lead.id), { personId })
    await changes.append(tx, actor, {
      subject: subjectOf(lead.id),
      kind: via === 'dispatch' ? 'lead.dispatched' : 'lead.taken-over',
      fields: {
        state: [lead.state, 'owned'],
        ownerId: [lead.ownerId, personId],
        offeredToId: [lead.offeredToId, null],
        askedId: [lead.askedId, null],
      },
      data: { personId },
    })
    return leads.byId(tx, lead.id)
  }

  return {
    /** Puts a lead into the queue of its department and asks the nearest manager. */
    async enter(tx: Tx, actor: Actor, lead: Lead, reason: QueueReason): Promise<void> {
      const departmentId = lead.departmentId ?? (await org.rootDepartment(tx)).id
      const [first] = await org.managersAbove(tx, departmentId)
      const askedId = first?.id ?? null
      await leads.requireMove(tx, lead, 'queued', {
        offeredToId: null,
        ownerId: null,
        ownedVia: null,
        ownedAt: null,
        departmentId,
        askedId,
      })
      await deadlines.cancel(tx, 'lead.accept', subjectOf(lead.id))
      await changes.append(tx, actor, {
        subject: subjectOf(lead.id),
        kind: 'lead.queued',
        fields: {
          state: [lead.state, 'queued'],
          ...(lead.ownerId ? { ownerId: [lead.ownerId, null] } : {}),
          offeredToId: [lead.offeredToId, null],
          askedId: [null, askedId],
        },
        data: { reason },
      })
      if (askedId) await deadlines.start(tx, 'lead.dispatch', subjectOf(lead.id), { personId: askedId })
      else await standRed(tx, await leads.byId(tx, lead.id))
    },

    /** Asks the nearest manager who is there now, in the place of one who left: their time begins anew. */
    async askAnother(tx: Tx, actor: Actor, lead: Lead): Promise<void> {
      const departmentId = lead.departmentId ?? (await org.rootDepartment(tx)).id
      const [next] = await org.managersAbove(tx, departmentId, lead.askedId ?? undefined)
      await leads.requireMove(tx, lead, 'queued', { askedId: next?.id ?? null, departmentId })
      await changes.append(tx, actor, {
        subject: subjectOf(lead.id),
        kind: 'lead.escalated',
        fields: { askedId: [lead.askedId, next?.id ?? null] },
        data: { reason: 'manager-left' },
      })
      if (next) await deadlines.start(tx, 'lead.dispatch', subjectOf(lead.id), { personId: next.id })
      else await standRed(tx, await leads.byId(tx, lead.id))
    },

    actions: {
      /**
       * A manager gives the lead to a rep (指派).
       *
       * @throws DomainError `lead.not_found`, `permission.denied`, `person.not_found`, `person.left`,
       * `lead.moved_already` with who has it now.
       */
      async dispatch(tx: Tx, actor: Actor, leadId: string, personId: string): Promise<Lead> {
        const lead = await requireQueued(tx, actor, leadId)
        return handTo(tx, actor, lead, personId, 'dispatch')
      },

      /** A manager takes the lead (自己接). Errors as for `dispatch`. */
      async takeOver(tx: Tx, actor: Actor, leadId: string): Promise<Lead> {
        const lead = await requireQueued(tx, actor, leadId)
        if (actor.kind !== 'person') throw new DomainError('permission.denied', { ability: 'lead.reassign' })
        return handTo(tx, actor, lead, actor.personId, 'take-over')
      },

      /** A manager moves a lead that somebody owns or was offered (P-20). Errors as for `dispatch`. */
      async reassign(tx: Tx, actor: Actor, leadId: string, personId: string): Promise<Lead> {
        const lead = await leads.require(tx, actor, leadId)
        authorize(actor, 'lead.reassign', lead)
        if (lead.state === 'closed' || lead.state === 'converted')
          throw new DomainError('lead.closed_already', { id: leadId })
        return handTo(tx, actor, lead, personId, 'dispatch')
      },

      /** Gives a lead that was entered or imported with a known owner to that owner, without an accept tap. */
      async give(
        tx: Tx,
        actor: Actor,
        lead: Lead,
        personId: string,
        via: 'import' | 'manual',
        placeTaken = false,
      ): Promise<Lead> {
        const now = clock.now()
        const person = await org.person(tx, personId)
        await leads.requireMove(tx, lead, 'owned', {
          ownerId: personId,
          departmentId: person.departmentId,
          ownedVia: via,
          ownedAt: now,
          viewedAt: via === 'manual' ? now : null,
        })
        if (!placeTaken) await org.forcePlace(tx, personId)
        if (via === 'import') await deadlines.start(tx, 'lead.view', subjectOf(lead.id), { personId })
        await changes.append(tx, actor, {
          subject: subjectOf(lead.id),
          kind: 'lead.given',
          fields: { state: [lead.state, 'owned'], ownerId: [null, personId] },
          data: { via },
        })
        return leads.byId(tx, lead.id)
      },
    },
  }

  async function requireQueued(tx: Tx, actor: Actor, leadId: string): Promise<Lead> {
    const lead = await leads.require(tx, actor, leadId)
    authorize(actor, 'lead.reassign', lead)
    if (lead.state === 'queued') return lead
    const holderId = lead.ownerId ?? lead.offeredToId
    const holder = holderId ? await org.findPerson(tx, holderId) : null
    throw new DomainError('lead.moved_already', {
      id: leadId,
      state: lead.state,
      holder: holder?.name ?? null,
    })
  }
}
