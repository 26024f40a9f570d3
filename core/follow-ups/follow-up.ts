import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'

/**
 * What was done with a customer, said in one sentence. draft (whose it is, is not clear yet) → active → undone;
 * a draft that nobody wants is dropped.
 */
export interface FollowUp {
  id: string
  state: 'draft' | 'active' | 'undone' | 'dropped'
  subjectType: 'lead' | 'customer' | null
  subjectId: string | null
  authorId: string
  /** The sentence as it was written. */
  text: string
  /** A key of the action library. */
  action: string
  outcome: string
  stage: string | null
  amountCents: number | null
  amountKind: string | null
  persons: string[]
  /** When to be in contact next: local, a day or a day with a clock time. */
  nextAt: string | null
  nextWhat: string | null
  todos: { who: string; what: string; due: string | null }[]
  /** What understood the sentence; `rules-only` when a model was asked and did not answer in time. */
  readBy: 'rules' | 'model' | 'rules-only' | 'person'
  /** Which fields the card should ask about. */
  unsure: string[]
  /** While a draft: whose it may be, the likeliest first. */
  candidates: { type: 'lead' | 'customer'; id: string; label: string; why: string }[]
  /** What the customer was called in the sentence, for creating one. */
  customerHint: string | null
  phoneHint: string | null
  /** Tasks that this contact settled, and whether it was the first one: for the way back. */
  settledTaskIds: string[]
  wasFirstTouch: boolean
  at: Date
  demo: boolean
}

export const FollowUpEntity = new EntitySchema<FollowUp>({
  name: 'follow_up',
  tableName: 'follow_ups',
  columns: {
    id: column.id(),
    state: column.state(),
    subjectType: column.optionalWord(20),
    subjectId: column.optionalRef(),
    authorId: column.ref(),
    text: column.text(),
    action: column.word(32),
    outcome: column.state(),
    stage: column.optionalWord(20),
    amountCents: column.optionalCents(),
    amountKind: column.optionalWord(20),
    persons: column.document(),
    nextAt: column.optionalWord(24),
    nextWhat: column.optionalWord(200),
    todos: column.document(),
    readBy: column.state(),
    unsure: column.document(),
    candidates: column.document(),
    customerHint: column.optionalWord(120),
    phoneHint: column.optionalWord(20),
    settledTaskIds: column.document(),
    wasFirstTouch: column.flag(),
    at: column.instant(),
    demo: column.flag(),
  },
  indices: [
    { name: 'follow_ups_subject', columns: ['subjectType', 'subjectId', 'at'] },
    { name: 'follow_ups_author', columns: ['authorId', 'at'] },
  ],
})
