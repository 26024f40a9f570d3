import { In, type EntityManager } from 'typeorm'
import { marks, select } from '../db/sql.js'
import { isMadeHere, readOnce } from '../db/unit-state.js'
import type { Lead } from '../leads/lead.js'
import type { Org } from '../org/org.js'
import type { Person, Region } from '../org/person.js'
import type { AssignmentRules } from '../playbook/assignment.js'
import type { CandidateFacts, RegionFacts } from './choose.js'
import { LeadPenaltyEntity } from './run.js'

export interface Situation {
  candidates: CandidateFacts[]
  region: RegionFacts
  /** Where the lead waits when nobody takes it. */
  departmentId: string
  note: string
}

/** Gathers what the choice is made from: who may get the lead, and what speaks for each. */
export async function gatherFacts(
  tx: EntityManager,
  { org, rules, lead, now }: { org: Org; rules: AssignmentRules; lead: Lead; now: Date },
): Promise<Situation> {
  const region = (await org.regions(tx)).find((candidate) => candidate.id === lead.regionId) ?? null
  const departmentId = region?.departmentId ?? (await org.rootDepartment(tx)).id
  const reps = await org.reps(tx, region ? await org.departmentsBelow(tx, departmentId) : undefined)
  const personIds = reps.map((rep) => rep.id)
  const since = new Date(now.getTime() - rules.winRateDays * 86_400_000)
  const rates = await readOnce(tx, 'deals', `rates ${region?.id ?? 'all'}`, () =>
    winCounts(tx, region?.id ?? null, since),
  )
  const familiarity = lead.productLineId ? await org.familiarity(tx, lead.productLineId, personIds) : null
  // A lead of this very unit cannot have been left lying by anybody.
  const mayBePenalised = personIds.length > 0 && !isMadeHere(tx, lead.id)
  const penalties = mayBePenalised
    ? await tx.getRepository(LeadPenaltyEntity).findBy({ leadId: lead.id, personId: In(personIds) })
    : []
  return {
    candidates: reps.map((rep) => {
      const penalty = penalties.find((row) => row.personId === rep.id)
      return {
        personId: rep.id,
        name: rep.name,
        openLeads: rep.openLeads,
        openLeadCap: rep.openLeadCap,
        won: rates.get(rep.id)?.won ?? 0,
        closed: rates.get(rep.id)?.closed ?? 0,
        familiarity: familiarity ? (familiarity.get(rep.id) ?? 0) : null,
        lastOfferedAt: rep.lastOfferedAt,
        penalty: penalty ? { factor: penalty.factorPermille / 1000, reason: penalty.reason } : null,
      }
    }),
    region: { name: region?.name ?? '全国', ...sum([...rates.values()]) },
    departmentId,
    note: noteOf(region, reps),
  }
}

function noteOf(region: Region | null, reps: Person[]): string {
  if (reps.length === 0)
    return region ? `${region.name}没有可用的销售，转主管处理` : '没有可用的销售，转主管处理'
  return region
    ? `按${region.name}匹配到 ${reps.length} 名销售`
    : `未识别出区域，从全部 ${reps.length} 名销售中选择`
}

/** Won and closed deals by owner since a day, in one region or in all of them. */
async function winCounts(tx: EntityManager, regionId: string | null, since: Date) {
  const outcomes = ['won', 'lost']
  const rows = await select<{ ownerId: string; state: string; n: number | string }>(
    tx,
    `SELECT ownerId, state, COUNT(*) AS n FROM deals WHERE closedAt >= ? AND state IN (${marks(outcomes)})
     ${regionId ? 'AND regionId = ?' : ''} GROUP BY ownerId, state`,
    [since, ...outcomes, ...(regionId ? [regionId] : [])],
  )
  const counts = new Map<string, { won: number; closed: number }>()
  for (const { ownerId, state, n } of rows) {
    const count = counts.get(ownerId) ?? { won: 0, closed: 0 }
    count.closed += Number(n)
    if (state === 'won') count.won += Number(n)
    counts.set(ownerId, count)
  }
  return counts
}

const sum = (counts: { won: number; closed: number }[]) => ({
  won: counts.reduce((total, count) => total + count.won, 0),
  closed: counts.reduce((total, count) => total + count.closed, 0),
})
