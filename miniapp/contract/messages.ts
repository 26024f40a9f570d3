import { z } from 'zod'
import { daySchema, idSchema, instantSchema } from './common.js'
import { deliveryStateSchema } from './leads.js'
import { platformSchema } from './session.js'

/** How a message goes out: the messenger itself, its list of things to do, or a reminder beside it. */
export const messageChannelSchema = z.enum([
  ...['messenger', 'todo', 'urge.app', 'urge.sms', 'urge.phone', 'messengers', 'sms', 'voice', 'mail'],
] as const)

/** `GET /api/admin/messages`: the ledger of everything that goes out, newest first. Days are local and inclusive. */
export const messageQuerySchema = z.strictObject({
  person: idSchema.optional(),
  card: z.string().max(40).optional(),
  /** `trouble`: what failed, expired or is unknown. */
  state: deliveryStateSchema.or(z.literal('trouble')).optional(),
  platform: platformSchema.optional(),
  channel: messageChannelSchema.optional(),
  from: daySchema.optional(),
  to: daySchema.optional(),
  cursor: idSchema.optional(),
})

/** Where a message leads: null where its subject has no page. */
const recordSchema = z.object({ name: z.string(), path: z.string().nullable() })

export const messageRowSchema = z.object({
  id: idSchema,
  /** The kind of card in words, e.g. 新线索卡片. */
  label: z.string(),
  about: recordSchema.nullable(),
  to: z.string(),
  state: deliveryStateSchema,
  platform: platformSchema.nullable(),
  channel: messageChannelSchema,
  queuedAt: instantSchema,
  /** The last thing that is known of it. */
  at: instantSchema,
  failure: z.string().nullable(),
  /** Sent, and the platform does not tell whether a message was read. */
  unreported: z.boolean(),
})
export type MessageRow = z.infer<typeof messageRowSchema>

export const messageListSchema = z.object({ rows: z.array(messageRowSchema), next: z.string().nullable() })
export type MessageList = z.infer<typeof messageListSchema>

/** One station on the way of a message. */
export const messageEventSchema = z.object({
  at: instantSchema,
  tone: z.enum(['plain', 'good', 'warn', 'bad']),
  text: z.string(),
  detail: z.string().nullable(),
})
export type MessageEvent = z.infer<typeof messageEventSchema>

/** `GET /api/admin/messages/:id`. */
export const messagePageSchema = messageRowSchema.extend({
  /** Oldest first. */
  way: z.array(messageEventSchema),
  reminders: z.array(messageRowSchema),
  /** The digest that stands for it. */
  digest: messageRowSchema.nullable(),
  /** The first 50 that this digest stands for. */
  folded: z.array(messageRowSchema),
  foldedCount: z.number().int(),
  abilities: z.object({ retry: z.boolean() }),
})
export type MessagePage = z.infer<typeof messagePageSchema>

/** `GET /api/admin/message-options`: what the filters offer. */
export const messageOptionsSchema = z.object({
  cards: z.array(z.object({ key: z.string(), label: z.string() })),
  platforms: z.array(platformSchema),
})
export type MessageOptions = z.infer<typeof messageOptionsSchema>

/** `GET /api/admin/people?q=`: anybody who has not left, at most 50. */
export const colleaguesQuerySchema = z.strictObject({ q: z.string().trim().max(40).default('') })
export const colleaguesSchema = z.object({
  rows: z.array(z.object({ id: idSchema, name: z.string(), title: z.string(), department: z.string() })),
})
export type Colleagues = z.infer<typeof colleaguesSchema>

/** `POST /api/admin/test-messages`. */
export const testMessageInputSchema = z.strictObject({ personId: idSchema })
export const testMessageMadeSchema = z.object({ id: idSchema })
export type TestMessageMade = z.infer<typeof testMessageMadeSchema>

/** `GET /api/admin/test-messages/:id`: how far it has come. */
export const testMessageSchema = z.object({
  to: z.string(),
  steps: z.array(
    z.object({
      station: z.enum(['bound', 'routed', 'handed', 'delivered', 'read', 'acted']),
      state: z.enum(['done', 'waiting', 'stopped', 'not-reported']),
      at: instantSchema.nullable(),
      note: z.string(),
    }),
  ),
  /** Nothing more will happen by itself. */
  over: z.boolean(),
})
export type TestMessage = z.infer<typeof testMessageSchema>
