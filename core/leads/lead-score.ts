import type { LeadScoreRules } from '../playbook/lead-score.js'
import { score, type Score } from '../scoring/score.js'

export interface LeadFacts {
  source: string
  sourceLabel: string
  budgetMaxCents: number | null
  /** Touches within the rule's days, this one included. */
  recentTouches: number
}

/** How much a lead is worth answering first, with reasons (P-11). */
export function scoreLead(facts: LeadFacts, rules: LeadScoreRules): Score {
  const { budgetOver, touches } = rules
  const budgetYuan = (facts.budgetMaxCents ?? 0) / 100
  return score([
    {
      name: 'source',
      fact: 1,
      weight: rules.sources[facts.source] ?? rules.otherSource,
      why: `来源：${facts.sourceLabel}`,
    },
    {
      name: 'budget',
      fact: budgetYuan > budgetOver.yuan ? 1 : 0,
      weight: budgetOver.points,
      why:
        budgetYuan > 0
          ? `预算${budgetYuan > budgetOver.yuan ? '超过' : '不到'} ${budgetOver.yuan / 10_000} 万`
          : '预算未知',
    },
    {
      name: 'touches',
      fact: facts.recentTouches >= touches.atLeast ? 1 : 0,
      weight: touches.points,
      why: `${touches.days} 天内互动 ${facts.recentTouches} 次`,
    },
  ])
}
