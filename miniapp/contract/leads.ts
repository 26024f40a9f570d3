import { z } from 'zod'
import {
  centsSchema,
  daySchema,
  idSchema,
  instantSchema,
  personRefSchema,
  timeLineEntrySchema,
  totalSchema,
  touchSchema,
} from './common.js'
import { followUpViewSchema } from './follow-ups.js'
import { taskViewSchema } from './tasks.js'

export const leadStateSchema = z.enum(['new', 'offered', 'queued', 'owned', 'converted', 'closed'])
export type LeadStateKey = z.infer<typeof leadStateSchema>

export const leadSorts = ['newest', 'score', 'touched'] as const

/** `GET /api/leads`. `view`: mine (owned by or offered to me), queue (nobody has them), all in reach. */
export const leadQuerySchema = z.strictObject({
  view: z.enum(['mine', 'queue', 'all']).default('all'),
  q: z.string().trim().max(60).optional(),
  state: leadStateSchema.or(z.literal('open')).optional(),
  source: z.string().max(20).optional(),
  owner: idSchema.optional(),
  sort: z.enum(leadSorts).default('newest'),
  cursor: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(30),
})
export type LeadQuery = z.infer<typeof leadQuerySchema>

/** A lead in a list. Its phone is masked: lists never show a whole number. */
export const leadRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  company: z.string(),
  phone: z.string().nullable(),
  need: z.string(),
  source: z.string(),
  state: leadStateSchema,
  owner: personRefSchema.nullable(),
  offeredTo: personRefSchema.nullable(),
  score: z.number().int(),
  budgetMinCents: centsSchema.nullable(),
  budgetMaxCents: centsSchema.nullable(),
  createdAt: instantSchema,
  lastTouchAt: instantSchema,
  /** Everybody was asked and nobody acted. */
  red: z.boolean(),
  unviewed: z.boolean(),
  closeReason: z.string().nullable(),
})
export type LeadRow = z.infer<typeof leadRowSchema>

export const leadListSchema = z.object({
  rows: z.array(leadRowSchema),
  total: totalSchema,
  next: z.string().nullable(),
})
export type LeadList = z.infer<typeof leadListSchema>

/** Whether a button is there. Decided again when it is tapped. */
export const leadAbilitiesSchema = z.object({
  accept: z.boolean(),
  followUp: z.boolean(),
  contact: z.boolean(),
  convert: z.boolean(),
  close: z.boolean(),
  dispatch: z.boolean(),
  reassign: z.boolean(),
})

/** One attempt to find a receiver, with what spoke for each. */
export const assignmentRunViewSchema = z.object({
  id: idSchema,
  at: instantSchema,
  trigger: z.string(),
  outcome: z.enum(['offered', 'nobody']),
  note: z.string(),
  candidates: z.array(
    z.object({
      personId: idSchema,
      name: z.string(),
      score: z.number(),
      chosen: z.boolean(),
      skipped: z.string().nullable(),
      reasons: z.array(z.object({ points: z.number(), why: z.string() })),
    }),
  ),
})
export type AssignmentRunView = z.infer<typeof assignmentRunViewSchema>

export const deliveryStateSchema = z.enum([
  ...['queued', 'sending', 'sent', 'delivered', 'read', 'acted'],
  ...['failed', 'expired', 'unknown', 'folded', 'skipped'],
] as const)
export type DeliveryStateKey = z.infer<typeof deliveryStateSchema>

export const deliveryViewSchema = z.object({
  id: idSchema,
  label: z.string(),
  to: z.string(),
  state: deliveryStateSchema,
  at: instantSchema,
  failure: z.string().nullable(),
})
export type DeliveryView = z.infer<typeof deliveryViewSchema>

/** `GET /api/leads/:id`. */
export const leadPageSchema = leadRowSchema.extend({
  /** The whole number; masked when `phoneMasked`. */
  phoneMasked: z.boolean(),
  phoneDoubtful: z.boolean(),
  email: z.string().nullable(),
  wechat: z.string().nullable(),
  /** Messenger accounts that the lead writes from; none where `phoneMasked`. */
  accounts: z.array(z.object({ platform: z.string(), externalId: z.string() })),
  region: z.string().nullable(),
  productLine: z.string().nullable(),
  quantity: z.number().int().nullable(),
  wantedAt: z.string().nullable(),
  scoreReasons: z.array(z.object({ points: z.number(), why: z.string() })),
  offer: z
    .object({ id: idSchema, offeredAt: instantSchema, expiresAt: instantSchema, mine: z.boolean() })
    .nullable(),
  asked: personRefSchema.nullable(),
  firstTouchAt: instantSchema.nullable(),
  customer: z.object({ id: idSchema, name: z.string() }).nullable(),
  deal: z.object({ id: idSchema, title: z.string() }).nullable(),
  abilities: leadAbilitiesSchema,
  touches: z.array(touchSchema),
  runs: z.array(assignmentRunViewSchema),
  followUps: z.array(followUpViewSchema),
  tasks: z.array(taskViewSchema),
  deliveries: z.array(deliveryViewSchema),
  timeLine: z.array(timeLineEntrySchema),
})
export type LeadPage = z.infer<typeof leadPageSchema>

const reason = z.string().trim().min(2, '请写明原因').max(200, '原因最多 200 字')

/** Bodies of `POST /api/leads/:id/<action>`. */
export const leadActionSchemas = {
  decline: z.strictObject({ reason: z.string().trim().max(200).default('') }),
  dispatch: z.strictObject({ personId: idSchema }),
  reassign: z.strictObject({ personId: idSchema }),
  close: z.strictObject({ reason }),
  convert: z.strictObject({
    title: z.string().trim().min(1, '请填写商机名称').max(160),
    amountCents: centsSchema.nullable().default(null),
    expectedCloseOn: daySchema.nullable().default(null),
  }),
}

/** `POST /api/leads/:id/accept`. A lost race is an answer: who has it now. */
export const acceptAnswerSchema = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    why: z.enum(['taken', 'expired', 'closed']),
    holder: z.string().nullable(),
  }),
])
export type AcceptAnswer = z.infer<typeof acceptAnswerSchema>

/** `POST /api/leads/:id/convert`. */
export const convertAnswerSchema = z.object({ dealId: idSchema, customerId: idSchema })
export type ConvertAnswer = z.infer<typeof convertAnswerSchema>
