import { z } from 'zod'
import { idSchema } from './common.js'

/** An event of `GET /api/live`: something the person may see has changed. Ids only; the page asks for the rest. */
export const liveEventSchema = z.object({ subjectType: z.string(), subjectId: idSchema, kind: z.string() })
export type LiveEvent = z.infer<typeof liveEventSchema>
