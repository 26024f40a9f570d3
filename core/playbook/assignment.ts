import { z } from 'zod'

const percent = z.number().min(0).max(100)

/** How the receiver of a lead is chosen. Weights are shares of 100. */
export const assignmentSchema = z
  .strictObject({
    weights: z.strictObject({
      freeLoad: percent.describe('空闲程度：1 − 在手线索 ÷ 上限'),
      winRate: percent.describe('近 30 天在该区域的赢单率'),
      familiarity: percent.describe('对产品线的熟悉程度'),
    }),
    winRateDays: z.number().int().min(1).max(365).describe('赢单率统计天数'),
    smoothing: z.number().min(0).max(100).describe('个人赢单率向区域平均靠拢的力度（相当于多少单）'),
    unviewedPenaltyPercent: percent.describe('分到手却未查看，对这条线索的评分下降多少'),
    openLeadCap: z.number().int().min(1).max(1000).describe('每人在手线索上限（个人未另设时）'),
  })
  .refine(
    (a) => a.weights.freeLoad + a.weights.winRate + a.weights.familiarity === 100,
    '三项权重合计要等于 100',
  )
export type AssignmentRules = z.infer<typeof assignmentSchema>

export const assignmentDefault: AssignmentRules = {
  weights: { freeLoad: 30, winRate: 50, familiarity: 20 },
  winRateDays: 30,
  smoothing: 5,
  unviewedPenaltyPercent: 30,
  openLeadCap: 30,
}
