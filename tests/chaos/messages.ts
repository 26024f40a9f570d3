import { z } from 'zod'

/** What the parent tells a process of the product beside the platform's callbacks. */
export const fromParentSchema = z.discriminatedUnion('do', [
  z.object({ id: z.number(), do: z.literal('set-clock'), offsetMs: z.number() }),
  z.object({ id: z.number(), do: z.literal('limit-pages'), isFull: z.boolean() }),
  z.object({ id: z.number(), do: z.literal('count-unfinished') }),
  z.object({ id: z.number(), do: z.literal('count-due') }),
])
export type FromParent = z.infer<typeof fromParentSchema>
/** An order without its number, which the sender gives it. */
export type Order =
  | { do: 'set-clock'; offsetMs: number }
  | { do: 'limit-pages'; isFull: boolean }
  | { do: 'count-unfinished' | 'count-due' }

export const toParentSchema = z.union([
  z.object({ origin: z.string() }),
  z.object({ answerTo: z.number(), result: z.number().nullable() }),
])
export type ToParent = z.infer<typeof toParentSchema>
