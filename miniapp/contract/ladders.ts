import { z } from 'zod'
import { idSchema, instantSchema } from './common.js'

/** A step of a ladder as the playbook holds it; what is allowed in each field, core decides. */
export const ladderStepInputSchema = z.strictObject({
  at: z.string(),
  from: z.enum(['start', 'due']).optional(),
  do: z.string(),
  who: z.string().optional(),
  every: z.string().optional(),
  times: z.number().optional(),
  again: z.boolean().optional(),
})
export type LadderStepInput = z.infer<typeof ladderStepInputSchema>

export const ladderInputSchema = z.strictObject({
  dueIn: z.string(),
  time: z.enum(['clock', 'working']),
  whenAway: z.enum(['next', 'wait']).optional(),
  steps: z.array(ladderStepInputSchema),
})
export type LadderInput = z.infer<typeof ladderInputSchema>

const choice = z.object({ key: z.string(), label: z.string() })

/** `GET /api/admin/ladders`: the rules in force, the words for them, and what was in force before. */
export const laddersPageSchema = z.object({
  /** Of the published document; 0 while nobody has published one. Handed back when publishing. */
  version: z.number().int(),
  kinds: z.array(
    z.object({
      kind: z.string(),
      label: z.string(),
      /** What it waits for, in a sentence. */
      hint: z.string(),
      /** The due time is somebody's choice: `dueIn` does not count. */
      dueGiven: z.boolean(),
      ladder: ladderInputSchema,
      /** What a step can do, and whether it is asked for whom. */
      actions: z.array(choice.extend({ asksWho: z.boolean() })),
      running: z.number().int(),
    }),
  ),
  who: z.array(choice),
  history: z.array(
    z.object({
      version: z.number().int(),
      state: z.enum(['draft', 'published', 'archived']),
      note: z.string(),
      by: z.string(),
      at: instantSchema,
    }),
  ),
})
export type LaddersPage = z.infer<typeof laddersPageSchema>

/** `POST /api/admin/ladders/preview`. */
export const ladderPreviewInputSchema = z.strictObject({ kind: z.string().max(32), ladder: z.unknown() })

const ruleStepSchema = z.object({
  at: instantSchema,
  text: z.string(),
  to: z.array(z.string()),
  fired: z.boolean(),
})
const ruleSideSchema = z.object({ dueAt: instantSchema, steps: z.array(ruleStepSchema) })

export const rulePreviewSchema = z.object({
  running: z.number().int(),
  paused: z.number().int(),
  changed: z.number().int(),
  firing: z.number().int(),
  ending: z.number().int(),
  /** The first 50 that would change. */
  rows: z.array(
    z.object({
      id: idSchema,
      about: z.string(),
      path: z.string().nullable(),
      before: ruleSideSchema,
      after: ruleSideSchema,
    }),
  ),
  /** Years that the plan reaches and whose holidays are not written down. */
  yearsWithoutHolidays: z.array(z.number().int()),
})
export type RulePreviewView = z.infer<typeof rulePreviewSchema>

/** `POST /api/admin/ladders/publish`: one ladder into the document that stood at `base` when it was opened. */
export const ladderPublishSchema = z.strictObject({
  kind: z.string().max(32),
  ladder: z.unknown(),
  base: z.number().int().min(0),
  note: z.string().trim().max(200).default(''),
})

/** `POST /api/admin/ladders/replan`: one slice of the running deadlines; go on with `next` until it is null. */
export const replanSchema = z.strictObject({
  kind: z.string().max(32),
  after: z.string().max(64).nullable().default(null),
})
export const replanAnswerSchema = z.object({
  seen: z.number().int(),
  replanned: z.number().int(),
  next: z.string().nullable(),
})
export type ReplanAnswer = z.infer<typeof replanAnswerSchema>

/** `POST /api/admin/ladders/roll-back`. */
export const rollBackSchema = z.strictObject({
  version: z.number().int().min(1),
  base: z.number().int().min(0),
})

export const versionAnswerSchema = z.object({ version: z.number().int() })
export type VersionAnswer = z.infer<typeof versionAnswerSchema>

/** `GET /api/plans/:type/:id`: what will fire when, to whom, for a record that the person may see. */
export const planSchema = z.object({
  id: idSchema,
  kind: z.string(),
  label: z.string(),
  /** What exactly, where the record has several of a kind: a task's title. */
  about: z.string().nullable(),
  state: z.enum(['waiting', 'paused', 'stuck']),
  dueAt: instantSchema,
  /** What is still to come. */
  steps: z.array(ruleStepSchema),
})
export type PlanView = z.infer<typeof planSchema>
export const plansSchema = z.object({ rows: z.array(planSchema) })
export type Plans = z.infer<typeof plansSchema>
