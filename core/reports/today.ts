import { In, type EntityManager } from 'typeorm'
import type { PersonActor } from '../actor.js'
import { AssignmentRunEntity, type AssignmentRun } from '../assignment/run.js'
import { asDate, marks, select } from '../db/sql.js'
import { LeadEntity, type Lead } from '../leads/lead.js'
import { OfferEntity, type Offer } from '../leads/offer.js'
import { scopeRows } from '../permissions/permissions.js'

const most = 50

/** Leads held out to a person, the most pressing first, each with the run that chose them. */
export async function openOffersFor(
  tx: EntityManager,
  personId: string,
): Promise<{ offer: Offer; lead: Lead; run: AssignmentRun | null }[]> {
  const offers = await tx
    .getRepository(OfferEntity)
    .find({ where: { personId, state: 'open' }, order: { expiresAt: 'ASC', id: 'ASC' }, take: most })
  if (offers.length === 0) return []
  const leads = await tx.getRepository(LeadEntity).findBy({ id: In(offers.map((offer) => offer.leadId)) })
  const runs = await tx.getRepository(AssignmentRunEntity).findBy({ id: In(offers.map((o) => o.runId)) })
  return offers.flatMap((offer) => {
    const lead = leads.find(({ id }) => id === offer.leadId)
    return lead ? [{ offer, lead, run: runs.find(({ id }) => id === offer.runId) ?? null }] : []
  })
}

/** Leads that nobody has and this person could give away: red ones first, then by how long they have waited. */
export async function queuedLeadsFor(
  tx: EntityManager,
  actor: PersonActor,
): Promise<{ rows: { lead: Lead; since: Date }[]; total: number }> {
  const query = tx.getRepository(LeadEntity).createQueryBuilder('l').where('l.state = :state', {
    state: 'queued',
  })
  scopeRows(query, actor, 'lead.reassign', 'l')
  const [leads, total] = await query
    .addSelect('CASE WHEN l.redSince IS NULL THEN 1 ELSE 0 END', 'calm')
    .orderBy('calm', 'ASC')
    .addOrderBy('l.createdAt', 'ASC')
    .addOrderBy('l.id', 'ASC')
    .limit(most)
    .getManyAndCount()
  const since = await queuedSince(
    tx,
    leads.map(({ id }) => id),
  )
  return { rows: leads.map((lead) => ({ lead, since: since.get(lead.id) ?? lead.createdAt })), total }
}

async function queuedSince(tx: EntityManager, ids: string[]): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map()
  const rows = await select<{ id: string; at: Date | string }>(
    tx,
    `SELECT subjectId AS id, MAX(at) AS at FROM changes
     WHERE subjectType = 'lead' AND subjectId IN (${marks(ids)}) AND kind = 'lead.queued' GROUP BY subjectId`,
    ids,
  )
  return new Map(rows.map((row) => [row.id, asDate(row.at)]))
}

/** Leads that a person got without an accept tap and has not looked at, longest first. */
export async function unviewedLeadsOf(tx: EntityManager, personId: string): Promise<Lead[]> {
  const query = tx.getRepository(LeadEntity).createQueryBuilder('l')
  return query
    .where('l.ownerId = :personId AND l.state = :state AND l.viewedAt IS NULL', { personId, state: 'owned' })
    .orderBy('l.ownedAt', 'ASC')
    .addOrderBy('l.id', 'ASC')
    .limit(most)
    .getMany()
}

/** Was this lead ever held out to this person? Then they may hear what became of it. */
export async function wasOffered(tx: EntityManager, leadId: string, personId: string): Promise<boolean> {
  return tx.getRepository(OfferEntity).existsBy({ leadId, personId })
}
