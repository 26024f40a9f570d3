import { z } from 'zod'
import {
  centsSchema,
  daySchema,
  idSchema,
  instantSchema,
  personRefSchema,
  timeLineEntrySchema,
} from './common.js'

export const dealRowSchema = z.object({
  id: idSchema,
  title: z.string(),
  stage: z.string(),
  state: z.enum(['open', 'won', 'lost']),
  amountCents: centsSchema.nullable(),
  expectedCloseOn: daySchema.nullable(),
  /** The expected day has passed and the deal is open. */
  late: z.boolean(),
  stageSince: instantSchema,
  customer: z.object({ id: idSchema, name: z.string() }).nullable(),
  owner: personRefSchema.nullable(),
  canEdit: z.boolean(),
})
export type DealRow = z.infer<typeof dealRowSchema>

/** `GET /api/deals`: the board, columns in the playbook's order. Ended deals stay for 30 days. */
export const boardSchema = z.object({
  columns: z.array(
    z.object({
      key: z.string(),
      label: z.string(),
      outcome: z.enum(['open', 'won', 'lost']),
      probabilityPercent: z.number().int(),
      sumCents: z.number().int(),
      deals: z.array(dealRowSchema),
    }),
  ),
  /** There are more deals than a board shows. */
  cut: z.boolean(),
})
export type Board = z.infer<typeof boardSchema>

export const gateNeedSchema = z.enum(['amount', 'contact', 'expected-close', 'contract-file'])
export const missingSchema = z.object({ need: gateNeedSchema, say: z.string() })
export type MissingView = z.infer<typeof missingSchema>

export const fileViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  mime: z.string(),
  bytes: z.number().int(),
  uploadedBy: z.string(),
  uploadedAt: instantSchema,
})
export type FileView = z.infer<typeof fileViewSchema>

/** `GET /api/deals/:id`. */
export const dealPageSchema = dealRowSchema.extend({
  createdAt: instantSchema,
  leadId: idSchema.nullable(),
  stages: z.array(
    z.object({
      key: z.string(),
      label: z.string(),
      outcome: z.enum(['open', 'won', 'lost']),
      missing: z.array(missingSchema),
    }),
  ),
  files: z.array(fileViewSchema),
  timeLine: z.array(timeLineEntrySchema),
})
export type DealPage = z.infer<typeof dealPageSchema>

/** `PATCH /api/deals/:id`. */
export const dealEditSchema = z
  .strictObject({
    title: z.string().trim().min(1, '请填写商机名称').max(160).optional(),
    amountCents: centsSchema.nullable().optional(),
    expectedCloseOn: daySchema.nullable().optional(),
  })
  .refine((set) => Object.keys(set).length > 0, '没有要修改的内容')

/** `POST /api/deals/:id/stage`. A closed gate is an answer that names what is missing (P-59). */
export const stageMoveSchema = z.strictObject({ stage: z.string().max(20) })
export const stageAnswerSchema = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), stage: z.string(), missing: z.array(missingSchema) }),
])
export type StageAnswer = z.infer<typeof stageAnswerSchema>
