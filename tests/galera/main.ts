/**
 * A sales day on three nodes of one Galera cluster: customers' messages and reps' taps reach any node, many of them two
 * at once; one node is killed in the middle and comes back. Started by `scripts/galera run`, which makes the cluster.
 */
import { execFileSync } from 'node:child_process'
import { createCore, type Core } from '../../core/app.js'
import { systemActor } from '../../core/actor.js'
import { verifyAll } from '../../core/changes/verify.js'
import { openDatabase, type Database } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { select } from '../../core/db/sql.js'
import { entities } from '../../core/entities.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { actorOf, interest, makePerson, makeRegion, makeTeam } from '../support/make.js'

const urls = (process.env['GALERA_URLS'] ?? '').split(' ').filter(Boolean)
if (urls.length !== 3) throw new Error('GALERA_URLS names three nodes: use scripts/galera run')

const leads = 240
const clock = createAdjustableClock()

interface Node {
  n: number
  core: Core
  database: Database
}

async function openNode(n: number): Promise<Node> {
  const database = await openDatabase({ url: urls[n - 1] ?? '', entities, migrations })
  return {
    n,
    database,
    core: createCore({ database, clock, ids: createIds(clock), timeZone: 'Asia/Shanghai' }),
  }
}

/** One event, worked on as the product does: stored under its id, its effect in the unit that finishes it. */
async function deliver({ core }: Node, eventId: string, phone: string): Promise<void> {
  const { id } = await core.inbox.accept({ channel: 'form:galera', eventId, body: JSON.stringify({ phone }) })
  await core.write(async (tx) => {
    if (!(await core.inbox.finish(tx, id))) return
    await core.intake.capture(tx, systemActor('form'), interest({ phone, place: '杭州' }))
  })
}

/** A platform hands an event to another node when this one does not acknowledge. */
async function deliverUntilTaken(
  nodes: Node[],
  first: number,
  eventId: string,
  phone: string,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const node = nodes[(first + attempt) % nodes.length]
    if (!node) throw new Error('no node')
    try {
      return await deliver(node, eventId, phone)
    } catch (error) {
      if (attempt > 8) throw error
    }
  }
}

function check(holds: boolean, what: string): void {
  process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${what}\n`)
  if (!holds) process.exitCode = 1
}

const [one, two, three] = [await openNode(1), await openNode(2), await openNode(3)]
let nodes = [one, two, three]

const team = await makeTeam(one.core)
await makeRegion(one.core, { name: '华东', places: ['杭州'], departmentId: team.department.id })
const reps = await Promise.all(
  Array.from({ length: 6 }, () =>
    makePerson(one.core, { departmentId: team.department.id, openLeadCap: 1000 }),
  ),
)

for (let at = 0; at < leads; at += 12) {
  if (at === leads / 3) {
    execFileSync('scripts/galera', ['kill', '3'], { stdio: 'inherit' })
    await three.database.close().catch(() => undefined)
    nodes = [one, two]
  }
  if (at === (leads / 3) * 2) {
    execFileSync('scripts/galera', ['start', '3'], { stdio: 'inherit' })
    nodes = [one, two, await openNode(3)]
  }
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => at + index).flatMap((n) => {
      const phone = `139${String(20_000_000 + n)}`
      const once = deliverUntilTaken(nodes, n, `event-${n}`, phone)
      // Every third comes twice at once, on two nodes.
      return n % 3 === 0 ? [once, deliverUntilTaken(nodes, n + 1, `event-${n}`, phone)] : [once]
    }),
  )
  // Both phones of whoever was asked say yes at the same instant, each on its own node.
  const open = await one.core.read((tx) =>
    select<{ id: string; offeredToId: string }>(
      tx,
      "SELECT id, offeredToId FROM leads WHERE state = 'offered'",
    ),
  )
  for (const lead of open) {
    await Promise.all(
      nodes.slice(0, 2).map(async ({ core }) => {
        const actor = await actorOf(core, { id: lead.offeredToId })
        return core.write((tx) => core.assignment.acceptOffer(tx, actor, lead.id))
      }),
    )
  }
}

for (const { n, core } of nodes) {
  const rows = <Row>(sql: string) => core.read((tx) => select<Row>(tx, sql))
  const [total] = await rows<{ n: number }>('SELECT COUNT(*) AS n FROM leads')
  check(Number(total?.n) === leads, `node ${n}: ${leads} events made ${total?.n} leads`)
  const [owned] = await rows<{ n: number }>('SELECT COUNT(*) AS n FROM leads WHERE ownerId IS NOT NULL')
  check(Number(owned?.n) === leads, `node ${n}: every lead has an owner`)
  const [taken] = await rows<{ n: number; most: number }>(
    `SELECT COUNT(*) AS n, MAX(times) AS most FROM
       (SELECT COUNT(*) AS times FROM changes WHERE kind = 'lead.accepted' GROUP BY subjectId) t`,
  )
  check(Number(taken?.n) === leads && Number(taken?.most) === 1, `node ${n}: every lead was taken once`)
  const counted = await rows<{ id: string; openLeads: number; really: number }>(
    'SELECT p.id, p.openLeads, (SELECT COUNT(*) FROM leads l WHERE l.ownerId = p.id) AS really FROM people p',
  )
  const wrong = counted.filter((row) => Number(row.openLeads) !== Number(row.really))
  check(wrong.length === 0 && counted.length === reps.length + 1, `node ${n}: counters equal their recount`)
  const { subjects, breaks } = await core.read(verifyAll)
  check(subjects >= leads && breaks.length === 0, `node ${n}: ${subjects} chains verify`)
  const [doubled] = await rows<{ n: number }>(
    'SELECT COUNT(*) AS n FROM (SELECT subjectId, seq FROM changes GROUP BY subjectType, subjectId, seq HAVING COUNT(*) > 1) d',
  )
  check(Number(doubled?.n) === 0, `node ${n}: no change is there twice`)
}
await Promise.all(nodes.map(({ database }) => database.close()))
