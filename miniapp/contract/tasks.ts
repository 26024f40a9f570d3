import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'

/** Something promised. `about` is the record it belongs to; null when it is out of the person's reach by now. */
export const taskViewSchema = z.object({
  id: idSchema,
  kind: z.enum(['contact', 'todo']),
  title: z.string(),
  dueAt: instantSchema,
  /** Only the day was named. */
  allDay: z.boolean(),
  overdue: z.boolean(),
  mine: z.boolean(),
  about: z.object({ type: z.enum(['lead', 'customer']), id: idSchema, name: z.string() }).nullable(),
})
export type TaskView = z.infer<typeof taskViewSchema>

/** `POST /api/tasks/:id/postpone`: a local wall clock, `YYYY-MM-DD` or `YYYY-MM-DDTHH:mm`. */
export const postponeSchema = z.strictObject({
  to: z.string().regex(/^\d{4}-\d{2}-\d{2}(T([01]\d|2[0-3]):[0-5]\d)?$/, '时间要写成 2026-05-01T09:30 这样'),
})
