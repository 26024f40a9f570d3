import { silentLog } from '../../bot/log.js'
import { start } from '../../bot/main.js'
import { createCore, type Core } from '../../core/app.js'
import { readConfig } from '../../core/config.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { insertRows } from '../../core/db/rows.js'
import { entities } from '../../core/entities.js'
import { listLeads, type LeadFilter } from '../../core/leads/lead-list.js'
import { LeadEntity, leadStates, type Lead } from '../../core/leads/lead.js'
import { systemClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { makeCompany, type Company } from '../support/company.js'
import { ask } from '../support/http-client.js'
import { makeDatabase, type Engine } from './databases.js'
import type { Options } from './options.js'
import { percentile, type Bench, type Row } from './report.js'

const runs = 15

const looks: { name: string; filter: Omit<LeadFilter, 'limit'> }[] = [
  { name: 'newest', filter: { view: 'all', sort: 'newest' } },
  { name: 'open by score', filter: { view: 'all', state: 'open', sort: 'score' } },
  { name: 'one source by last touch', filter: { view: 'all', source: 'form', sort: 'touched' } },
  { name: 'search by name', filter: { view: 'all', search: '云帆科技 77', sort: 'newest' } },
]

/** A page of 50 with filter, order and count among many leads, as a rep, a manager and an admin ask for it. */
export const listBenches = (engine: Engine, { rows: leads }: Pick<Options, 'rows'>): Bench[] => [
  {
    name: `${engine}: list page of 50 among ${leads.toLocaleString('en')}`,
    group: 'list',
    async run() {
      const database = await makeDatabase(engine)
      const env = { PORT: '0', DATA_DIR: database.folder, DATABASE_URL: database.url, DEMO: 'off' }
      const company = await fill(database.url, leads)
      const product = await start(readConfig(env), { log: silentLog, dist: database.folder })
      const { core } = product
      const rows: Row[] = []
      for (const key of ['wang', 'eastManager', 'admin'] as const) {
        const actor = await core.read((tx) =>
          core.org.actorOf(tx, company.people[key].id, { channel: 'bench' }),
        )
        if (!actor) throw new Error(`${key} is nobody`)
        for (const { name, filter } of looks) {
          const times = await timed(() =>
            core
              .read((tx) => listLeads(tx, actor, { ...filter, limit: 50 }))
              .then(({ rows: found }) => found),
          )
          rows.push(p95(`${actor.role}, ${name}`, times))
        }
      }
      rows.push(p95('manager over HTTP, open by score', await overHttp(core, company, product.origin)))
      await product.stop()
      await database.drop()
      return rows
    },
  },
]

const p95 = (name: string, times: number[]): Row => ({
  name: `p95 ${name}`,
  value: percentile(times, 0.95),
  unit: 'ms',
  target: { atMost: 100 },
})

async function timed(look: () => Promise<unknown[]>): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const startedAt = performance.now()
    const found = await look()
    times.push(performance.now() - startedAt)
    if (found.length === 0) throw new Error('an empty page proves nothing')
  }
  return times
}

async function overHttp(core: Core, company: Company, origin: string): Promise<number[]> {
  const token = await core.write((tx) => core.sessions.open(tx, company.people.eastManager.id, 'bench'))
  return timed(async () => {
    const answer = await ask(origin, '/api/leads?state=open&sort=score&limit=50', {
      headers: { cookie: `gj_session=${token}` },
    })
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
    return (answer.json() as { rows: unknown[] }).rows
  })
}

/** Leads of two years, there before the product starts: some with the reps of the two regions, some waiting, most closed. */
async function fill(url: string, leads: number): Promise<Company> {
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

const weights = [...leadStates, 'closed', 'closed', 'owned', 'converted'] as const

function leadNumber(n: number, leads: number, core: Core, { people, departments }: Company): Lead {
  const reps = [people.wang, people.zhao, people.sun]
  const owner = reps[n % reps.length] ?? people.wang
  const state = weights[(n * 7) % weights.length] ?? 'owned'
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
