import type { EntityManager } from 'typeorm'
import type { Core } from '../../core/app.js'
import { outboxDepth } from '../../core/changes/outbox.js'
import { verifyAll } from '../../core/changes/verify.js'
import { DeadlineEntity, type Deadline } from '../../core/deadlines/deadline.js'
import { isOpen, LeadEntity, type Lead } from '../../core/leads/lead.js'
import { OfferEntity, type Offer } from '../../core/leads/offer.js'
import { broken, doubled, lost, type Violation } from './violation.js'

/** Every lead is somebody's, every wait has its end, every counter is right and every chain is whole. */
export function checkLeads(core: Core): Promise<Violation[]> {
  return core.read(async (tx) => {
    const leads = await tx.getRepository(LeadEntity).find()
    const offers = await tx.getRepository(OfferEntity).find()
    const deadlines = await tx.getRepository(DeadlineEntity).find()
    const { breaks } = await verifyAll(tx)
    const waiting = await outboxDepth(tx)
    return [
      ...checkOwners(leads, offers, deadlines),
      ...checkOffers(leads, offers),
      ...checkDeadlines(deadlines, core.clock.now()),
      ...checkTwins(leads),
      ...(await checkPlaces(core, tx, leads)),
      ...breaks.map(({ type, id, problem, seq }) =>
        broken(`the chain of a ${type} at ${seq}: ${problem}`, id),
      ),
      ...(waiting > 0 ? [lost(`${waiting} reactions to changes are not done`, 'outbox')] : []),
    ]
  })
}

function checkOwners(leads: Lead[], offers: Offer[], deadlines: Deadline[]): Violation[] {
  const running = new Set(
    deadlines.flatMap(({ state, nextAt, kind, subjectId }) =>
      state === 'waiting' && nextAt ? [`${kind} ${subjectId}`] : [],
    ),
  )
  const open = new Set(offers.flatMap(({ state, leadId }) => (state === 'open' ? [leadId] : [])))
  return leads.flatMap((lead) => {
    switch (lead.state) {
      case 'new':
        return [lost('a lead is nobody’s', lead.id)]
      case 'offered':
        if (!lead.offeredToId || !open.has(lead.id))
          return [lost('an offered lead without an open offer', lead.id)]
        return running.has(`lead.accept ${lead.id}`)
          ? []
          : [lost('an open offer without a deadline', lead.id)]
      case 'queued':
        if (!lead.askedId && !lead.redSince)
          return [lost('a queued lead that no manager is asked for', lead.id)]
        return lead.redSince || running.has(`lead.dispatch ${lead.id}`)
          ? []
          : [lost('a queued lead that will not be escalated', lead.id)]
      case 'owned':
        return lead.ownerId ? [] : [lost('an owned lead without an owner', lead.id)]
      case 'converted':
      case 'closed':
        return []
    }
  })
}

function checkOffers(leads: Lead[], offers: Offer[]): Violation[] {
  const states = new Map(leads.map(({ id, state }) => [id, state]))
  return offers
    .filter(({ state, leadId }) => state === 'open' && states.get(leadId) !== 'offered')
    .map(({ id, leadId }) => broken(`an open offer of a lead that is ${states.get(leadId) ?? 'gone'}`, id))
}

/** Time stood still for long enough: nothing that is due may be left. */
function checkDeadlines(deadlines: Deadline[], now: Date): Violation[] {
  const graceMs = 60_000
  return deadlines
    .filter(({ nextAt }) => nextAt && nextAt.getTime() < now.getTime() - graceMs)
    .map(({ id, kind }) => lost(`a step of ${kind} is overdue`, id))
}

function checkTwins(leads: Lead[]): Violation[] {
  const open = leads.filter((lead) => isOpen(lead) && lead.phone)
  return [...Map.groupBy(open, ({ phone }) => phone)]
    .filter(([, same]) => same.length > 1)
    .map(([, same]) => doubled('one customer is several leads', same.map(({ id }) => id).join(' ')))
}

/** The number of leads on hand is counted as they move; here they are counted again. */
async function checkPlaces(core: Core, tx: EntityManager, leads: Lead[]): Promise<Violation[]> {
  const people = await core.org.everybody(tx)
  return people.flatMap((person) => {
    const held = leads.filter(
      (lead) => isOpen(lead) && (lead.ownerId === person.id || lead.offeredToId === person.id),
    ).length
    if (held === person.openLeads) return []
    return [
      broken(`${person.name} has ${held} leads on hand and the counter says ${person.openLeads}`, person.id),
    ]
  })
}
