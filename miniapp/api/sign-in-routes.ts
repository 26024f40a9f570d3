import { createHash, timingSafeEqual } from 'node:crypto'
import type { Router } from '@koa/router'
import { z } from 'zod'
import { DomainError } from '../../core/errors.js'
import { platforms } from '../../core/ports/platform.js'
import {
  finishSignInSchema,
  platformSchema,
  startSignInSchema,
  type ColleagueAccount,
  type PageSignature,
  type SignInFinished,
  type SignInOptions,
  type SignInStarted,
} from '../contract/session.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { parse } from './problems.js'
import { accountOf, openSession, setCookie } from './session-routes.js'

export const stateCookie = 'gj_sign_in'
/** The platforms' own codes live five minutes; somebody may have to find their phone first. */
const stateTtlMs = 10 * 60_000
const cookiePath = '/api/sign-in'
/** States and codes are unguessable; this only keeps a stuck page from asking the platform without end. */
const attempts = { points: 60, windowMs: 60_000 }
const signatures = { points: 120, windowMs: 60_000 }

/**
 * Sign-in by the platforms' own pages: OAuth in a plain browser and inside their clients.
 *
 * What ties the way back to the browser that set out is a secret in a cookie; it is good once and for ten minutes.
 */
export function addSignInRoutes(router: Router, deps: ApiDeps, add: AddRoute): void {
  const { core, identities, bridges = [], pageScripts = {}, secureCookies, state, publicUrl = '' } = deps
  const bridgeOf = (platform: string) => bridges.find((bridge) => bridge.platform === platform)

  router.get('/sign-in/options', (ctx) => {
    const answer: SignInOptions = {
      platforms: platforms
        .filter((platform) => identities[platform])
        .map((platform) => ({
          platform,
          publicIds: { ...bridgeOf(platform)?.publicIds },
          script: pageScripts[platform] ?? null,
          hasSignInPage: bridgeOf(platform) !== undefined,
        })),
    }
    ctx.body = answer
  })

  router.post('/sign-in', async (ctx) => {
    if ((await state.take(`sign-in:${ctx.ip}`, attempts)) > 0) throw new DomainError('request.too_many')
    const started = parse(startSignInSchema, await readJson(ctx))
    const bridge = bridgeOf(started.platform)
    if (!bridge) throw new DomainError('session.platform_off')
    const secret = core.ids.secret()
    const expiresAt = new Date(core.clock.now().getTime() + stateTtlMs)
    await core.keys.put(keyOf(secret), JSON.stringify(started), expiresAt)
    setCookie(ctx, stateCookie, secret, { maxAgeMs: stateTtlMs, secure: secureCookies, path: cookiePath })
    // One address for all platforms: it has to be entered in their consoles, letter by letter.
    const url = bridge.signInUrl({ returnTo: `${publicUrl}/app/`, state: secret, way: started.way })
    const answer: SignInStarted = { url }
    ctx.body = answer
  })

  router.post('/sign-in/finish', async (ctx) => {
    if ((await state.take(`sign-in:${ctx.ip}`, attempts)) > 0) throw new DomainError('request.too_many')
    const { code, state: secret } = parse(finishSignInSchema, await readJson(ctx))
    const own = ctx.cookies.get(stateCookie) ?? ''
    setCookie(ctx, stateCookie, '', { maxAgeMs: 0, secure: secureCookies, path: cookiePath })
    // Somebody else's state would sign this browser in as them.
    if (!isSame(own, secret)) throw new DomainError('session.state_invalid')
    const stored = await core.keys.take(keyOf(secret))
    if (stored === null) throw new DomainError('session.state_invalid')
    const { platform, way, returnTo } = startSignInSchema.parse(JSON.parse(stored))
    const account = accountOf((await identities[platform]?.redeem(code, way)) ?? null)
    const me = await openSession(ctx, deps, platform, account.externalId)
    const answer: SignInFinished = { me, returnTo }
    ctx.body = answer
  })

  add('get', '/js-signature', async (ctx, actor): Promise<PageSignature> => {
    const { platform, url } = parse(signatureQuery, ctx.query)
    const bridge = bridgeOf(platform)
    if (!bridge) throw new DomainError('session.platform_off')
    // A signature lets a page act in the client in our name: it is for our own pages alone.
    if (!isOwnPage(url, publicUrl)) throw new DomainError('request.invalid', { fields: [notOurs] })
    if ((await state.take(`js-signature:${actor.personId}`, signatures)) > 0)
      throw new DomainError('request.too_many')
    return bridge.sign(url.split('#')[0] ?? url)
  })

  add('get', '/people/:id/account', async (ctx): Promise<ColleagueAccount> => {
    const { platform } = parse(accountQuery, ctx.query)
    return core.read(async (tx) => {
      const person = await core.org.findPerson(tx, ctx.params['id'] ?? '')
      if (!person || person.state === 'left') throw new DomainError('person.not_found')
      const accounts = await core.org.accountsOf(tx, person.id)
      const account = accounts.find((one) => one.platform === platform && one.state !== 'broken')
      return { account: account?.externalId ?? null }
    })
  })
}

const signatureQuery = z.object({ platform: platformSchema, url: z.url().max(2000) })
const accountQuery = z.object({ platform: platformSchema })
const notOurs = { field: 'url', message: '只能为本系统的页面签名' }

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
/** The store keeps a hash: whoever reads the database cannot finish anybody's sign-in. */
const keyOf = (secret: string): string => `sign-in:${digest(secret).toString('base64url')}`
/** In constant time, whatever the lengths. */
const isSame = (one: string, other: string): boolean =>
  one !== '' && timingSafeEqual(digest(one), digest(other))

function isOwnPage(url: string, publicUrl: string): boolean {
  if (!URL.canParse(publicUrl)) return false
  const { origin, pathname, username, password } = new URL(url)
  return (
    origin === new URL(publicUrl).origin && pathname.startsWith('/app/') && username === '' && password === ''
  )
}
