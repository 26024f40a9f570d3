import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'

export const platformSchema = z.enum(['sandbox', 'wecom', 'dingtalk', 'feishu'])

/** `POST /api/session`: the one-time code that the messenger put into the page's address. */
export const signInSchema = z.strictObject({ platform: platformSchema, code: z.string().min(4).max(2000) })

/** `GET /api/sign-in/options`, for anybody: through which platforms people can come in here. */
export const signInOptionsSchema = z.object({
  platforms: z.array(
    z.object({
      platform: platformSchema,
      /** What the page hands to the platform's script, e.g. `corpId`, `agentId`, `appId`; nothing secret. */
      publicIds: z.record(z.string(), z.string()),
      /** Address of the script that gives pages the client's abilities; null where none is needed. */
      script: z.string().nullable(),
      /** It has a sign-in page, for a browser outside its client. */
      hasSignInPage: z.boolean(),
    }),
  ),
})
export type SignInOptions = z.infer<typeof signInOptionsSchema>

/** A place in these pages, never an address elsewhere: `/leads/01J…?tab=1`. */
export const localPathSchema = z
  .string()
  .max(500)
  // A browser reads `//host`, `/\\host` and control characters as the way to another site.
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/)

/** `POST /api/sign-in`: the way to the platform's sign-in page; `client` inside its app. Answers where to go. */
export const startSignInSchema = z.strictObject({
  platform: platformSchema,
  way: z.enum(['client', 'browser']),
  returnTo: localPathSchema,
})
export const signInStartedSchema = z.object({ url: z.string() })
export type SignInStarted = z.infer<typeof signInStartedSchema>

/** `POST /api/sign-in/finish`: what the platform's page came back with. */
export const finishSignInSchema = z.strictObject({
  code: z.string().min(4).max(2000),
  state: z.string().min(8).max(200),
})

/** `GET /api/js-signature?platform=&url=`: for a page of ours, without its fragment. */
export const pageSignatureSchema = z.object({
  timestamp: z.number(),
  nonce: z.string(),
  signature: z.string(),
})
export type PageSignature = z.infer<typeof pageSignatureSchema>

/** `GET /api/people/:id/account?platform=`: whom the client's chat is opened with; null where there is none. */
export const colleagueAccountSchema = z.object({ account: z.string().nullable() })
export type ColleagueAccount = z.infer<typeof colleagueAccountSchema>

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

export const signInFinishedSchema = z.object({ me: meSchema, returnTo: localPathSchema })
export type SignInFinished = z.infer<typeof signInFinishedSchema>

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
