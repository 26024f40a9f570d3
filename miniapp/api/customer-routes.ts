import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Contact, Customer } from '../../core/customers/customer.js'
import type { Lead } from '../../core/leads/lead.js'
import { can } from '../../core/permissions/permissions.js'
import { maskPhone } from '../../core/understanding/phones.js'
import type {
  ContactAnswer,
  ContactView,
  CustomerList,
  CustomerPage,
  CustomerRow,
} from '../contract/customers.js'
import { contactInputSchema, customerQuerySchema } from '../contract/customers.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { presentDeal } from './present-deal.js'
import { presentTouch } from './present-lead.js'
import { presentFollowUp, presentTasks } from './present-work.js'
import { parse } from './problems.js'
import { readTimeLine } from './time-line.js'
import { loadVocabulary, type Vocabulary } from './vocabulary.js'

export function addCustomerRoutes(add: AddRoute, { core, config }: ApiDeps): void {
  add('get', '/customers', async (ctx, actor): Promise<CustomerList> => {
    const { q, cursor, limit } = parse(customerQuerySchema, ctx.query)
    return core.read(async (tx) => {
      const { rows, total, next } = await core.customers.list(tx, actor, {
        ...(q ? { search: q } : {}),
        ...(cursor ? { cursor } : {}),
        limit,
      })
      const words = await loadVocabulary(
        tx,
        core,
        rows.map(({ ownerId }) => ownerId),
      )
      return { rows: rows.map((customer) => presentCustomer(customer, words)), total, next }
    })
  })

  add('get', '/customers/:id', (ctx, actor) =>
    core.read((tx) => readCustomerPage(tx, actor, ctx.params.id ?? '')),
  )

  add('post', '/customers/:id/contacts', async (ctx, actor): Promise<ContactAnswer> => {
    const input = parse(contactInputSchema, await readJson(ctx))
    const customerId = ctx.params.id ?? ''
    return core.write(async (tx) => {
      const { contact, samePhone } = await core.customers.saveContact(tx, actor, customerId, input)
      for (const match of samePhone) {
        const found = match.type === 'lead' ? await seenLead(match.id) : await seenCustomer(match.id)
        if (found) return { id: contact.id, samePhone: found }
      }
      return { id: contact.id, samePhone: null }

      async function seenCustomer(id: string): Promise<ContactAnswer['samePhone']> {
        const customer = await core.customers.find(tx, id)
        if (!customer || !can(actor, 'customer.read', customer)) return null
        return { path: `/customers/${id}`, name: customer.name, owner: await nameOf(tx, customer.ownerId) }
      }

      // The lead that this customer came from has the number, too; that is no other record.
      async function seenLead(id: string): Promise<ContactAnswer['samePhone']> {
        const lead = await core.leads.find(tx, id)
        if (!lead || lead.customerId === customerId || !can(actor, 'lead.read', lead)) return null
        const name = lead.company || lead.name
        return { path: `/leads/${id}`, name, owner: await nameOf(tx, lead.ownerId) }
      }
    })
  })

  const nameOf = async (tx: EntityManager, personId: string | null): Promise<string | null> =>
    personId ? ((await core.org.findPerson(tx, personId))?.name ?? null) : null

  async function readCustomerPage(tx: EntityManager, actor: PersonActor, id: string): Promise<CustomerPage> {
    const customer = await core.customers.require(tx, actor, id)
    const allDeals = await core.deals.ofCustomer(tx, id)
    const deals = allDeals.filter((deal) => can(actor, 'deal.read', deal))
    const leads: Lead[] = []
    for (const { leadId } of allDeals) {
      const lead = leadId ? await core.leads.find(tx, leadId) : null
      if (lead && can(actor, 'lead.read', lead)) leads.push(lead)
    }
    const subjects = [
      { type: 'customer' as const, id },
      ...leads.map((lead) => ({ type: 'lead' as const, id: lead.id })),
    ]
    const followUps = await core.followUps.about(tx, subjects)
    const touches = [
      ...(await core.leads.touchesOf(tx, { type: 'customer', ids: [id] })),
      ...(await core.leads.touchesOf(tx, { type: 'lead', ids: leads.map((lead) => lead.id) })),
    ].sort((a, b) => b.at.getTime() - a.at.getTime())
    const words = await loadVocabulary(tx, core, [
      customer.ownerId,
      ...deals.map(({ ownerId }) => ownerId),
      ...followUps.map(({ authorId }) => authorId),
    ])
    const showPhones = can(actor, 'phone.read', customer)
    const now = { at: core.clock.now(), timeZone: config.timeZone }
    const contacts = await core.customers.contactsOf(tx, id)
    return {
      ...presentCustomer(customer, words),
      createdAt: customer.createdAt.toISOString(),
      abilities: {
        followUp: can(actor, 'follow-up.write', customer),
        contact: can(actor, 'phone.read', customer),
        // Masked numbers must not come back as what somebody typed.
        editContacts: can(actor, 'customer.edit', customer) && showPhones,
      },
      contacts: contacts.map((contact) => presentContact(contact, showPhones)),
      deals: deals.map((deal) => presentDeal(deal, { actor, words, customer, ...now })),
      leads: leads.map((lead) => ({
        id: lead.id,
        name: lead.name || lead.company,
        state: lead.state,
        createdAt: lead.createdAt.toISOString(),
      })),
      followUps: followUps.map((followUp) => presentFollowUp(followUp, actor, words)),
      tasks: await presentTasks(tx, core, actor, await core.tasks.openAbout(tx, { type: 'customer', id })),
      touches: touches.slice(0, 100).map((touch) => presentTouch(touch, words)),
      timeLine: await readTimeLine(
        tx,
        core,
        [...subjects, ...deals.map((deal) => ({ type: 'deal' as const, id: deal.id }))],
        { showPhones, followUps },
      ),
    }
  }
}

const presentCustomer = (customer: Customer, words: Vocabulary): CustomerRow => ({
  id: customer.id,
  name: customer.name,
  owner: words.person(customer.ownerId),
  region: words.region(customer.regionId),
  lastTouchAt: customer.lastTouchAt?.toISOString() ?? null,
})

function presentContact(contact: Contact, open: boolean): ContactView {
  const mask = (text: string | null) => (text === null || open ? text : `${text.slice(0, 2)}****`)
  return {
    id: contact.id,
    name: contact.name,
    title: contact.title,
    phone: contact.phone === null || open ? contact.phone : maskPhone(contact.phone),
    phoneMasked: !open,
    email: mask(contact.email),
    wechat: mask(contact.wechat),
  }
}
