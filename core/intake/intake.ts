import type { Actor } from '../actor.js'
import type { Assignment } from '../assignment/assignment.js'
import type { Changes } from '../changes/changes.js'
import type { Customers } from '../customers/customers.js'
import { insertLater } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { claimKeys, findMatches, type Identifiers } from '../dedupe/keys.js'
import { isOpen, TouchEntity, type Lead } from '../leads/lead.js'
import type { LeadExtras, Leads, NewLead } from '../leads/leads.js'
import type { Offer } from '../leads/offer.js'
import type { Org } from '../org/org.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { findProductLine, findRegion } from './place.js'

/** Interest from outside, whatever the way in: understood already, not yet anybody's. */
export interface Interest {
  lead: Omit<NewLead, 'regionId' | 'productLineId'>
  /** Where the words came in: `sandbox`, `form:website`, `import`. */
  channel: string
  chatName: string
  senderName: string
  /** The words themselves: the record of the source (P-5). */
  text: string
  account?: Identifiers['account']
  /** Said to be the region or city, e.g. by a form field. */
  place?: string | null
}

export type CaptureResult =
  | { outcome: 'lead'; lead: Lead; offer: Offer | null }
  /** Somebody known: the owner hears of it, no second lead is made (P-67). */
  | { outcome: 'lead-touched'; lead: Lead }
  | { outcome: 'customer-touched'; customerId: string }

/** Who gets a new lead: the best receiver by offer, the best one without an offer (imports), or a named person. */
export type Receiver =
  { by: 'offer' } | { by: 'allot' } | { by: 'person'; personId: string; via: 'import' | 'manual' }

export interface IntakeDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  org: Org
  leads: Leads
  customers: Customers
  assignment: Assignment
}

export type Intake = ReturnType<typeof createIntake>

/** What else follows, in the same unit, when somebody who is known gets in touch again. */
export type TouchListener = (tx: Tx, about: { type: 'lead' | 'customer'; id: string }) => Promise<void>

/** Capture: lead + receiver + offer in one unit of work. */
export function createIntake({ clock, ids, changes, org, leads, customers, assignment }: IntakeDeps) {
  const listeners: TouchListener[] = []
  const tellTouch: TouchListener = async (tx, about) => {
    for (const listener of listeners) await listener(tx, about)
  }

  async function touchCustomer(
    tx: Tx,
    actor: Actor,
    customerId: string,
    interest: Interest,
  ): Promise<CaptureResult> {
    await insertLater(tx, TouchEntity, [
      {
        id: ids.next(),
        subjectType: 'customer',
        subjectId: customerId,
        at: clock.now(),
        ...touchOf(interest),
      },
    ])
    await customers.touched(tx, customerId)
    await changes.append(tx, actor, {
      subject: { type: 'customer', id: customerId },
      kind: 'customer.touched',
      data: { channel: interest.channel, source: interest.lead.source },
    })
    await tellTouch(tx, { type: 'customer', id: customerId })
    return { outcome: 'customer-touched', customerId }
  }

  /** The open lead or the customer that this interest belongs to; a lead that was given up does not count. */
  async function known(tx: Tx, interest: Interest) {
    const matches = await findMatches(tx, identifiersOf(interest))
    const customer = matches.find((match) => match.type === 'customer')
    if (customer) return { type: 'customer' as const, id: customer.id }
    for (const match of matches) {
      const lead = await leads.find(tx, match.id)
      if (lead && isOpen(lead)) return { type: 'lead' as const, id: lead.id }
      if (lead?.customerId) return { type: 'customer' as const, id: lead.customerId }
    }
    return null
  }

  return {
    onTouched(listener: TouchListener) {
      listeners.push(listener)
    },

    /** Reads at once what `capture` will ask about many people, where a unit takes in several. */
    async expect(tx: Tx, interests: readonly Interest[]): Promise<void> {
      await claimKeys(tx, interests.map(identifiersOf))
    },

    /**
     * Takes in interest from outside: a touch on what is known, else a new lead with its receiver, all in `tx`.
     *
     * A lead that several ways of recognising point to is still one lead; the same words arriving twice are the
     * inbox's business.
     */
    async capture(
      tx: Tx,
      actor: Actor,
      interest: Interest,
      receiver: Receiver = { by: 'offer' },
    ): Promise<CaptureResult> {
      await claimKeys(tx, [identifiersOf(interest)])
      const twin = await known(tx, interest)
      if (twin?.type === 'customer') return touchCustomer(tx, actor, twin.id, interest)
      const { lead: input, text, place } = interest
      const region = findRegion(
        await org.regions(tx),
        [place, input.company, text, interest.chatName],
        input.phone,
      )
      const line = findProductLine(await org.productLines(tx), `${text} ${input.need ?? ''}`)
      const ids = { regionId: region?.id ?? null, productLineId: line?.id ?? null }
      if (twin) {
        const lead = await leads.touch(tx, actor, twin.id, touchOf(interest), { ...extrasOf(input), ...ids })
        await tellTouch(tx, { type: 'lead', id: lead.id })
        return { outcome: 'lead-touched', lead }
      }
      const { source: _source, ...touch } = touchOf(interest)
      const lead = await leads.add(tx, actor, { ...input, ...ids, account: interest.account ?? null }, touch)
      switch (receiver.by) {
        case 'offer': {
          const { offer } = await assignment.assign(tx, actor, lead, 'captured')
          return { outcome: 'lead', lead: await leads.byId(tx, lead.id), offer }
        }
        case 'allot':
          await assignment.allot(tx, actor, lead)
          return { outcome: 'lead', lead: await leads.byId(tx, lead.id), offer: null }
        case 'person':
          return {
            outcome: 'lead',
            lead: await assignment.give(tx, actor, lead, receiver.personId, receiver.via),
            offer: null,
          }
      }
    },
  }
}

const identifiersOf = (interest: Interest): Identifiers => ({ ...interest.lead, account: interest.account })

const touchOf = (interest: Interest) => ({
  source: interest.lead.source,
  channel: interest.channel,
  chatName: interest.chatName.slice(0, 100),
  senderName: interest.senderName.slice(0, 60),
  text: interest.text,
})

const extrasOf = (input: Interest['lead']): LeadExtras => ({
  ...(input.name ? { name: input.name } : {}),
  ...(input.company ? { company: input.company } : {}),
  phone: input.phone ?? null,
  email: input.email ?? null,
  wechat: input.wechat ?? null,
  budgetMinCents: input.budgetMinCents ?? null,
  budgetMaxCents: input.budgetMaxCents ?? null,
  quantity: input.quantity ?? null,
  wantedAt: input.wantedAt ?? null,
})
