import { z } from 'zod'
import { captureKeywords } from './capture-keywords.js'
import { captureNegations, captureSignals } from './capture-signals.js'

/**
 * Which words in a chat make a lead. An administrator edits this as data; `core/understanding/chat.ts` reads it.
 *
 * Wordings use a small notation: `…` is up to ten characters of the same clause, `(甲|乙)` either, `#` a number.
 */
const wording = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => /^[^()|]*(?:\([^()]*\)[^()|]*)*$/.test(text), '括号要成对，竖线只能写在括号里')

const wordings = z.array(wording).max(600)

export const chatIntents = [
  'purchase',
  'contract',
  'demo',
  'meeting',
  'trial',
  'price',
  'budget',
  'contact',
  'refuse',
  'complaint',
  'support',
  'spam',
  'smalltalk',
  'internal',
  'other',
] as const

/** What a message is about; the first eight are those of leads. */
export type ChatIntent = (typeof chatIntents)[number]

export const captureKeywordSchema = z.strictObject({
  /** The tag on the lead: 预算, 试用, … */
  key: z.string().trim().min(1).max(12),
  /** What the message is about when this is its furthest keyword. */
  intent: z.enum(chatIntents),
  /** How much a wish in these words counts, 0..1. A lead needs `threshold`. */
  weight: z.number().min(0).max(1),
  forms: wordings,
  /** Longer words that contain a form and mean something else: 试用期, 预算法. */
  falseFriends: wordings,
})

export const captureSignalSchema = z.strictObject({
  key: z.string().trim().min(1).max(24),
  /** Shown on the lead or in the log of what was left alone. */
  reason: z.string().trim().min(1).max(40),
  /** Positive: speaks for a lead; negative: against it. */
  weight: z.number().min(-2).max(2),
  /** What the message is about when this signal decides; absent where it only adds weight. */
  intent: z.enum(chatIntents).optional(),
  forms: wordings,
})

export const captureSchema = z.strictObject({
  /** Score from which a message is a lead. */
  threshold: z.number().min(0.05).max(1),
  keywords: z.array(captureKeywordSchema).min(1).max(40),
  negations: z.strictObject({
    /** Stand before what they deny. */
    before: wordings,
    /** Stand after what they deny. */
    after: wordings,
    /** Contain a denying word and deny nothing: 能不能, 不好意思, 没收到. */
    harmless: wordings,
  }),
  signals: z.array(captureSignalSchema).max(60),
  /** Tags that the code gives by itself, when contact details or a proposed time are found. */
  contactTag: z.string().trim().min(1).max(12),
  meetingTag: z.string().trim().min(1).max(12),
  budgetTag: z.string().trim().min(1).max(12),
})

export type CaptureDocument = z.infer<typeof captureSchema>
export type CaptureKeyword = z.infer<typeof captureKeywordSchema>
export type CaptureSignal = z.infer<typeof captureSignalSchema>

export const captureDefault: CaptureDocument = {
  threshold: 0.5,
  keywords: captureKeywords,
  negations: captureNegations,
  signals: captureSignals,
  contactTag: '留资',
  meetingTag: '约见',
  budgetTag: '预算',
}
