import { createCore, type Core } from '../../core/app.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { insertRows } from '../../core/db/rows.js'
import { entities } from '../../core/entities.js'
import { LeadEntity, type Lead } from '../../core/leads/lead.js'
import { systemClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { makeCompany, type Company } from '../support/company.js'

/** Leads of two years, there before the product starts: some with the reps of the two regions, some waiting, most closed. */
export async function fillLeads(url: string, leads: number): Promise<Company> {
  const database = await openDatabase({ url, entities, migrations })
  const core = createCore({
    database,
    clock: systemClock,
    ids: createIds(systemClock),
    timeZone: 'Asia/Shanghai',
  })
  const company = await makeCompany(core)
  for (let first = 0; first < leads; first += 5000) {
    const rows = Array.from({ length: Math.min(5000, leads - first) }, (_, i) =>
      leadNumber(first + i, leads, core, company),
    )
    await core.write((tx) => insertRows(tx, LeadEntity, rows))
  }
  await database.close()
  return company
}

/** Nobody lets leads lie unanswered: only the newest are on offer or wait. */
const young = 3000
const youngStates = ['new', 'offered', 'queued', 'owned', 'owned'] as const
const oldStates = ['closed', 'closed', 'converted', 'owned', 'closed', 'converted', 'owned'] as const

function leadNumber(n: number, leads: number, core: Core, { people, departments }: Company): Lead {
  const reps = [people.wang, people.zhao, people.sun]
  const owner = reps[n % reps.length] ?? people.wang
  const states = leads - n <= young ? youngStates : oldStates
  const state = states[(n * 11) % states.length] ?? 'owned'
  const createdAt = new Date(core.clock.now().getTime() - (leads - n) * 600_000)
  const isHeld = state === 'owned' || state === 'converted' || state === 'closed'
  return {
    ...{ phoneDoubtful: false, email: null, wechat: null, regionId: null, productLineId: null },
    ...{ budgetMinCents: null, budgetMaxCents: null, quantity: null, wantedAt: null, askedId: null },
    ...{ redSince: null, customerId: null, dealId: null, viewedAt: null, firstTouchAt: null },
    ...{ closedAt: null, closeReason: null, demo: false, ownedVia: null },
    id: core.ids.next(),
    name: `客户${n}`,
    company: `云帆科技 ${n}`,
    phone: `139${String(n).padStart(8, '0')}`,
    need: '想了解CRM的报价，希望下周安排演示',
    source: n % 3 === 0 ? 'form' : 'chat',
    state,
    ownerId: isHeld ? owner.id : null,
    offeredToId: state === 'offered' ? owner.id : null,
    departmentId: n % 50 === 0 ? departments.sales : owner.departmentId,
    score: (n * 37) % 100,
    scoreReasons: [{ name: 'source', points: 20, why: '来自官网表单' }],
    createdAt,
    ownedAt: isHeld ? createdAt : null,
    lastTouchAt: new Date(createdAt.getTime() + ((n * 13) % 1000) * 60_000),
  }
}
