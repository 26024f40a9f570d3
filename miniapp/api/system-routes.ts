import type { EntityManager } from 'typeorm'
import type { Core } from '../../core/app.js'
import { localDay } from '../../core/deadlines/working-time.js'
import { departmentNames } from '../../core/org/departments.js'
import { authorize } from '../../core/permissions/permissions.js'
import type { Finding } from '../../core/ports/doctor.js'
import { platforms } from '../../core/ports/platform.js'
import { readBacklog, type Backlog } from '../../core/reports/backlog.js'
import {
  bindingsQuerySchema,
  deadQuerySchema,
  dropSchema,
  type BindingList,
  type DeadEvents,
  type FindingView,
  type SystemState,
} from '../contract/system.js'
import { ladderWords } from './admin-texts.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { presentDeadEvent } from './present-dead.js'
import { presentReactions } from './present-reactions.js'
import { parse } from './problems.js'
import { createRecordNames } from './record-names.js'

const ok = { ok: true } as const
const dayMs = 86_400_000
const deadPage = 20
const bindingPage = 40
const lostStates = new Set(['failed', 'expired', 'unknown'])
const sentStates = new Set(['sent', 'delivered', 'read', 'acted'])
/** Accounts that need somebody come first. */
const urgency = { broken: 0, unbound: 1, bound: 2, verified: 3 } as const

/** How the installation is doing, and what an admin can do about what is stuck. */
export function addSystemRoutes(add: AddRoute, deps: ApiDeps): void {
  const { core, config, identities } = deps
  const running = platforms.filter((platform) => identities[platform])

  add('get', '/admin/system', async (_ctx, actor): Promise<SystemState> => {
    authorize(actor, 'organisation.edit')
    // Outside the read below: it looks at the server's settings by a connection of its own.
    const findings = (await deps.checkDatabase?.()) ?? []
    return core.read(async (tx) => {
      const now = core.clock.now()
      const { queues, deliveries } = await readBacklog(tx, now)
      return {
        now: now.toISOString(),
        queues,
        deliveries: byPlatform(deliveries),
        stuck: await readStuck(tx, core),
        reactions: await presentReactions(tx, core, actor),
        credentials: await readCredentials(tx, core, localDay(now, config.timeZone)),
        database: findings.map(presentFinding),
      }
    })
  })

  add('get', '/admin/inbox/dead', async (ctx, actor): Promise<DeadEvents> => {
    const { cursor } = parse(deadQuerySchema, ctx.query)
    return core.read(async (tx) => {
      const found = await core.inbox.dead(tx, actor, {
        limit: deadPage + 1,
        ...(cursor ? { before: cursor } : {}),
      })
      const rows = found.slice(0, deadPage)
      const shown: DeadEvents['rows'] = []
      for (const row of rows) shown.push(await presentDeadEvent(tx, core, row))
      return { rows: shown, next: found.length > deadPage ? (rows.at(-1)?.id ?? null) : null }
    })
  })

  add('post', '/admin/inbox/:id/retry', async (ctx, actor) => {
    await core.write((tx) => core.inbox.retry(tx, actor, ctx.params.id ?? ''))
    return ok
  })

  add('post', '/admin/inbox/:id/drop', async (ctx, actor) => {
    authorize(actor, 'organisation.edit')
    const { why } = parse(dropSchema, await readJson(ctx))
    await core.write((tx) => core.inbox.drop(tx, actor, ctx.params.id ?? '', why))
    return ok
  })

  add('post', '/admin/deadlines/:id/retry', async (ctx, actor) => {
    await core.write((tx) => core.deadlines.retry(tx, actor, ctx.params.id ?? ''))
    return ok
  })

  add('post', '/admin/reactions/:id/retry', async (ctx, actor) => {
    await core.write((tx) => core.reactions.retry(tx, actor, ctx.params.id ?? ''))
    return ok
  })

  add('get', '/admin/bindings', async (ctx, actor): Promise<BindingList> => {
    const { q, cursor } = parse(bindingsQuerySchema, ctx.query)
    return core.read(async (tx) => {
      authorize(actor, 'organisation.edit')
      const people = (await core.org.everybody(tx)).filter(({ name }) => name.includes(q))
      const page = people.slice(cursor, cursor + bindingPage)
      const departments = await departmentNames(tx)
      const byId = new Map(page.map((person) => [person.id, person]))
      const found = await core.bindings.list(tx, actor, { personIds: [...byId.keys()], platforms: running })
      const rows = found.map(({ personId, externalId, since, ...binding }) => ({
        personId,
        name: byId.get(personId)?.name ?? '',
        department: departments.get(byId.get(personId)?.departmentId ?? '') ?? '',
        platform: binding.platform,
        account: externalId,
        state: binding.state,
        since: since?.toISOString() ?? null,
        reason: binding.reason,
      }))
      return {
        people: people.length,
        rows: rows.toSorted((a, b) => urgency[a.state] - urgency[b.state]),
        next: cursor + bindingPage < people.length ? cursor + bindingPage : null,
      }
    })
  })
}

export const presentFinding = ({ check, state, found, mend }: Finding): FindingView => ({
  ...{ check, state, found },
  mend: mend ?? null,
})

function byPlatform(rows: Backlog['deliveries']): SystemState['deliveries'] {
  const sums = new Map<string, { sent: number; lost: number }>()
  for (const { platform, state, count } of rows) {
    const sum = sums.get(platform) ?? { sent: 0, lost: 0 }
    if (sentStates.has(state)) sum.sent += count
    if (lostStates.has(state)) sum.lost += count
    sums.set(platform, sum)
  }
  return [...sums]
    .filter(([, { sent, lost }]) => sent + lost > 0)
    .map(([name, sum]) => ({ platform: platforms.find((platform) => platform === name) ?? null, ...sum }))
}

async function readStuck(tx: EntityManager, core: Core): Promise<SystemState['stuck']> {
  const nameOf = createRecordNames(core, tx)
  const rows: SystemState['stuck'] = []
  for (const { id, kind, subjectType, subjectId, dueAt, attempts, lastError } of await core.deadlines.stuck(
    tx,
  )) {
    const about = await nameOf(subjectType, subjectId)
    rows.push({
      id,
      label: ladderWords[kind]?.label ?? kind,
      about: about?.name ?? '',
      path: about?.path ?? null,
      dueAt: dueAt.toISOString(),
      attempts,
      reason: lastError ?? '',
    })
  }
  return rows
}

async function readCredentials(
  tx: EntityManager,
  core: Core,
  today: string,
): Promise<SystemState['credentials']> {
  const items = await core.credentials.all(tx)
  const daysTo = (day: string) =>
    Math.round((Date.parse(`${day}T00:00Z`) - Date.parse(`${today}T00:00Z`)) / dayMs)
  return items
    .map((item) => ({ ...item, daysLeft: daysTo(item.expiresOn) }))
    .toSorted((a, b) => a.daysLeft - b.daysLeft)
}
