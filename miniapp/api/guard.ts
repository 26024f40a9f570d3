import type { Context, Next } from 'koa'
import type { PersonActor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import { DomainError } from '../../core/errors.js'

export const sessionCookie = 'gj_session'

/** A page of ours sends this with every write; a form or an image on another site cannot. */
export const writeHeader = 'x-genjin'

/** Refuses writes that another site's page might have caused. @throws DomainError `request.cross_site`. */
export async function refuseCrossSite(ctx: Context, next: Next): Promise<void> {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD' && !isOurs(ctx)) {
    throw new DomainError('request.cross_site')
  }
  await next()
}

function isOurs(ctx: Context): boolean {
  if (ctx.get(writeHeader) !== '1') return false
  const site = ctx.get('sec-fetch-site')
  if (site && site !== 'same-origin' && site !== 'none') return false
  const origin = ctx.get('origin')
  return !origin || (URL.canParse(origin) && new URL(origin).host === ctx.host)
}

/** Who asks, from the session cookie; null without a live session or when the person has left. */
export async function findActor(core: Core, ctx: Context): Promise<PersonActor | null> {
  const token = ctx.cookies.get(sessionCookie)
  if (!token || token.length > 100) return null
  const origin = { channel: 'miniapp', ip: ctx.ip, device: ctx.get('user-agent').slice(0, 200) }
  return core.read(async (tx) => {
    const personId = await core.sessions.personOf(tx, token)
    return personId ? core.org.actorOf(tx, personId, origin) : null
  })
}

/** @throws DomainError `session.needed`. */
export async function requireActor(core: Core, ctx: Context): Promise<PersonActor> {
  const actor = await findActor(core, ctx)
  if (!actor) throw new DomainError('session.needed')
  return actor
}
