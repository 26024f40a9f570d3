import { z } from 'zod'
import { idSchema } from './common.js'

/** `POST /api/leads`: a lead entered by hand. The rules of what is right are core's; refusals name the field. */
export const newLeadSchema = z.strictObject({
  name: z.string().max(200),
  phone: z.string().max(200),
  company: z.string().max(500).default(''),
  need: z.string().max(5000).default(''),
  city: z.string().max(100).default(''),
  budget: z.string().max(100).default(''),
})
export type NewLead = z.infer<typeof newLeadSchema>

/** `made`: a new lead, mine. `known`: the number is on record; no second lead, and whose it is, if I may know. */
export const newLeadAnswerSchema = z.object({
  outcome: z.enum(['made', 'known']),
  /** Page of the lead or customer; null when it is out of my reach. */
  path: z.string().nullable(),
  owner: z.string().nullable(),
})
export type NewLeadAnswer = z.infer<typeof newLeadAnswerSchema>

/** `POST /api/imports`: the body is the CSV file, its name in `x-file-name`. */
export const importReportSchema = z.object({
  id: idSchema,
  total: z.number().int(),
  added: z.number().int(),
  touched: z.number().int(),
  rejected: z.array(z.object({ line: z.number().int(), reasons: z.array(z.string()) })),
  ignoredColumns: z.array(z.string()),
  /** CSV with the rows that were left out and why, UTF-8 with BOM; null when all went in. */
  errorFile: z.string().nullable(),
})
export type ImportReportView = z.infer<typeof importReportSchema>
