import { z } from 'zod'
import {
  idSchema,
  instantSchema,
  personRefSchema,
  timeLineEntrySchema,
  totalSchema,
  touchSchema,
} from './common.js'
import { dealRowSchema } from './deals.js'
import { followUpViewSchema } from './follow-ups.js'
import { taskViewSchema } from './tasks.js'

/** `GET /api/customers`. */
export const customerQuerySchema = z.strictObject({
  q: z.string().trim().max(60).optional(),
  cursor: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(30),
})

export const customerRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  owner: personRefSchema.nullable(),
  region: z.string().nullable(),
  lastTouchAt: instantSchema.nullable(),
})
export type CustomerRow = z.infer<typeof customerRowSchema>

export const customerListSchema = z.object({
  rows: z.array(customerRowSchema),
  total: totalSchema,
  next: z.string().nullable(),
})
export type CustomerList = z.infer<typeof customerListSchema>

export const contactViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  title: z.string(),
  phone: z.string().nullable(),
  phoneMasked: z.boolean(),
  email: z.string().nullable(),
  wechat: z.string().nullable(),
})
export type ContactView = z.infer<typeof contactViewSchema>

/** `GET /api/customers/:id`. */
export const customerPageSchema = customerRowSchema.extend({
  createdAt: instantSchema,
  abilities: z.object({ followUp: z.boolean(), contact: z.boolean(), editContacts: z.boolean() }),
  contacts: z.array(contactViewSchema),
  deals: z.array(dealRowSchema),
  leads: z.array(z.object({ id: idSchema, name: z.string(), state: z.string(), createdAt: instantSchema })),
  followUps: z.array(followUpViewSchema),
  tasks: z.array(taskViewSchema),
  touches: z.array(touchSchema),
  timeLine: z.array(timeLineEntrySchema),
})
export type CustomerPage = z.infer<typeof customerPageSchema>

const mostLong = (what: string, most: number) => z.string().trim().max(most, `${what}最多 ${most} 个字`)

/** `POST /api/customers/:id/contacts`: a new contact, or with `id` the edit of one. Empty means not known. */
export const contactInputSchema = z.strictObject({
  id: idSchema.optional(),
  name: mostLong('姓名', 60).min(1, '请填写姓名'),
  title: mostLong('职务', 60).default(''),
  phone: mostLong('电话', 40).default(''),
  email: mostLong('邮箱', 120)
    .refine((text) => text === '' || z.email().safeParse(text).success, '邮箱格式不对')
    .default(''),
  wechat: mostLong('微信', 60).default(''),
})
export type ContactFields = z.input<typeof contactInputSchema>

export const contactAnswerSchema = z.object({
  id: idSchema,
  /** The first other record with this number that I may see. */
  samePhone: z.object({ path: z.string(), name: z.string(), owner: z.string().nullable() }).nullable(),
})
export type ContactAnswer = z.infer<typeof contactAnswerSchema>
