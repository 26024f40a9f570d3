import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { ContactEntity, CustomerEntity, type Contact, type Customer } from '../customers/customer.js'
import { escapeLike } from '../customers/customers.js'
import { LeadEntity, type Lead } from '../leads/lead.js'
import { scopeRows } from '../permissions/permissions.js'
import { findPhones } from '../understanding/phones.js'

/**
 * Leads and customers in the actor's reach by part of a name, a company or a phone number.
 *
 * @returns at most `limit` of each, latest touch first. A phone is looked up whole or by its last four digits.
 */
export async function findRecords(tx: EntityManager, actor: Actor, query: string, limit: number) {
  const words = escapeLike(query.trim())
  if (!words) return { leads: [] as Lead[], customers: [] as { customer: Customer; contacts: Contact[] }[] }
  const phone = findPhones(query)[0]?.value ?? (/^\d{4,11}$/.test(words) ? words : null)
  const like = phone ? `%${phone}` : `%${words}%`
  const leads = tx.getRepository(LeadEntity).createQueryBuilder('l')
  leads.where(phone ? 'l.phone LIKE :like' : '(l.name LIKE :like OR l.company LIKE :like)', { like })
  scopeRows(leads, actor, 'lead.read', 'l', { offers: true })
  const customers = tx.getRepository(CustomerEntity).createQueryBuilder('c')
  const inContacts = `EXISTS (SELECT 1 FROM contacts k WHERE k.customerId = c.id AND ${phone ? 'k.phone LIKE :like' : 'k.name LIKE :like'})`
  customers.where(phone ? inContacts : `(c.name LIKE :like OR ${inContacts})`, { like })
  scopeRows(customers, actor, 'customer.read', 'c')
  const found = await customers.orderBy('c.lastTouchAt', 'DESC').take(limit).getMany()
  const contacts = found.length
    ? await tx
        .getRepository(ContactEntity)
        .createQueryBuilder('k')
        .where('k.customerId IN (:...ids)', { ids: found.map((c) => c.id) })
        .getMany()
    : []
  return {
    leads: await leads.orderBy('l.lastTouchAt', 'DESC').take(limit).getMany(),
    customers: found.map((customer) => ({
      customer,
      contacts: contacts.filter((contact) => contact.customerId === customer.id),
    })),
  }
}
