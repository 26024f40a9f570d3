import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { rememberKeys, type Identifiers } from '../dedupe/keys.js'
import { DomainError } from '../errors.js'
import { authorize, can, scopeRows } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
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

    async find(tx: EntityManager, id: string): Promise<Customer | null> {
      return tx.getRepository(CustomerEntity).findOneBy({ id })
    },

    async contactsOf(tx: EntityManager, customerId: string): Promise<Contact[]> {
      return tx
        .getRepository(ContactEntity)
        .find({ where: { customerId }, order: { createdAt: 'ASC', id: 'ASC' }, take: 100 })
    },

    /** Customers in reach, latest touch first; `search` looks at the name. */
    async list(
      tx: EntityManager,
      actor: Actor,
      { search, limit = 50, offset = 0 }: { search?: string; limit?: number; offset?: number },
    ) {
      const query = tx.getRepository(CustomerEntity).createQueryBuilder('c').where('1 = 1')
      scopeRows(query, actor, 'customer.read', 'c')
      if (search) query.andWhere('c.name LIKE :search', { search: `%${escapeLike(search)}%` })
      const [rows, total] = await query
        .orderBy('c.lastTouchAt', 'DESC')
        .addOrderBy('c.id', 'DESC')
        .skip(offset)
        .take(Math.min(limit, 100))
        .getManyAndCount()
      return { rows, total }
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
  }
}

/** `%` and `_` in what a person typed are characters, not wildcards (SQLite has no default escape: it takes them literally enough). */
export const escapeLike = (text: string): string => text.replace(/[%_]/g, '')
