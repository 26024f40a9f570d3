import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { DomainError } from '../../core/errors.js'
import { departmentNames } from '../../core/org/departments.js'
import { sessionTtlMs } from '../../core/org/sessions.js'
import { can } from '../../core/permissions/permissions.js'
import type { PersonActor } from '../../core/actor.js'
import type { Identity } from '../../core/ports/identity.js'
import type { Platform } from '../../core/ports/platform.js'
import type { Me } from '../contract/session.js'
import { signInSchema } from '../contract/session.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { sessionCookie } from './guard.js'
import { parse } from './problems.js'

/** Codes are unguessable; this only keeps a stuck page from asking the platform without end. */
const signIns = { points: 60, windowMs: 60_000 }

export function addSessionRoutes(router: Router, deps: ApiDeps, add: AddRoute): void {
  const { core, identities, secureCookies, state } = deps

  router.post('/session', async (ctx) => {
    if ((await state.take(`sign-in:${ctx.ip}`, signIns)) > 0) throw new DomainError('request.too_many')
    const { platform, code } = parse(signInSchema, await readJson(ctx))
    const identity = identities[platform]
    if (!identity) throw new DomainError('session.platform_off')
    const account = accountOf(await identity.redeem(code, 'client'))
    ctx.body = await openSession(ctx, deps, platform, account.externalId)
  })

  router.delete('/session', async (ctx) => {
    const token = ctx.cookies.get(sessionCookie)
    if (token) await core.write((tx) => core.sessions.close(tx, token))
    setCookie(ctx, sessionCookie, '', { maxAgeMs: 0, secure: secureCookies })
    ctx.body = { ok: true }
  })

  add('get', '/me', (_ctx, actor) => presentMe(deps, actor))
}

/** @throws DomainError `session.code_invalid`, `session.outsider`: another company's people are told so. */
export function accountOf(redeemed: Awaited<ReturnType<Identity['redeem']>>): { externalId: string } {
  if (redeemed === 'outsider') throw new DomainError('session.outsider')
  if (redeemed === null) throw new DomainError('session.code_invalid')
  return redeemed
}

/**
 * Opens a session for a platform account and sets its cookie.
 *
 * @throws DomainError `account.unbound`, `account.left`.
 */
export async function openSession(
  ctx: Context,
  deps: ApiDeps,
  platform: Platform,
  externalId: string,
): Promise<Me> {
  const { core, secureCookies } = deps
  const device = ctx.get('user-agent')
  const origin = { channel: 'miniapp', ip: ctx.ip, device: device.slice(0, 200) }
  const { actor, token } = await core.write(async (tx) => {
    const person = await core.org.findByAccount(tx, platform, externalId)
    if (!person) throw new DomainError('account.unbound')
    const signedIn = await core.org.actorOf(tx, person.id, origin)
    if (!signedIn) throw new DomainError('account.left')
    await core.bindings.acted(tx, platform, externalId)
    return { actor: signedIn, token: await core.sessions.open(tx, person.id, device) }
  })
  setCookie(ctx, sessionCookie, token, { maxAgeMs: sessionTtlMs, secure: secureCookies })
  return presentMe(deps, actor)
}

/** A cookie that scripts cannot read and other sites' requests do not carry. Several may be set in one answer. */
export function setCookie(
  ctx: Context,
  name: string,
  value: string,
  { maxAgeMs, secure, path = '/' }: { maxAgeMs: number; secure: boolean; path?: string },
): void {
  const parts = [`${name}=${value}`, `Path=${path}`, 'HttpOnly', 'SameSite=Lax']
  parts.push(`Max-Age=${Math.floor(maxAgeMs / 1000)}`, ...(secure ? ['Secure'] : []))
  ctx.append('set-cookie', parts.join('; '))
}

async function presentMe({ core, config }: ApiDeps, actor: PersonActor): Promise<Me> {
  return core.read(async (tx) => {
    const person = await core.org.person(tx, actor.personId)
    const department = (await departmentNames(tx)).get(person.departmentId)
    return {
      id: person.id,
      name: person.name,
      title: person.title,
      role: person.role,
      department: department ?? '',
      abilities: {
        readLeads: can(actor, 'lead.read'),
        readDeals: can(actor, 'deal.read'),
        readCustomers: can(actor, 'customer.read'),
        team: actor.role === 'manager' || actor.role === 'admin',
        reassign: can(actor, 'lead.reassign'),
        createLeads: can(actor, 'lead.create'),
        importLeads: can(actor, 'lead.import'),
        administer: can(actor, 'organisation.edit'),
      },
      timeZone: config.timeZone,
      now: core.clock.now().toISOString(),
    }
  })
}
