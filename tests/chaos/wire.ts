import { z } from 'zod'
import type { Card } from '../../core/ports/card.js'

/** What goes over the socket between the product's adapter and the platform's double. */

const to = z.object({ externalId: z.string().optional(), chatId: z.string().optional() })
const card = z.custom<Card>((value) => typeof value === 'object' && value !== null)

export const sendSchema = z.object({ key: z.string(), ref: z.string(), to, card })
export const updateSchema = z.object({ id: z.string(), key: z.string(), card })
export const textSchema = z.object({ key: z.string(), to, text: z.string() })
export const urgeSchema = z.object({ id: z.string() })

export type SendCall = z.infer<typeof sendSchema>
export type UpdateCall = z.infer<typeof updateSchema>

/** Where the product takes the double's callbacks, below its origin. */
export const hookPath = (platform: string): string => `/hooks/chaos/${platform}`
