import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'

/** A sale that is being worked on. Its stage is a key of the playbook's stages. */
export interface Deal {
  id: string
  title: string
  customerId: string
  leadId: string | null
  productLineId: string | null
  regionId: string | null
  ownerId: string | null
  departmentId: string | null
  stage: string
  /** The stage's outcome, so that reports need no playbook of that day. */
  state: 'open' | 'won' | 'lost'
  amountCents: number | null
  /** Local day. */
  expectedCloseOn: string | null
  createdAt: Date
  stageSince: Date
  closedAt: Date | null
  demo: boolean
}

export const DealEntity = new EntitySchema<Deal>({
  name: 'deal',
  tableName: 'deals',
  columns: {
    id: column.id(),
    title: column.word(160),
    customerId: column.ref(),
    leadId: column.optionalRef(),
    productLineId: column.optionalRef(),
    regionId: column.optionalRef(),
    ownerId: column.optionalRef(),
    departmentId: column.optionalRef(),
    stage: column.state(),
    state: column.state(),
    amountCents: column.optionalCents(),
    expectedCloseOn: column.optionalDay(),
    createdAt: column.instant(),
    stageSince: column.instant(),
    closedAt: column.optionalInstant(),
    demo: column.flag(),
  },
  indices: [
    { name: 'deals_owner_since', columns: ['ownerId', 'state', 'stageSince', 'id'] },
    { name: 'deals_department_since', columns: ['departmentId', 'state', 'stageSince', 'id'] },
    { name: 'deals_since', columns: ['state', 'stageSince', 'id'] },
    { name: 'deals_customer', columns: ['customerId'] },
    { name: 'deals_closed', columns: ['closedAt', 'regionId', 'ownerId'] },
  ],
})
