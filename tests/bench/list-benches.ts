import { silentLog } from '../../bot/log.js'
import { start } from '../../bot/main.js'
import type { Core } from '../../core/app.js'
import { readConfig } from '../../core/config.js'
import { listLeads, type LeadFilter } from '../../core/leads/lead-list.js'
import type { Company } from '../support/company.js'
import { ask } from '../support/http-client.js'
import { makeDatabase, type Engine } from './databases.js'
import { fillLeads } from './lead-table.js'
import type { Options } from './options.js'
import { percentile, type Bench, type Row } from './report.js'

const runs = 25

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
      const company = await fillLeads(database.url, leads)
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
          rows.push(...spread(`${actor.role}, ${name}`, times))
        }
      }
      rows.push(...spread('manager over HTTP, open by score', await overHttp(core, company, product.origin)))
      await product.stop()
      await database.drop()
      return rows
    },
  },
]

const spread = (name: string, times: number[]): Row[] => [
  { name: `p50 ${name}`, value: percentile(times, 0.5), unit: 'ms', target: null },
  { name: `p95 ${name}`, value: percentile(times, 0.95), unit: 'ms', target: { atMost: 100 } },
]

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
