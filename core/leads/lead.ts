import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'

/** Somebody who may buy. */
export interface Lead {
  id: string
  name: string
  company: string
  phone: string | null
  /** The number could not be read for sure: a person should look. */
  phoneDoubtful: boolean
  email: string | null
  wechat: string | null
  /** What they want, in their words. */
  need: string
  source: string
  regionId: string | null
  productLineId: string | null
  budgetMinCents: number | null
  budgetMaxCents: number | null
  quantity: number | null
  /** When they want to be met or called, local, `YYYY-MM-DD[THH:mm:ss]`. */
  wantedAt: string | null
  state: LeadState
  ownerId: string | null
  offeredToId: string | null
  /** Whose queue and whose manager's view it is in. */
  departmentId: string | null
  /** How the owner came to it; `accept` is the only one that proves that they know of it. */
  ownedVia: 'accept' | 'dispatch' | 'take-over' | 'import' | 'manual' | null
  /** The manager whose turn it is while the lead is queued. */
  askedId: string | null
  /** Everybody was asked and nobody acted: stands red until somebody takes it. */
  redSince: Date | null
  score: number
  scoreReasons: { name: string; points: number; why: string }[]
  customerId: string | null
  dealId: string | null
  createdAt: Date
  ownedAt: Date | null
  viewedAt: Date | null
  /** First contact with the customer by us: the measure of speed (P-21). */
  firstTouchAt: Date | null
  lastTouchAt: Date
  closedAt: Date | null
  closeReason: string | null
  demo: boolean
}

export const leadStates = ['new', 'offered', 'queued', 'owned', 'converted', 'closed'] as const
export type LeadState = (typeof leadStates)[number]

/** new → offered → owned → converted | closed, with the queue where nobody takes it. */
export const leadTransitions: Record<LeadState, readonly LeadState[]> = {
  new: ['offered', 'queued', 'owned'],
  offered: ['owned', 'queued', 'offered', 'closed'],
  queued: ['queued', 'owned', 'offered', 'closed'],
  owned: ['owned', 'offered', 'queued', 'converted', 'closed'],
  converted: [],
  closed: [],
}

/** States from which `to` can be reached: the WHERE of the update that moves a lead there. */
export const statesBefore = (to: LeadState): LeadState[] =>
  leadStates.filter((from) => leadTransitions[from].includes(to))

export const isOpen = (lead: Pick<Lead, 'state'>): boolean =>
  lead.state !== 'converted' && lead.state !== 'closed'

export const leadPersonalFields = ['name', 'company', 'phone', 'email', 'wechat', 'need'] as const

const orders = (name: string, ...first: string[]) => [
  { name: `${name}_newest`, columns: [...first, 'state', 'createdAt', 'id', 'source'] },
  { name: `${name}_score`, columns: [...first, 'state', 'score', 'id', 'source'] },
  { name: `${name}_touched`, columns: [...first, 'state', 'lastTouchAt', 'id', 'source'] },
]

export const LeadEntity = new EntitySchema<Lead>({
  name: 'lead',
  tableName: 'leads',
  columns: {
    id: column.id(),
    name: column.word(60),
    company: column.word(120),
    phone: column.optionalWord(20),
    phoneDoubtful: column.flag(),
    email: column.optionalWord(120),
    wechat: column.optionalWord(60),
    need: column.text(),
    source: column.state(),
    regionId: column.optionalRef(),
    productLineId: column.optionalRef(),
    budgetMinCents: column.optionalCents(),
    budgetMaxCents: column.optionalCents(),
    quantity: { type: 'integer', nullable: true },
    wantedAt: column.optionalWord(24),
    state: column.state(),
    ownerId: column.optionalRef(),
    offeredToId: column.optionalRef(),
    departmentId: column.optionalRef(),
    ownedVia: column.optionalWord(20),
    askedId: column.optionalRef(),
    redSince: column.optionalInstant(),
    score: column.count(),
    scoreReasons: column.documentOr([], Array.isArray),
    customerId: column.optionalRef(),
    dealId: column.optionalRef(),
    createdAt: column.instant(),
    ownedAt: column.optionalInstant(),
    viewedAt: column.optionalInstant(),
    firstTouchAt: column.optionalInstant(),
    lastTouchAt: column.instant(),
    closedAt: column.optionalInstant(),
    closeReason: column.optionalWord(200),
    demo: column.flag(),
  },
  // Each list is read in its order from one of these, with nothing sorted; `source` spares a look at the row.
  indices: [
    ...orders('leads_owner', 'ownerId'),
    ...orders('leads_department', 'departmentId'),
    ...orders('leads_state'),
    { name: 'leads_offer', columns: ['offeredToId', 'state'] },
    { name: 'leads_created', columns: ['createdAt'] },
  ],
})

/** One time somebody outside was in contact: the words that made the lead, and every later sign of interest. */
export interface Touch {
  id: string
  subjectType: 'lead' | 'customer'
  subjectId: string
  source: string
  channel: string
  chatName: string
  senderName: string
  text: string
  at: Date
}

export const TouchEntity = new EntitySchema<Touch>({
  name: 'touch',
  tableName: 'touches',
  columns: {
    id: column.id(),
    subjectType: column.state(),
    subjectId: column.ref(),
    source: column.state(),
    channel: column.word(48),
    chatName: column.word(100),
    senderName: column.word(60),
    text: column.text(),
    at: column.instant(),
  },
  indices: [{ name: 'touches_subject', columns: ['subjectType', 'subjectId', 'at'] }],
})
