import { z } from 'zod'

/** Pieces that several shapes share. Instants are ISO 8601 UTC, days are local `YYYY-MM-DD`, money is integer cents. */

export const idSchema = z.string().regex(/^[\w-]{1,26}$/)
export const instantSchema = z.iso.datetime()
export const daySchema = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, '日期要写成 2026-05-01 这样')

/** Up to ten billion yuan: beyond that somebody has mistyped. */
export const centsSchema = z.number().int().min(0, '金额不能是负数').max(1_000_000_000_000, '金额太大了')

export const personRefSchema = z.object({ id: idSchema, name: z.string(), title: z.string() })
export type PersonRef = z.infer<typeof personRefSchema>

/** What a refused request says. `message` is for people; `fields` names the fields of a 422. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof problemSchema>

/** One fact of a record's history, in words. */
export const timeLineEntrySchema = z.object({
  id: idSchema,
  at: instantSchema,
  kind: z.string(),
  actor: z.string(),
  text: z.string(),
  /** A reason or somebody's own words. */
  detail: z.string().nullable(),
  /** Fields that changed, as people read them. */
  fields: z.array(z.object({ label: z.string(), before: z.string(), after: z.string() })),
})
export type TimeLineEntry = z.infer<typeof timeLineEntrySchema>

/** A sign of interest from outside, in the customer's own words. */
export const touchSchema = z.object({
  id: idSchema,
  at: instantSchema,
  source: z.string(),
  channel: z.string(),
  chatName: z.string(),
  senderName: z.string(),
  text: z.string(),
})
export type TouchView = z.infer<typeof touchSchema>

export const okSchema = z.object({ ok: z.literal(true) })

/** The number of rows that match, exact up to `exact: false`, where it means "more than". */
export const totalSchema = z.object({ n: z.number().int(), exact: z.boolean() })
export type Total = z.infer<typeof totalSchema>
