import type { Lead } from '../leads/lead.js'
import type { DemoInterest, Fate } from './interests.js'
import type { Story } from './walk.js'
import type { World } from './world.js'

const minuteMs = 60_000

type DealStage = 'demo' | 'proposal' | 'negotiation' | 'signed' | 'lost'

/** Stages that a deal goes through on its way to each fate. */
const ways: Partial<Record<Fate, readonly DealStage[]>> = {
  qualify: [],
  demo: ['demo'],
  proposal: ['demo', 'proposal'],
  negotiation: ['demo', 'proposal', 'negotiation'],
  won: ['demo', 'proposal', 'negotiation', 'signed'],
  lost: ['demo', 'proposal', 'lost'],
}

/** Minutes ago at which today's leads came in: their deadlines are to be running still, or to have run out. */
const minutesAgo: Partial<Record<Fate, number>> = { fresh: 95, unviewed: 48, red: 80, queued: 4 }

/** One lead from the first word to what it is today. */
export async function* tell(interest: DemoInterest, world: World): Story {
  const { plan, chance } = world
  const today = minutesAgo[interest.fate]
  yield interest.daysAgo === 0 && today !== undefined
    ? plan.minutesAgo(today + chance.between(0, 3))
    : plan.during(interest.daysAgo)
  const captured = await world.capture(interest)
  if (captured.outcome !== 'lead') throw new Error(`a demo lead is known already: ${interest.company}`)
  const { id } = captured.lead

  yield* reachOwner(id, interest, world)
  const lead = await world.lead(id)
  if (!lead.ownerId || interest.fate === 'unviewed') return
  if (!lead.viewedAt) {
    yield after(world, chance.between(4, 50))
    await world.view(lead)
  }
  if (interest.fate === 'fresh') return
  yield* followUp(lead, interest, world)
}

async function* reachOwner(id: string, { fate, route }: DemoInterest, world: World): Story {
  const { chance } = world
  const offered = await world.lead(id)
  if (offered.state === 'offered' && route === 'accepted') {
    yield new Date(world.now().getTime() + chance.between(15, 240) * 1000)
    await world.accept(offered)
  }
  if (offered.state === 'offered' && route === 'declined') {
    yield after(world, 1)
    await world.decline(offered, chance.pick(['手上客户排满了', '正在出差，跟不过来']))
  }
  if (fate === 'red' || fate === 'queued') return
  if (offered.state === 'offered' && route === 'missed') yield after(world, 6)
  const queued = await world.lead(id)
  if (queued.state !== 'queued') return
  yield after(world, chance.between(1, 3))
  await world.dispatch(queued)
}

/** Contacts from the first call to the last one; a lead that goes on has its next contact in the calendar. */
async function* followUp(lead: Lead, interest: DemoInterest, world: World): Story {
  const { plan, chance } = world
  const way = ways[interest.fate]
  const { contacts, last } = lengthOf(interest, way, chance.between(1, 2))
  const days = plan.spread(contacts - 1, interest.daysAgo, last)
  const dayOf = (at: number): string | null => {
    const coming = days[at]
    if (coming !== undefined) return plan.localDay(plan.during(coming))
    return interest.next === null ? null : plan.dayFromToday(interest.next)
  }
  yield after(world, chance.between(5, 55))
  await world.note(lead, 'first', interest, dayOf(0))
  for (const [at, daysAgo] of days.entries()) {
    yield laterOf(plan.during(daysAgo), after(world, 40))
    const next = dayOf(at + 1)
    if (way && at === 0) yield* qualify(lead, interest, world, next)
    else if (way) yield* moveOn(lead, interest, world, { stage: way[at - 1] ?? 'demo', next })
    else if (interest.fate === 'given-up' && at === days.length - 1) {
      await world.note(lead, 'given-up', interest, null)
      await world.giveUp(lead, chance.pick(['联系不上', '没有预算', '选了别家']))
    } else await world.note(lead, 'middle', interest, next)
  }
}

async function* qualify(lead: Lead, interest: DemoInterest, world: World, next: string | null): Story {
  await world.note(lead, 'qualify', interest, next)
  yield after(world, 3)
  await world.convert(lead, `${interest.company}${lineNames[interest.line]}项目`)
}

async function* moveOn(
  { id }: Lead,
  interest: DemoInterest,
  world: World,
  { stage, next }: { stage: DealStage; next: string | null },
): Story {
  const lead = await world.lead(id)
  await world.note(lead, stage, interest, next)
  yield after(world, 2)
  const closesOn = world.plan.dayFromToday(interest.fate === 'won' ? -14 : 20)
  await world.moveDeal(lead, stage, stage === 'proposal' ? closesOn : null)
}

/** How many contacts there were, and how many days ago the last one was. */
function lengthOf(
  { fate, daysAgo, next }: DemoInterest,
  way: readonly DealStage[] | undefined,
  extra: number,
) {
  // What is due already was agreed on before that day.
  const overdue = next === null ? 0 : Math.max(0, 1 - next)
  if (way) return { contacts: way.length + 2, last: endsAgo(fate, daysAgo, overdue) }
  const contacts = Math.min(1 + extra, Math.max(1, Math.ceil(daysAgo / 2)))
  return { contacts, last: Math.min(daysAgo, fate === 'given-up' ? Math.max(0, daysAgo - 9) : 1 + overdue) }
}

const endsAgo = (fate: Fate, daysAgo: number, overdue: number): number =>
  fate === 'won' || fate === 'lost' ? Math.max(2, daysAgo - 24) : 1 + overdue

const lineNames = { service: '客服', stock: '进销存', board: '看板' }
const after = (world: World, minutes: number): Date => new Date(world.now().getTime() + minutes * minuteMs)
const laterOf = (one: Date, other: Date): Date => (one > other ? one : other)
