import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'

/** A company (or a single buyer) that we do business with. */
export interface Customer {
  id: string
  name: string
  ownerId: string | null
  departmentId: string | null
  regionId: string | null
  createdAt: Date
  lastTouchAt: Date | null
  demo: boolean
}

export const CustomerEntity = new EntitySchema<Customer>({
  name: 'customer',
  tableName: 'customers',
  columns: {
    id: column.id(),
    name: column.word(120),
    ownerId: column.optionalRef(),
    departmentId: column.optionalRef(),
    regionId: column.optionalRef(),
    createdAt: column.instant(),
    lastTouchAt: column.optionalInstant(),
    demo: column.flag(),
  },
  indices: [
    { name: 'customers_owner_touched', columns: ['ownerId', 'lastTouchAt', 'id'] },
    { name: 'customers_department_touched', columns: ['departmentId', 'lastTouchAt', 'id'] },
    { name: 'customers_touched', columns: ['lastTouchAt', 'id'] },
  ],
})

/** A person at a customer. */
export interface Contact {
  id: string
  customerId: string
  name: string
  title: string
  phone: string | null
  email: string | null
  wechat: string | null
  createdAt: Date
}

export const ContactEntity = new EntitySchema<Contact>({
  name: 'contact',
  tableName: 'contacts',
  columns: {
    id: column.id(),
    customerId: column.ref(),
    name: column.word(60),
    title: column.word(60),
    phone: column.optionalWord(20),
    email: column.optionalWord(120),
    wechat: column.optionalWord(60),
    createdAt: column.instant(),
  },
  indices: [{ name: 'contacts_customer', columns: ['customerId'] }],
})

export const customerPersonalFields = [
  'name',
  'contactName',
  'contactTitle',
  'phone',
  'email',
  'wechat',
] as const
