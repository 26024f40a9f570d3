import { In, IsNull, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { FieldChange } from '../changes/change.js'
import type { Changes } from '../changes/changes.js'
import { both, countUpTo, rankedIds, type Condition, type Place } from '../db/ranked.js'
import { insertRows, updateRows } from '../db/rows.js'
import { execute } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { findMatches, forgetKeys, rememberKeys, type Identifiers, type Match } from '../dedupe/keys.js'
import { DomainError } from '../errors.js'
import { authorize, can } from '../permissions/permissions.js'
import { reachParts } from '../permissions/reach.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { normalisePhone } from '../understanding/phones.js'
import {
  ContactEntity,
  CustomerEntity,
  customerPersonalFields,
  type Contact,
  type Customer,
} from './customer.js'

export interface NewCustomer {
  name: string
  ownerId: string | null
  departmentId: string | null
  regionId: string | null
  contact: {
    name: string
    title?: string
    phone?: string | null
    email?: string | null
    wechat?: string | null
  }
  account?: Identifiers['account']
  demo?: boolean
}

/** A contact as somebody filled it in; empty means not known. */
export interface ContactInput {
  /** Of the contact to edit; without it one is added. */
  id?: string | undefined
  name: string
  title: string
  phone: string | null
  email: string | null
  wechat: string | null
}

export interface SavedContact {
  contact: Contact
  /** Other records with this very number. The actor may not be allowed to see them: the caller asks. */
  samePhone: Match[]
}

export interface CustomerListPage {
  rows: Customer[]
  total: { n: number; exact: boolean }
  /** Hand it back for the next page; null on the last one. */
  next: string | null
}

/** Counting on costs more than it tells: beyond this a list says "more than". */
const countLimit = 10_000

/** More than anybody deals with at one customer; a list beyond it would not show them all. */
const mostContacts = 100

export type Customers = ReturnType<typeof createCustomers>

export function createCustomers({ clock, ids, changes }: { clock: Clock; ids: Ids; changes: Changes }) {
  changes.describe('customer', { personalFields: customerPersonalFields })

  return {
    /** Adds a customer with its first contact. */
    async add(tx: Tx, actor: Actor, input: NewCustomer): Promise<Customer> {
      const now = clock.now()
      const customer: Customer = {
        id: ids.next(),
        name: input.name,
        ownerId: input.ownerId,
        departmentId: input.departmentId,
        regionId: input.regionId,
        createdAt: now,
        lastTouchAt: now,
        demo: input.demo ?? false,
      }
      await insertRows(tx, CustomerEntity, [customer])
      const { contact } = input
      await insertRows(tx, ContactEntity, [
        {
          id: ids.next(),
          customerId: customer.id,
          name: contact.name,
          title: contact.title ?? '',
          phone: contact.phone ?? null,
          email: contact.email ?? null,
          wechat: contact.wechat ?? null,
          createdAt: now,
        },
      ])
      await rememberKeys(tx, { type: 'customer', id: customer.id }, { ...contact, account: input.account })
      await changes.append(tx, actor, {
        subject: { type: 'customer', id: customer.id },
        kind: 'customer.added',
        fields: {
          name: [null, customer.name],
          ownerId: [null, customer.ownerId],
          contactName: [null, contact.name],
          phone: [null, contact.phone ?? null],
        },
      })
      return customer
    },

    /** @throws DomainError `customer.not_found` (also for rows out of reach: their existence is not told). */
    async require(tx: EntityManager, actor: Actor, id: string): Promise<Customer> {
      const customer = await tx.getRepository(CustomerEntity).findOneBy({ id })
      if (!customer || !can(actor, 'customer.read', customer))
        throw new DomainError('customer.not_found', { id })
      return customer
    },

    /** Gives it another owner; null marks it as nobody's. False when it changed hands already. */
    async handOver(tx: Tx, actor: Actor, customer: Customer, toId: string | null): Promise<boolean> {
      const held = { id: customer.id, ownerId: customer.ownerId ?? IsNull() }
      if ((await updateRows(tx, CustomerEntity, held, { ownerId: toId })) !== 1) return false
      await changes.append(tx, actor, {
        subject: { type: 'customer', id: customer.id },
        kind: 'customer.handed-over',
        fields: { ownerId: [customer.ownerId, toId] },
      })
      return true
    },

    async find(tx: EntityManager, id: string): Promise<Customer | null> {
      return tx.getRepository(CustomerEntity).findOneBy({ id })
    },

    async contactsOf(tx: EntityManager, customerId: string): Promise<Contact[]> {
      return tx
        .getRepository(ContactEntity)
        .find({ where: { customerId }, order: { createdAt: 'ASC', id: 'ASC' }, take: 100 })
    },

    /** A page of customers in reach, latest touch first; `search` looks at the name. At most 100. */
    async list(
      tx: EntityManager,
      actor: Actor,
      { search, limit = 50, cursor }: { search?: string; limit?: number; cursor?: string },
    ): Promise<CustomerListPage> {
      const most = Math.min(limit, 100)
      const words = escapeLike(search ?? '').trim()
      const named: Condition = words
        ? { sql: 'name LIKE ?', values: [`%${words}%`] }
        : { sql: '1 = 1', values: [] }
      const partsOf = (apart: boolean) =>
        reachParts(actor, 'customer.read', { apart }).map((part) => both(part, named))
      const ids = await rankedIds(tx, {
        ...{ table: 'customers', column: 'lastTouchAt', parts: partsOf(true) },
        ...{ after: readCursor(cursor), limit: most + 1 },
      })
      const found = ids.length > 0 ? await tx.getRepository(CustomerEntity).findBy({ id: In(ids) }) : []
      const byId = new Map(found.map((row) => [row.id, row]))
      const rows = ids.slice(0, most).flatMap((id) => byId.get(id) ?? [])
      const last = ids.length > most ? rows.at(-1) : undefined
      return {
        rows,
        total: await countUpTo(tx, { table: 'customers', parts: partsOf(false), most: countLimit }),
        next: last ? `${(last.lastTouchAt ?? last.createdAt).toISOString()}~${last.id}` : null,
      }
    },

    /** Somebody had to do with the customer just now. */
    async touched(tx: Tx, id: string): Promise<void> {
      await updateRows(tx, CustomerEntity, { id }, { lastTouchAt: clock.now() })
    },

    /** @throws DomainError `permission.denied`, `customer.not_found`. */
    async rename(tx: Tx, actor: Actor, id: string, name: string): Promise<void> {
      const customer = await this.require(tx, actor, id)
      authorize(actor, 'customer.edit', customer)
      await updateRows(tx, CustomerEntity, { id }, { name })
      await changes.append(tx, actor, {
        subject: { type: 'customer', id },
        kind: 'customer.edited',
        fields: { name: [customer.name, name] },
      })
    },

    /**
     * Adds a contact to a customer or edits one. The same name and number again is the contact that is there, so a
     * request that comes twice adds one. A number that is on another record is saved all the same: people share phones.
     *
     * @throws DomainError `customer.not_found`, `permission.denied`, `contact.not_found`, `contact.phone_invalid` with
     *   the reason that `normalisePhone` gives, `contact.too_many`.
     */
    async saveContact(
      tx: Tx,
      actor: Actor,
      customerId: string,
      { id, ...input }: ContactInput,
    ): Promise<SavedContact> {
      const customer = await this.require(tx, actor, customerId)
      authorize(actor, 'customer.edit', customer)
      // The same request twice at once: the second one waits here until the first one's contact can be seen.
      await execute(tx, 'UPDATE customers SET lastTouchAt = lastTouchAt WHERE id = ?', [customerId])
      const contacts = await this.contactsOf(tx, customerId)
      const named = contacts.find((contact) => contact.id === id)
      if (id !== undefined && !named) throw new DomainError('contact.not_found', { id })
      const filled = {
        name: input.name.trim(),
        title: input.title.trim(),
        phone: readPhone(input.phone, named?.phone ?? null),
        email: input.email?.trim() || null,
        wechat: input.wechat?.trim() || null,
      }
      const before =
        named ?? contacts.find(({ name, phone }) => name === filled.name && phone === filled.phone)
      if (!before && contacts.length >= mostContacts)
        throw new DomainError('contact.too_many', { most: mostContacts })
      const contact: Contact = before
        ? { ...before, ...filled }
        : { id: ids.next(), customerId, ...filled, createdAt: clock.now() }
      const fields = contactChanges(before, contact)
      if (before) {
        if (Object.values(fields).every(([from, to]) => from === to)) return { contact, samePhone: [] }
        await updateRows(tx, ContactEntity, { id: contact.id, customerId }, filled)
      } else {
        await insertRows(tx, ContactEntity, [contact])
      }
      await changes.append(tx, actor, {
        subject: { type: 'customer', id: customerId },
        kind: before ? 'contact.edited' : 'contact.added',
        fields,
        data: { contactId: contact.id },
      })
      const others = contacts.filter((other) => other.id !== contact.id)
      await renewKeys(tx, customerId, before, before ? [...others, contact] : [contact])
      const isNewNumber = contact.phone !== null && contact.phone !== before?.phone
      const matches = isNewNumber ? await findMatches(tx, { phone: contact.phone }) : []
      return {
        contact,
        samePhone: matches.filter((match) => match.by === 'exact' && match.id !== customerId),
      }
    },
  }
}

/** Digits to store. A number that was not touched stays as it is. @throws DomainError `contact.phone_invalid`. */
function readPhone(typed: string | null, stored: string | null): string | null {
  const text = typed?.trim() ?? ''
  if (text === '' || text === stored) return text || null
  const phone = normalisePhone(text)
  if (!phone.ok) throw new DomainError('contact.phone_invalid', { reason: phone.reason })
  return phone.value
}

const contactChanges = (before: Contact | undefined, after: Contact) =>
  ({
    contactName: [before?.name ?? null, after.name],
    contactTitle: [before?.title ?? '', after.title],
    phone: [before?.phone ?? null, after.phone],
    email: [before?.email ?? null, after.email],
    wechat: [before?.wechat ?? null, after.wechat],
  }) satisfies Record<string, FieldChange>

/**
 * The customer is found by what its contacts have now. A mistyped number that was put right must not stay: it is
 * somebody else's, whose next enquiry would end up here.
 */
async function renewKeys(tx: Tx, customerId: string, before: Contact | undefined, contacts: Contact[]) {
  const customer = { type: 'customer' as const, id: customerId }
  if (before) await forgetKeys(tx, customer, before)
  for (const contact of contacts) await rememberKeys(tx, customer, contact)
}

/** A cursor that somebody made up starts the list from its beginning. */
function readCursor(cursor = ''): Place | null {
  const [text = '', id = ''] = cursor.split('~')
  const value = new Date(text)
  return text && id && !Number.isNaN(value.getTime()) ? { value, id } : null
}

/** `%` and `_` in what a person typed are characters, not wildcards (SQLite has no default escape: it takes them literally enough). */
export const escapeLike = (text: string): string => text.replace(/[%_]/g, '')
