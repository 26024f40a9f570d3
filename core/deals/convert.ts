import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import type { Customers } from '../customers/customers.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Deadlines } from '../deadlines/deadlines.js'
import { DomainError } from '../errors.js'
import { isOpen } from '../leads/lead.js'
import type { Leads } from '../leads/leads.js'
import type { Org } from '../org/org.js'
import { authorize } from '../permissions/permissions.js'
import type { Deal } from './deal.js'
import type { Deals } from './deals.js'

export interface ConversionDeps {
  changes: Changes
  customers: Customers
  deadlines: Deadlines
  deals: Deals
  leads: Leads
  org: Org
}

export type Conversion = ReturnType<typeof createConversion>

/** A lead becomes a customer with a deal; its owner, budget, region and numbers come along. */
export function createConversion({ changes, customers, deadlines, deals, leads, org }: ConversionDeps) {
  return {
    /**
     * @returns the deal; of a lead that was converted before, the deal that came of it.
     * @throws DomainError `lead.not_found`, `permission.denied`, `lead.not_owned`, `lead.nameless`.
     */
    async convert(
      tx: Tx,
      actor: Actor,
      leadId: string,
      { title, now }: { title?: string; now: Date },
    ): Promise<Deal> {
      const lead = await leads.require(tx, actor, leadId)
      authorize(actor, 'lead.convert', lead)
      if (lead.state === 'converted' && lead.dealId) return deals.require(tx, actor, lead.dealId)
      if (lead.state !== 'owned' || !lead.ownerId || !isOpen(lead))
        throw new DomainError('lead.not_owned', { id: leadId })
      const name = lead.company || lead.name
      if (!name) throw new DomainError('lead.nameless', { id: leadId })
      const owner = { ownerId: lead.ownerId, departmentId: lead.departmentId, regionId: lead.regionId }
      const contact = { name: lead.name || name, phone: lead.phone, email: lead.email, wechat: lead.wechat }
      const customer = await customers.add(tx, actor, { ...owner, name, contact, demo: lead.demo })
      const deal = await deals.add(tx, actor, {
        ...owner,
        title: title?.trim() || `${name}的采购`,
        customerId: customer.id,
        leadId,
        productLineId: lead.productLineId,
        amountCents: lead.budgetMaxCents,
        demo: lead.demo,
      })
      const moved = await leads.move(tx, lead, 'converted', {
        customerId: customer.id,
        dealId: deal.id,
        closedAt: now,
      })
      if (!moved) throw new DomainError('lead.not_owned', { id: leadId })
      await org.freePlace(tx, lead.ownerId)
      await deadlines.cancel(tx, 'lead.view', { type: 'lead', id: leadId })
      await changes.append(tx, actor, {
        subject: { type: 'lead', id: leadId },
        kind: 'lead.converted',
        fields: { state: [lead.state, 'converted'] },
        data: { customerId: customer.id, dealId: deal.id },
      })
      return deal
    },
  }
}
