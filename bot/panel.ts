import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import { outboxDepth } from '../core/changes/outbox.js'
import type { Change } from '../core/changes/change.js'
import type { Deadline } from '../core/deadlines/deadline.js'
import { aboutOf } from '../core/follow-ups/follow-ups.js'
import type { AdjustableClock } from '../core/ports/clock.js'
import { leadName } from './format.js'
import { changeLabels, deadlineLabels, stepLabels } from './texts.js'

/** What the system is doing, in words: running deadlines, latest changes, where deliveries stand. */
export async function readPanel(core: Core, clock: AdjustableClock) {
  return core.read(async (tx) => {
    const names = createNames(core, tx)
    const deadlines = await core.deadlines.upcoming(tx, 30)
    const changes = await core.changes.latest(tx, 40)
    const deliveries = await core.deliveries.counts(tx)
    const inbox = await core.inbox.depth(tx)
    return {
      now: clock.now().toISOString(),
      clockOffsetMs: clock.offsetMs(),
      deadlines: await inOrder(deadlines, (deadline) => describeDeadline(deadline, names)),
      changes: await inOrder(changes, (change) => describeChange(change, names)),
      deliveries,
      queueDepth:
        inbox.received + (await outboxDepth(tx)) + (deliveries['queued'] ?? 0) + (deliveries['sending'] ?? 0),
    }
  })
}

type Names = ReturnType<typeof createNames>

async function describeDeadline(deadline: Deadline, names: Names) {
  const step = deadline.steps[deadline.nextStep]
  const who = await names.waitedFor(deadline)
  return {
    id: deadline.id,
    kind: deadline.kind,
    label: deadlineLabels[deadline.kind] ?? deadline.kind,
    subject: await names.subject(deadline.subjectType, deadline.subjectId),
    dueAt: (deadline.nextAt ?? deadline.dueAt).toISOString(),
    step: stepLabels[step?.do ?? ''] ?? '',
    ...(who ? { who } : {}),
  }
}

async function describeChange(change: Change, names: Names) {
  const detail = await names.detail(change)
  return {
    id: change.id,
    at: change.at.toISOString(),
    kind: change.kind,
    label: changeLabels[change.kind] ?? change.kind,
    actor: await names.actor(change.actorId),
    subject: await names.subject(change.subjectType, change.subjectId),
    ...(detail ? { detail } : {}),
  }
}

/** Names of records and people, each looked up once per panel. */
function createNames(core: Core, tx: EntityManager) {
  const known = new Map<string, Promise<string>>()
  const once = (key: string, look: () => Promise<string>): Promise<string> => {
    const found = known.get(key) ?? look()
    known.set(key, found)
    return found
  }
  const person = (id: unknown): Promise<string> =>
    typeof id === 'string'
      ? once(`person ${id}`, async () => (await core.org.findPerson(tx, id))?.name ?? '')
      : Promise.resolve('')

  async function subject(type: string, id: string): Promise<string> {
    return once(`${type} ${id}`, async () => {
      switch (type) {
        case 'lead': {
          const lead = await core.leads.find(tx, id)
          return lead ? leadName(lead) : '线索'
        }
        case 'customer':
          return (await core.customers.find(tx, id))?.name ?? '客户'
        case 'deal':
          return (await core.deals.find(tx, id))?.title ?? '商机'
        case 'task':
          return task(id)
        case 'follow-up': {
          const about = aboutOf(await core.followUps.byId(tx, id))
          return about ? subject(about.type, about.id) : '待确认客户'
        }
        default:
          return ''
      }
    })
  }

  /** Whom it is about comes first: dozens of tasks are called “call them”. */
  async function task(id: string): Promise<string> {
    const found = await core.tasks.find(tx, id)
    if (!found) return '待办'
    return `${await subject(found.subjectType, found.subjectId)} · ${found.title}`
  }

  return {
    subject,
    actor: (actorId: string): Promise<string> =>
      actorId.startsWith('system:') ? Promise.resolve('系统') : person(actorId),
    async waitedFor(deadline: Deadline): Promise<string> {
      if (deadline.kind === 'task.due')
        return person((await core.tasks.find(tx, deadline.subjectId))?.ownerId)
      const lead = await core.leads.find(tx, deadline.subjectId)
      return person(lead?.offeredToId ?? lead?.ownerId ?? lead?.askedId)
    },
    /** Whom it concerns beside the one who did it. */
    async detail(change: Change): Promise<string> {
      const offered = await person(change.fields['offeredToId']?.[1])
      if (offered) return `给 ${offered}`
      const asked = await person(change.fields['askedId']?.[1])
      if (asked) return `等 ${asked} 处理`
      const about = await person(change.data['personId'])
      return about ? (change.kind === 'lead.dispatched' ? `给 ${about}` : about) : ''
    },
  }
}

async function inOrder<In, Out>(list: readonly In[], run: (item: In) => Promise<Out>): Promise<Out[]> {
  const out: Out[] = []
  for (const item of list) out.push(await run(item))
  return out
}
