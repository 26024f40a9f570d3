import { z } from 'zod'
import { daySchema, idSchema, instantSchema } from './common.js'

/** Local days; each end a whole day or half of one. */
const span = {
  from: daySchema,
  fromHalf: z.literal('pm').optional(),
  to: daySchema,
  toHalf: z.literal('am').optional(),
}

/** `POST /api/leaves`; without a person it is one's own. `POST /api/leaves/preview` takes the same. */
export const newLeaveSchema = z.strictObject({
  personId: idSchema.optional(),
  ...span,
  deputyId: idSchema.nullable().default(null),
  note: z.string().trim().max(200).default(''),
})

const leave = z.object({
  id: idSchema,
  person: z.object({ id: idSchema, name: z.string() }),
  /** In words: `11月30日 周一 至 12月2日 周三`. */
  span: z.string(),
  fromAt: instantSchema,
  toAt: instantSchema,
  deputy: z.string().nullable(),
  note: z.string(),
  isRunning: z.boolean(),
})
export type LeaveView = z.infer<typeof leave>

/** `GET /api/leaves`: running and coming leave of those whose leave the person keeps. */
export const leavesSchema = z.object({
  own: z.array(leave),
  others: z.array(leave),
  /** For whom the person may note leave, themselves first. */
  people: z.array(z.object({ id: idSchema, name: z.string(), title: z.string() })),
  /** Who may answer in somebody's place: the department's people, and those whose leave the person keeps. */
  deputies: z.array(z.object({ id: idSchema, name: z.string() })),
})
export type Leaves = z.infer<typeof leavesSchema>

/** What will happen, in sentences. */
export const leaveMeaningSchema = z.object({ span: z.string(), lines: z.array(z.string()) })
export type LeaveMeaning = z.infer<typeof leaveMeaningSchema>
