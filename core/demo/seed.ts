import { createCore, type Core } from '../app.js'
import { ChangeEntity } from '../changes/change.js'
import { addToOutbox } from '../changes/outbox.js'
import type { Database } from '../db/database.js'
import type { Tx } from '../db/unit-of-work.js'
import { DealEntity } from '../deals/deal.js'
import { DomainError } from '../errors.js'
import { FollowUpEntity } from '../follow-ups/follow-up.js'
import { LeadEntity } from '../leads/lead.js'
import { writeFact } from '../org/installation.js'
import { PersonEntity } from '../org/person.js'
import { createManualClock } from '../ports/clock.js'
import type { FileStore } from '../ports/files.js'
import { createIds } from '../ports/ids.js'
import { TaskEntity } from '../tasks/task.js'
import { demoContract } from './contract.js'
import { demoFact } from './fact.js'
import { found } from './found.js'
import { interests } from './interests.js'
import { createPlanner } from './plan.js'
import { createChance } from './random.js'
import { tell } from './stories.js'
import { walk } from './walk.js'
import { createWorld, type DemoFile } from './world.js'

export interface DemoInput {
  database: Database
  /** The instant at which the histories end. */
  now: Date
  timeZone: string
  /** Where the contracts of signed deals go; without it they are recorded and cannot be opened. */
  fileStore?: FileStore
}

export interface DemoReport {
  people: number
  leads: number
  deals: number
  followUps: number
  openTasks: number
}

const seed = 20_260
const dayMs = 86_400_000
const historyDays = 50

/** What the relay of an installation listens as: cards for what still needs somebody go out at the first start. */
const relayConsumer = 'notify'

/**
 * Makes the demo company with six weeks of history that ends at `now`, by the real use-cases on a clock of their own.
 * The same `now` gives the same people, leads and ids. One unit of work: it is there as a whole, or not at all.
 *
 * @throws DomainError `demo.not_empty` when the database has people already.
 */
export async function seedDemo({ database, now, timeZone, fileStore }: DemoInput): Promise<DemoReport> {
  const start = new Date(now.getTime() - historyDays * dayMs)
  const clock = createManualClock(start)
  const ids = createIds(clock, createChance(seed).next)
  const core = createCore({ database, clock, ids, timeZone })
  // Content before record: a record without content would be a lie.
  const signed = interests.filter(({ fate }) => fate === 'won')
  const contracts = signed.map((_, at) => ({
    id: ids.next(),
    bytes: demoContract(`Demo contract no. ${at + 1}`),
  }))
  if (fileStore) for (const { id, bytes } of contracts) await fileStore.put(id, bytes)
  return core.write(async (tx) => {
    clock.set(start)
    return live(tx, { core, clock, now, contracts })
  })
}

interface LifeInput {
  core: Core
  clock: { set(at: Date): void }
  now: Date
  contracts: DemoFile[]
}

async function live(tx: Tx, { core, clock, now, contracts }: LifeInput): Promise<DemoReport> {
  if (await tx.getRepository(PersonEntity).existsBy({})) throw new DomainError('demo.not_empty')
  const chance = createChance(seed + 1)
  const actors = await found(tx, core)
  const calendar = await core.playbook.get(tx, 'calendar')
  const plan = createPlanner({ now, timeZone: core.timeZone, calendar, chance })
  const world = createWorld({ core, tx, chance, plan, actors, contracts })
  await walk(tx, {
    core,
    clock,
    stories: interests.map((interest) => tell(interest, world)),
    until: now,
  })
  await announce(tx)
  await writeFact(tx, demoFact, { seededAt: now.toISOString() })
  return report(tx)
}

/**
 * Hands the relay what needs somebody within minutes: queued and unviewed leads. Tasks that fell due were told of in
 * their time; they stand on the page of today, and a messenger full of old reminders would hide what is new.
 */
async function announce(tx: Tx): Promise<void> {
  const leads = await tx.getRepository(LeadEntity).findBy([{ state: 'queued' }, { state: 'owned' }])
  const waiting = leads.filter((lead) => lead.demo && (lead.state === 'queued' || lead.viewedAt === null))
  await pass(tx, waiting, ['lead.queued', 'lead.escalated', 'lead.dispatched', 'lead.given'])
}

/** The newest change of the given kinds for each record. */
async function pass(tx: Tx, records: { id: string }[], kinds: string[]): Promise<void> {
  for (const { id } of records) {
    const [newest] = (await tx.getRepository(ChangeEntity).findBy({ subjectId: id }))
      .filter((change) => kinds.includes(change.kind))
      .sort((a, b) => b.seq - a.seq)
    if (newest) await addToOutbox(tx, newest, [relayConsumer])
  }
}

async function report(tx: Tx): Promise<DemoReport> {
  const demo = { demo: true }
  return {
    people: await tx.getRepository(PersonEntity).countBy(demo),
    leads: await tx.getRepository(LeadEntity).countBy(demo),
    deals: await tx.getRepository(DealEntity).countBy(demo),
    followUps: await tx.getRepository(FollowUpEntity).countBy(demo),
    openTasks: await tx.getRepository(TaskEntity).countBy({ ...demo, state: 'open' }),
  }
}
