import { z } from 'zod'

export const noteActions = [
  'call',
  'visit',
  'meeting',
  'im',
  'email',
  'demo',
  'quote',
  'sample',
  'contract',
  'payment',
  'training',
  'reception',
  'dinner',
  'exhibition',
  'other',
] as const
export const noteOutcomes = [
  'positive',
  'neutral',
  'negative',
  'no_contact',
  'won',
  'lost',
  'postponed',
] as const
export const noteStages = [
  'initial',
  'qualify',
  'demo',
  'proposal',
  'negotiation',
  'contract',
  'won',
  'payment',
  'lost',
] as const
export const amountKinds = ['budget', 'quote', 'deal', 'payment', 'invoice', 'discount'] as const
export const noteFields = [
  'customer',
  'persons',
  'action',
  'outcome',
  'stage',
  'amount',
  'next',
  'todos',
] as const

const NAME = 80
const SENTENCE = 200

/** Characters that all strings of a draft may have together. */
export const MAX_DRAFT_TEXT = 4000

// 2026-03-18, 2026-03-18T15:00:00, either of them twice with a slash (end exclusive), or ../ before one (by then).
const DAY = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])'
const INSTANT = `${DAY}(?:T(?:[01]\\d|2[0-4]):[0-5]\\d:[0-5]\\d)?`
const moment = z.string().regex(new RegExp(`^(?:${INSTANT}(?:/(?:${INSTANT}|\\.\\.))?|\\.\\./${INSTANT})$`))
const name = z.string().trim().min(1).max(NAME)
const sentence = z.string().trim().max(SENTENCE)

/**
 * A follow-up as one sentence tells it, before a person has confirmed it. Rules and a language model answer in this
 * same shape; anything else is refused.
 */
export const noteDraftSchema = z
  .strictObject({
    /** The customer's company, as the words have it. */
    customer: name.optional(),
    /** People on the customer's side, as the words have them. */
    persons: z.array(name).max(20),
    action: z.enum(noteActions),
    outcome: z.enum(noteOutcomes),
    /** Where the deal stands after this; absent where the words do not say. */
    stage: z.enum(noteStages).optional(),
    /** Hundredths of the main unit of `currency` (ISO 4217). */
    amount: z
      .strictObject({
        valueCents: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
        kind: z.enum(amountKinds),
        currency: z.string().regex(/^[A-Z]{3}$/),
      })
      .optional(),
    /** The first coming step with the customer. `at`: local date, datetime or range in normal form, end exclusive. */
    next: z.strictObject({ at: moment, what: sentence, deadline: z.boolean().optional() }).optional(),
    /** Who must do what by when; `who` is 我 for the speaker. */
    todos: z.array(z.strictObject({ who: name, what: sentence, due: moment.optional() })).max(20),
    phone: z
      .string()
      .regex(/^\d{5,15}$/)
      .optional(),
    /** 0..1: how much of the sentence was understood beyond doubt. */
    confidence: z.number().min(0).max(1),
    /** Fields that the confirm card should ask about. */
    unsure: z.array(z.enum(noteFields)).max(noteFields.length),
  })
  .refine((draft) => textLength(draft) <= MAX_DRAFT_TEXT, {
    message: `文字合计不能超过 ${MAX_DRAFT_TEXT} 个字符`,
  })

export type NoteDraft = z.infer<typeof noteDraftSchema>
export type NoteAction = (typeof noteActions)[number]
export type NoteOutcome = (typeof noteOutcomes)[number]
export type NoteStage = (typeof noteStages)[number]
export type AmountKind = (typeof amountKinds)[number]
export type NoteField = (typeof noteFields)[number]

function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + textLength(part), 0)
}
