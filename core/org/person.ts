import { EntitySchema } from 'typeorm'
import type { Role } from '../actor.js'
import * as column from '../db/columns.js'
import type { Platform } from '../ports/platform.js'

export interface Person {
  id: string
  name: string
  title: string
  role: Role
  departmentId: string
  regionId: string | null
  phone: string | null
  /** For reminders by mail; absent where nobody has written it down. */
  email?: string | null
  state: 'active' | 'away' | 'left'
  /** Leads that are on this person's hands: owned and open, or on offer. Kept by conditional updates, never counted. */
  openLeads: number
  openLeadCap: number
  /** When this person last got an offer; the longest wait wins a tie. */
  lastOfferedAt: Date | null
  /** Made by the demo company; removed with it. */
  demo: boolean
}

export const PersonEntity = new EntitySchema<Person>({
  name: 'person',
  tableName: 'people',
  columns: {
    id: column.id(),
    name: column.word(60),
    title: column.word(60),
    role: column.state(),
    departmentId: column.ref(),
    regionId: column.optionalRef(),
    phone: column.optionalWord(20),
    email: column.optionalWord(120),
    state: column.state(),
    openLeads: column.count(),
    openLeadCap: column.count(),
    lastOfferedAt: column.optionalInstant(),
    demo: column.flag(),
  },
  indices: [{ name: 'people_department', columns: ['departmentId'] }],
})

export interface Department {
  id: string
  name: string
  parentId: string | null
  leaderId: string | null
  demo: boolean
}

export const DepartmentEntity = new EntitySchema<Department>({
  name: 'department',
  tableName: 'departments',
  columns: {
    id: column.id(),
    name: column.word(60),
    parentId: column.optionalRef(),
    leaderId: column.optionalRef(),
    demo: column.flag(),
  },
})

/** A sales region: which places belong to it and whose queue its unassigned leads stand in. */
export interface Region {
  id: string
  name: string
  places: string[]
  departmentId: string
  demo: boolean
}

export const RegionEntity = new EntitySchema<Region>({
  name: 'region',
  tableName: 'regions',
  columns: {
    id: column.id(),
    name: column.word(40),
    places: column.document(),
    departmentId: column.ref(),
    demo: column.flag(),
  },
})

export interface ProductLine {
  id: string
  name: string
  keywords: string[]
  demo: boolean
}

export const ProductLineEntity = new EntitySchema<ProductLine>({
  name: 'product_line',
  tableName: 'product_lines',
  columns: { id: column.id(), name: column.word(40), keywords: column.document(), demo: column.flag() },
})

/** How well a person knows a product line, 0 to 1000. */
export interface Familiarity {
  personId: string
  productLineId: string
  permille: number
}

export const FamiliarityEntity = new EntitySchema<Familiarity>({
  name: 'familiarity',
  tableName: 'familiarities',
  columns: {
    personId: { ...column.ref(), primary: true },
    productLineId: { ...column.ref(), primary: true },
    permille: column.count(),
  },
})

/**
 * A person's account on a messenger. `bound` by an admin or the directory, `verified` once the account has answered or
 * signed in, `broken` when the platform refused it. A person without a row is unbound.
 */
export interface Binding {
  platform: Platform
  externalId: string
  personId: string
  state: 'bound' | 'verified' | 'broken'
  boundAt: Date
  /** When the account last showed itself, as far as that was a step forward. */
  verifiedAt?: Date | null
  /** The platform's code of the refusal, and since when it refuses. */
  brokenCode?: string | null
  brokenSince?: Date | null
}

export const BindingEntity = new EntitySchema<Binding>({
  name: 'binding',
  tableName: 'bindings',
  columns: {
    platform: { ...column.state(), primary: true },
    externalId: { ...column.word(128), primary: true },
    personId: column.ref(),
    state: column.state(),
    boundAt: column.instant(),
    verifiedAt: column.optionalInstant(),
    brokenCode: column.optionalWord(60),
    brokenSince: column.optionalInstant(),
  },
  indices: [{ name: 'bindings_person', columns: ['personId'] }],
})
