import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'
import { platformSchema } from './session.js'

export const findingSchema = z.object({
  check: z.string(),
  state: z.enum(['ok', 'warning', 'failed', 'skipped']),
  found: z.string(),
  mend: z.string().nullable(),
})
export type FindingView = z.infer<typeof findingSchema>

/** `GET /api/admin/system`: how far the work is behind, and what somebody must look at. */
export const systemStateSchema = z.object({
  now: instantSchema,
  queues: z.array(
    z.object({
      queue: z.enum(['inbox', 'outbox', 'deliveries', 'deadlines']),
      due: z.number().int(),
      oldestMs: z.number(),
      dead: z.number().int(),
    }),
  ),
  /** The last 24 hours, by platform. */
  deliveries: z.array(
    z.object({ platform: platformSchema.nullable(), sent: z.number().int(), lost: z.number().int() }),
  ),
  stuck: z.array(
    z.object({
      id: idSchema,
      label: z.string(),
      about: z.string(),
      path: z.string().nullable(),
      dueAt: instantSchema,
      attempts: z.number().int(),
      reason: z.string(),
    }),
  ),
  /** Changes that nobody could be told of, newest first. */
  reactions: z.array(
    z.object({
      /** The change's. */
      id: idSchema,
      what: z.string(),
      about: z.string(),
      path: z.string().nullable(),
      at: instantSchema.nullable(),
      attempts: z.number().int(),
      reason: z.string(),
    }),
  ),
  credentials: z.array(
    z.object({
      key: z.string(),
      name: z.string(),
      expiresOn: z.string(),
      daysLeft: z.number().int(),
      renew: z.string(),
    }),
  ),
  database: z.array(findingSchema),
})
export type SystemState = z.infer<typeof systemStateSchema>

/** `GET /api/admin/inbox/dead`: events that were given up, newest first. */
export const deadQuerySchema = z.strictObject({ cursor: idSchema.optional() })
export const deadEventSchema = z.object({
  id: idSchema,
  channel: z.string(),
  /** Who sent it, where the event says so. */
  from: z.string(),
  /** What it is: a message, a tap, a form. */
  what: z.string(),
  text: z.string(),
  receivedAt: instantSchema,
  attempts: z.number().int(),
  reason: z.string(),
})
export type DeadEventView = z.infer<typeof deadEventSchema>
export const deadEventsSchema = z.object({ rows: z.array(deadEventSchema), next: z.string().nullable() })
export type DeadEvents = z.infer<typeof deadEventsSchema>

/** `POST /api/admin/inbox/:id/drop`. */
export const dropSchema = z.strictObject({
  why: z.string().trim().min(2, '请写明原因').max(200, '原因最多 200 字'),
})

/** `GET /api/admin/bindings`: who can be reached how; those who cannot come first. */
export const bindingsQuerySchema = z.strictObject({
  q: z.string().trim().max(40).default(''),
  cursor: z.coerce.number().int().min(0).max(5000).default(0),
})
export const bindingRowSchema = z.object({
  personId: idSchema,
  name: z.string(),
  department: z.string(),
  platform: platformSchema,
  account: z.string().nullable(),
  state: z.enum(['unbound', 'bound', 'verified', 'broken']),
  since: instantSchema.nullable(),
  reason: z.string(),
})
export type BindingRow = z.infer<typeof bindingRowSchema>
export const bindingListSchema = z.object({
  people: z.number().int(),
  rows: z.array(bindingRowSchema),
  next: z.number().int().nullable(),
})
export type BindingList = z.infer<typeof bindingListSchema>

/** `GET /api/admin/directory`: the runs of each platform that tells an organisation. */
export const directoryRunSchema = z.object({
  id: idSchema,
  /** `waiting`: an event asked for it; it begins at `startedAt` or soon after, unless somebody asks sooner. */
  state: z.enum(['waiting', 'walking', 'asking', 'applying', 'done', 'failed']),
  cause: z.string(),
  startedAt: instantSchema,
  finishedAt: instantSchema.nullable(),
  departments: z.number().int(),
  people: z.number().int(),
  totalPeople: z.number().int().nullable(),
  isPartial: z.boolean(),
  range: z.string(),
  added: z.number().int(),
  changed: z.number().int(),
  gone: z.number().int(),
  failure: z.string().nullable(),
})
export type DirectoryRunView = z.infer<typeof directoryRunSchema>
export const directoryPageSchema = z.object({
  platforms: z.array(
    z.object({
      platform: platformSchema,
      /** Newest first, at most 10. */
      runs: z.array(directoryRunSchema),
      /** Colleagues whose own department is not in sight, and the one that they were put into instead. */
      apart: z.object({ department: z.string(), people: z.number().int() }).nullable(),
      /** Colleagues whom the newest sync did not meet, the app seeing a part of the company only. */
      unseen: z.number().int(),
      /** The platform was not asked yet for some of them. */
      isUnasked: z.boolean(),
      /** Told by the platform and not taken into the CRM: the first by name. */
      outside: z.array(z.object({ account: z.string(), name: z.string(), title: z.string() })),
      /** There are more of them than are listed. */
      outsideCut: z.boolean(),
    }),
  ),
})
export type DirectoryPageView = z.infer<typeof directoryPageSchema>

/** `GET /api/admin/doctor`: the platforms that can be examined. */
export const doctorPlatformsSchema = z.object({ platforms: z.array(platformSchema) })
export type DoctorPlatforms = z.infer<typeof doctorPlatformsSchema>

/** `POST /api/admin/doctor`. The answer is one finding per line as JSON, each as soon as it is there. */
export const examineSchema = z.strictObject({
  platform: platformSchema,
  /** Who gets the test message; null for none. */
  personId: idSchema.nullable().default(null),
})
