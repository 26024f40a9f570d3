import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'

/** A saved follow-up, in words. */
export const followUpViewSchema = z.object({
  id: idSchema,
  at: instantSchema,
  author: z.string(),
  text: z.string(),
  action: z.string(),
  outcome: z.string(),
  undone: z.boolean(),
  mine: z.boolean(),
})
export type FollowUpView = z.infer<typeof followUpViewSchema>

export const aboutSchema = z.strictObject({ type: z.enum(['lead', 'customer']), id: idSchema })

/** `POST /api/notes`: read a sentence without saving it. `POST /api/follow-ups`: read and save it. */
export const noteInputSchema = z.strictObject({
  about: aboutSchema,
  text: z.string().trim().min(2, '请写一句话').max(2000, '最多 2000 字'),
})

/** What was understood of a sentence, ready to show before it is saved. */
export const notePreviewSchema = z.object({
  rows: z.array(z.object({ label: z.string(), value: z.string(), unsure: z.boolean() })),
  /** Which tasks saving it will make. */
  tasks: z.array(z.object({ title: z.string(), due: z.string() })),
})
export type NotePreview = z.infer<typeof notePreviewSchema>
