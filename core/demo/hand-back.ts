import { In, IsNull } from 'typeorm'
import { systemActor } from '../actor.js'
import type { Core } from '../app.js'
import { CustomerEntity } from '../customers/customer.js'
import { updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DealEntity } from '../deals/deal.js'
import { isOpen, LeadEntity, type Lead } from '../leads/lead.js'
import { closeOffer } from '../leads/offer.js'
import { DepartmentEntity } from '../org/person.js'
import type { Belongings } from './belongings.js'

/** Real records that the demo's people had in hand. */
export interface HandedBack {
  /** Open leads, now in the queue. */
  leads: string[]
  /** Now without an owner. */
  customers: string[]
  deals: string[]
}

const actor = systemActor('demo')

/**
 * Takes real records out of the demo's hands, after its people and departments are gone: open leads go to the queue of
 * the real organisation, red when there is nobody to ask; customers and deals are left without an owner, for whoever
 * may see all of them.
 */
export async function handBack(tx: Tx, core: Core, gone: Belongings): Promise<HandedBack> {
  const root = await tx.getRepository(DepartmentEntity).findOneBy({ parentId: IsNull() })
  const rootId = root?.id ?? null
  const handed: HandedBack = { leads: [], customers: [], deals: [] }
  await clear(tx, gone)
  await updateRows(tx, DepartmentEntity, { leaderId: In(gone.people) }, { leaderId: null })
  const people = In(gone.people)
  const departmentId = In(gone.departments)
  const leads = await tx
    .getRepository(LeadEntity)
    .findBy([{ ownerId: people }, { offeredToId: people }, { askedId: people }, { departmentId }])
  for (const lead of leads) {
    const isHeld = [lead.ownerId, lead.offeredToId].some((id) => id !== null && gone.people.includes(id))
    const home =
      lead.departmentId && !gone.departments.includes(lead.departmentId) ? lead.departmentId : rootId
    if (isOpen(lead) && (isHeld || lead.state === 'queued')) {
      await toQueue(tx, core, lead, home)
      handed.leads.push(lead.id)
    } else
      await updateRows(
        tx,
        LeadEntity,
        { id: lead.id },
        {
          departmentId: home,
          ...(isHeld ? { ownerId: null, offeredToId: null } : {}),
        },
      )
  }
  handed.customers = await leave(tx, core, 'customer', gone, rootId)
  handed.deals = await leave(tx, core, 'deal', gone, rootId)
  return handed
}

/** Takes customers or deals from the demo's people. @returns their ids. */
async function leave(
  tx: Tx,
  core: Core,
  type: 'customer' | 'deal',
  gone: Belongings,
  departmentId: string | null,
): Promise<string[]> {
  const entity = type === 'customer' ? CustomerEntity : DealEntity
  const rows = tx.getRepository<{ id: string; ownerId: string | null; departmentId: string | null }>(entity)
  const owned = await rows.findBy({ ownerId: In(gone.people) })
  await rows.update({ ownerId: In(gone.people) }, { ownerId: null })
  await rows.update({ departmentId: In(gone.departments) }, { departmentId })
  for (const { id, ownerId } of owned)
    await core.changes.append(tx, actor, {
      subject: { type, id },
      kind: `${type}.left`,
      fields: { ownerId: [ownerId, null] },
    })
  return owned.map(({ id }) => id)
}

/** Regions and product lines of the demo mean nothing to a real record. */
async function clear(tx: Tx, gone: Belongings): Promise<void> {
  const regionId = In(gone.regions)
  await updateRows(tx, LeadEntity, { regionId }, { regionId: null })
  await updateRows(tx, CustomerEntity, { regionId }, { regionId: null })
  await updateRows(tx, DealEntity, { regionId }, { regionId: null })
  await updateRows(tx, LeadEntity, { productLineId: In(gone.lines) }, { productLineId: null })
  await updateRows(tx, DealEntity, { productLineId: In(gone.lines) }, { productLineId: null })
}

async function toQueue(tx: Tx, core: Core, lead: Lead, departmentId: string | null): Promise<void> {
  const now = core.clock.now()
  const subject = { type: 'lead' as const, id: lead.id }
  await closeOffer(tx, lead.id, { to: 'withdrawn', at: now })
  for (const kind of ['lead.accept', 'lead.view', 'lead.dispatch'] as const)
    await core.deadlines.cancel(tx, kind, subject)
  const [manager] = departmentId ? await core.org.managersAbove(tx, departmentId) : []
  const askedId = manager?.id ?? null
  await core.leads.requireMove(tx, lead, 'queued', {
    ownerId: null,
    offeredToId: null,
    ownedVia: null,
    ownedAt: null,
    viewedAt: null,
    departmentId,
    askedId,
    redSince: askedId ? null : now,
  })
  await core.changes.append(tx, actor, {
    subject,
    kind: 'lead.queued',
    fields: {
      state: [lead.state, 'queued'],
      ownerId: [lead.ownerId, null],
      offeredToId: [lead.offeredToId, null],
      askedId: [lead.askedId, askedId],
    },
    data: { reason: 'holder-left' },
  })
  if (askedId) await core.deadlines.start(tx, 'lead.dispatch', subject)
}
