import { z } from 'zod'

const points = z.number().int().min(0).max(1000)

/** Points that say how much a lead is worth answering first. */
export const leadScoreSchema = z.strictObject({
  sources: z.record(z.string(), points).describe('各来源的分数'),
  otherSource: points.describe('其他来源'),
  budgetOver: z.strictObject({ yuan: z.number().int().min(0), points }).describe('预算超过多少加多少分'),
  touches: z
    .strictObject({ atLeast: z.number().int().min(1), days: z.number().int().min(1), points })
    .describe('近期互动'),
})
export type LeadScoreRules = z.infer<typeof leadScoreSchema>

export const leadScoreDefault: LeadScoreRules = {
  sources: { form: 100, 'douyin-dm': 85, chat: 80, expo: 60 },
  otherSource: 40,
  budgetOver: { yuan: 500_000, points: 50 },
  touches: { atLeast: 3, days: 30, points: 30 },
}
