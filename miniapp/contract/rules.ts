import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'

/** The documents of rules that have a page of their own under `/admin/rules`; ladders have another one. */
export const ruleNames = ['calendar', 'holidays', 'duty', 'notices', 'reminders', 'credentials'] as const
export type RuleName = (typeof ruleNames)[number]

const version = z.object({
  version: z.number().int(),
  state: z.enum(['draft', 'published', 'archived']),
  note: z.string(),
  by: z.string(),
  at: instantSchema,
})

/** `GET /api/admin/playbook/:name`: the rules in force, names for what they hold, and what was in force before. */
export const rulePageSchema = z.object({
  name: z.enum(ruleNames),
  label: z.string(),
  /** Of the published document; 0 while nobody has published one. Handed back when publishing. */
  version: z.number().int(),
  body: z.unknown(),
  /** The newest draft, where nothing was published after it. */
  draft: version.extend({ body: z.unknown() }).nullable(),
  /** Everybody whom the document names. */
  people: z.array(z.object({ id: idSchema, name: z.string() })),
  /** Kinds of card that rules can speak of. */
  cards: z.array(z.object({ key: z.string(), label: z.string() })),
  history: z.array(version),
})
export type RulePage = z.infer<typeof rulePageSchema>

/** `POST …/preview`. */
export const ruleBodySchema = z.strictObject({ body: z.unknown() })

/** What the document would mean: sentences, the next weeks, running deadlines that would move. */
export const ruleMeaningSchema = z.object({
  lines: z.array(z.object({ title: z.string(), text: z.string(), tone: z.enum(['plain', 'warn']) })),
  days: z.array(z.object({ day: z.string(), isWorked: z.boolean(), isChanged: z.boolean() })),
  moves: z
    .object({
      /** Kinds that can be planned anew, for `POST /api/admin/ladders/replan`. */
      kinds: z.array(z.string()),
      running: z.number().int(),
      moved: z.number().int(),
      rows: z.array(
        z.object({
          id: idSchema,
          kind: z.string(),
          about: z.string(),
          path: z.string().nullable(),
          before: instantSchema,
          after: instantSchema,
        }),
      ),
    })
    .nullable(),
})
export type RuleMeaning = z.infer<typeof ruleMeaningSchema>

/** `POST …/publish` and `POST …/draft`: the whole document, against the version that stood when it was opened. */
export const rulePublishSchema = z.strictObject({
  body: z.unknown(),
  base: z.number().int().min(0),
  note: z.string().trim().max(200).default(''),
})
