import type { AssignmentRules } from '../playbook/assignment.js'
import { score, type Score } from '../scoring/score.js'

export interface CandidateFacts {
  personId: string
  name: string
  openLeads: number
  openLeadCap: number
  /** Won and closed deals of this person in the lead's region within the rule's days. */
  won: number
  closed: number
  /** 0 to 1; null when the lead's product line is not known. */
  familiarity: number | null
  lastOfferedAt: Date | null
  /** 0 to 1: what the score is multiplied with, and why. */
  penalty: { factor: number; reason: string } | null
}

export interface RegionFacts {
  name: string
  won: number
  closed: number
}

export interface Ranked extends CandidateFacts {
  score: Score
}

/**
 * Ranks candidates for a lead, best first (P-4): free load, the candidate's win rate drawn towards the region's where
 * there is little to go by, product familiarity. Ties go to whoever has waited longest.
 */
export function rankCandidates(
  candidates: readonly CandidateFacts[],
  region: RegionFacts,
  rules: AssignmentRules,
): Ranked[] {
  const regionRate = region.closed > 0 ? region.won / region.closed : 0
  return candidates
    .map((candidate) => ({ ...candidate, score: scoreCandidate(candidate, regionRate, region, rules) }))
    .sort(
      (a, b) =>
        b.score.value - a.score.value ||
        waitedSince(a) - waitedSince(b) ||
        (a.personId < b.personId ? -1 : 1),
    )
}

/** Wins drawn towards the region's rate as if `smoothing` more deals had gone like the region's. */
export function smoothedRate(won: number, closed: number, regionRate: number, smoothing: number): number {
  const base = closed + smoothing
  return base === 0 ? regionRate : (won + smoothing * regionRate) / base
}

function scoreCandidate(
  c: CandidateFacts,
  regionRate: number,
  region: RegionFacts,
  rules: AssignmentRules,
): Score {
  const rate = smoothedRate(c.won, c.closed, regionRate, rules.smoothing)
  const parts = [
    {
      name: 'freeLoad',
      fact: 1 - c.openLeads / Math.max(1, c.openLeadCap),
      weight: rules.weights.freeLoad,
      why: `在手 ${c.openLeads}/${c.openLeadCap} 条`,
    },
    {
      name: 'winRate',
      fact: rate,
      weight: rules.weights.winRate,
      why: `${region.name}近 ${rules.winRateDays} 天${closedWords(c, rate)}`,
    },
    {
      name: 'familiarity',
      fact: c.familiarity ?? 0.5,
      weight: rules.weights.familiarity,
      why: c.familiarity === null ? '产品线未知，熟悉度按一半计' : `产品熟悉度 ${percent(c.familiarity)}`,
    },
  ]
  return score(parts, c.penalty ? { by: c.penalty.factor, why: c.penalty.reason } : undefined)
}

/** What was won lately, and what it counts as: drawn towards the region's rate, which stands in where nothing ended. */
function closedWords({ won, closed }: CandidateFacts, rate: number): string {
  if (closed > 0) return `成交 ${won}/${closed} 单，折算 ${percent(rate)}`
  return rate > 0 ? `没有已结束的商机，按区域平均 ${percent(rate)} 计` : '还没有成交记录'
}

const percent = (rate: number): string => `${Math.round(rate * 100)}%`
const waitedSince = (c: CandidateFacts): number => c.lastOfferedAt?.getTime() ?? 0
