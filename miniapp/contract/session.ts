import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'

export const platformSchema = z.enum(['sandbox', 'wecom', 'dingtalk', 'feishu'])

/** `POST /api/session`: the one-time code that the messenger put into the page's address. */
export const signInSchema = z.strictObject({ platform: platformSchema, code: z.string().min(8).max(2000) })

/** `GET /api/sign-in`, for anybody: through which platforms people can come in here. */
export const waysInSchema = z.object({ platforms: z.array(platformSchema) })
export type WaysIn = z.infer<typeof waysInSchema>

export const meSchema = z.object({
  id: idSchema,
  name: z.string(),
  title: z.string(),
  role: z.enum(['rep', 'manager', 'admin', 'support']),
  department: z.string(),
  /** What the person may do at all; what a record allows is on the record. */
  abilities: z.object({
    readLeads: z.boolean(),
    readDeals: z.boolean(),
    readCustomers: z.boolean(),
    /** Sees more than their own rows. */
    team: z.boolean(),
    reassign: z.boolean(),
    createLeads: z.boolean(),
    importLeads: z.boolean(),
    /** The administrators' pages. */
    administer: z.boolean(),
  }),
  timeZone: z.string(),
  /** The server's clock when it answered: pages count down by it. */
  now: instantSchema,
})
export type Me = z.infer<typeof meSchema>

/** `GET /api/me/profile`: the page 我的. */
export const profileSchema = z.object({
  numbers: z.object({
    openLeads: z.number().int(),
    openLeadCap: z.number().int(),
    acceptedThisWeek: z.number().int(),
    /** Median time from a lead's capture to first contact over 30 days; null without any. */
    firstTouchMs: z.number().int().nullable(),
    wonDeals: z.number().int(),
    wonCents: z.number().int(),
  }),
  accounts: z.array(
    z.object({
      platform: platformSchema,
      account: z.string(),
      state: z.enum(['bound', 'verified', 'broken']),
      boundAt: instantSchema,
    }),
  ),
  version: z.string(),
})
export type Profile = z.infer<typeof profileSchema>

/** `GET /api/team`: a manager's people, busiest first. */
export const teamSchema = z.object({
  rows: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      title: z.string(),
      state: z.enum(['active', 'away', 'left']),
      openLeads: z.number().int(),
      openLeadCap: z.number().int(),
      acceptedThisWeek: z.number().int(),
      firstTouchMs: z.number().int().nullable(),
      wonCents: z.number().int(),
    }),
  ),
})
export type Team = z.infer<typeof teamSchema>

/** `GET /api/people`: whom a lead can be given to, those with most room first. */
export const pickablePeopleSchema = z.object({
  rows: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      title: z.string(),
      department: z.string(),
      openLeads: z.number().int(),
      openLeadCap: z.number().int(),
    }),
  ),
})
export type PickablePeople = z.infer<typeof pickablePeopleSchema>

/** `GET /api/options`: words for keys, and what filters offer. */
export const optionsSchema = z.object({
  sources: z.array(z.object({ key: z.string(), label: z.string() })),
  stages: z.array(z.object({ key: z.string(), label: z.string(), outcome: z.enum(['open', 'won', 'lost']) })),
  /** Owners that the person's filter offers: empty for those who see only their own. */
  owners: z.array(z.object({ id: idSchema, name: z.string() })),
})
export type Options = z.infer<typeof optionsSchema>
