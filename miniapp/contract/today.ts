import { z } from 'zod'
import { instantSchema } from './common.js'
import { leadRowSchema } from './leads.js'
import { taskViewSchema } from './tasks.js'

/** `GET /api/today`: what needs this person now. Every list is oldest first, queued leads begin with the red ones. */
export const todaySchema = z.object({
  now: instantSchema,
  offers: z.array(
    z.object({
      lead: leadRowSchema,
      offeredAt: instantSchema,
      expiresAt: instantSchema,
      /** Why this person was chosen: the strongest reasons. */
      why: z.array(z.string()),
    }),
  ),
  /** For those who may reassign; empty for others. */
  queued: z.array(z.object({ lead: leadRowSchema, since: instantSchema, askedMe: z.boolean() })),
  queuedTotal: z.number().int(),
  unviewed: z.array(z.object({ lead: leadRowSchema, since: instantSchema })),
  /** Overdue and due until now. */
  due: z.array(taskViewSchema),
  /** Later today. */
  planned: z.array(taskViewSchema),
})
export type Today = z.infer<typeof todaySchema>
