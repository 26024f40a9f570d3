import type { ServerResponse } from 'node:http'
import type { Router } from '@koa/router'
import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Change } from '../../core/changes/change.js'
import { can } from '../../core/permissions/permissions.js'
import type { LiveEvent } from '../contract/live.js'
import type { ApiDeps } from './deps.js'
import { findActor, requireActor } from './guard.js'

/** Proxies cut silent streams after 30 s or a minute. */
const heartbeatMs = 20_000
/** A tablet, a desktop and a phone with a few pages each. */
const mostStreamsPerPerson = 12
/** Somebody who does not take what is sent has gone without a word. */
const mostUnsentBytes = 256 * 1024

interface Stream {
  actor: PersonActor
  out: ServerResponse
}

/**
 * `GET /live`: server-sent events about what the person may see. A change is told as ids; those who could see a row
 * and cannot any more are told `gone`, so that their page asks again.
 */
export function addLiveRoute(router: Router, deps: ApiDeps): void {
  const { core, signal, log, onChange = core.changes.onCommitted } = deps
  const streams = new Set<Stream>()

  onChange((change) => {
    if (streams.size > 0) tell(change).catch((err: unknown) => log?.error({ err }, 'live event lost'))
  })

  async function tell(change: Change): Promise<void> {
    const seen = await core.read((tx) => whoMaySee(tx, change))
    for (const { actor, out } of streams) {
      const kind = seen(actor) ? change.kind : holdersBefore(change).includes(actor.personId) ? 'gone' : null
      if (!kind) continue
      const event: LiveEvent = { subjectType: change.subjectType, subjectId: change.subjectId, kind }
      if (out.writableLength > mostUnsentBytes) out.destroy()
      else out.write(`data: ${JSON.stringify(event)}\n\n`)
    }
  }

  async function whoMaySee(tx: EntityManager, change: Change): Promise<(actor: PersonActor) => boolean> {
    const subject = change.subjectType === 'follow-up' ? aboutOf(change) : change
    if (!subject) return (actor) => actor.personId === change.actorId
    const { subjectId: id, subjectType } = subject
    if (subjectType === 'task') {
      const task = await core.tasks.find(tx, id)
      return (actor) => task?.ownerId === actor.personId
    }
    if (subjectType === 'lead') {
      const lead = await core.leads.find(tx, id)
      return (actor) => lead !== null && can(actor, 'lead.read', lead)
    }
    if (subjectType === 'customer') {
      const customer = await core.customers.find(tx, id)
      return (actor) => customer !== null && can(actor, 'customer.read', customer)
    }
    if (subjectType === 'deal') {
      const deal = await core.deals.find(tx, id)
      return (actor) => deal !== null && can(actor, 'deal.read', deal)
    }
    return () => false
  }

  router.get('/live', async (ctx) => {
    const actor = await requireActor(core, ctx)
    const own = [...streams].filter((stream) => stream.actor.personId === actor.personId)
    if (own.length >= mostStreamsPerPerson) own[0]?.out.end()
    const stream: Stream = { actor, out: ctx.res }
    streams.add(stream)
    const timer = setInterval(() => void beat(), heartbeatMs)
    timer.unref()
    const end = () => {
      stream.out.end()
    }
    signal?.addEventListener('abort', end, { once: true })
    stream.out.once('close', () => {
      clearInterval(timer)
      streams.delete(stream)
      signal?.removeEventListener('abort', end)
    })
    // Somebody whose session ended, who left or who moved elsewhere must not go on listening as before.
    async function beat(): Promise<void> {
      const still = await findActor(core, ctx).catch(() => null)
      if (!still) {
        end()
        return
      }
      stream.actor = still
      stream.out.write(': still here\n\n')
    }
    // Written by hand: for Koa a page that is closed would be a broken response, and an error in the log.
    ctx.respond = false
    ctx.res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    ctx.res.write('retry: 2000\n\n')
  })
}

/** The people who held the row before this change: owner, offered rep, the manager who was asked. */
function holdersBefore({ fields, data }: Change): unknown[] {
  const before = ['ownerId', 'offeredToId', 'askedId'].map((field) => fields[field]?.[0])
  return [...before, data.personId]
}

function aboutOf(change: Change): { subjectType: string; subjectId: string } | null {
  const about = change.data.about
  if (typeof about !== 'object' || about === null) return null
  const { type, id } = about as { type?: unknown; id?: unknown }
  return typeof type === 'string' && typeof id === 'string' ? { subjectType: type, subjectId: id } : null
}
