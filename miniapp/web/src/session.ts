import { shallowRef } from 'vue'
import type { Problem } from '../../contract/common.js'
import type { Me, SignInFinished, SignInStarted } from '../../contract/session.js'
import { ask, post, RequestFailed, whenSignedOut } from './api.js'
import type { Platform } from './bridge/bridge.js'
import { clientOf } from './bridge/client.js'
import { clientOption, requestCode } from './bridge/open.js'
import { startLive, stopLive } from './live.js'
import { signInCode } from './sign-in-code.js'
import { texts } from './texts.js'

/** Who is signed in; null before it is known and when nobody is. */
export const me = shallowRef<Me | null>(null)
/** Why nobody is signed in; `session.needed` when there was simply no code. Null before it is known. */
export const signedOut = shallowRef<Problem | null>(null)

const noSession: Problem = { code: 'session.needed', message: '' }

/** When a code last signed this page in, on the page's own clock; a page that comes with a code was just signed in. */
let codeUsedAtMs = signInCode.code ? 0 : -Infinity
/** A client that keeps no cookies would be asked for ever. */
const leastBetweenCodesMs = 60_000

whenSignedOut(() => {
  if (!me.value) return
  me.value = null
  stopLive()
  const mayAsk = clientOf(navigator.userAgent) && performance.now() - codeUsedAtMs > leastBetweenCodesMs
  signedOut.value = mayAsk ? null : noSession
  // Inside a client nobody needs to be bothered; the page that was open comes back by itself.
  if (mayAsk) void askClient().then(enter, (error) => (signedOut.value = problemOf(error)))
})

/**
 * Signs in with the code that came in the address, goes on with the session there is, or asks the client around the
 * page who is there.
 *
 * @returns the page to go to, where a sign-in page was come back from; null to stay.
 */
export async function signIn(): Promise<string | null> {
  const { code, state, platform, isRefused } = signInCode
  const cameFrom = state === null ? null : rememberedPage()
  try {
    if (isRefused) throw new RequestFailed(401, { code: 'session.refused', message: texts.gate.refused })
    if (code && state) {
      const body = { code, state }
      const { me: found, returnTo } = await ask<SignInFinished>('/sign-in/finish', { method: 'POST', body })
      enter(found)
      return returnTo
    }
    enter(
      code
        ? await ask<Me>('/session', { method: 'POST', body: { platform, code } })
        : ((await goOn()) ?? (await askClient())),
    )
  } catch (error) {
    // A code that was used already (page reloaded, link opened twice) may still have its session.
    const again = code !== null && error instanceof RequestFailed && codeTroubles.has(error.problem.code)
    const found = again ? await goOn().catch(() => null) : null
    if (found) enter(found)
    else signedOut.value = problemOf(error)
  }
  // Whether it went well or is tried again: the page that was asked for is the one to come to.
  return cameFrom
}

const codeTroubles = new Set(['session.code_invalid', 'session.state_invalid'])

function enter(found: Me): void {
  me.value = found
  signedOut.value = null
  startLive()
}

/** Goes on with the session there is; null without one. */
async function goOn(): Promise<Me | null> {
  try {
    return await ask<Me>('/me')
  } catch (error) {
    if (error instanceof RequestFailed && error.problem.code === 'session.needed') return null
    throw error
  }
}

/** Inside a platform's client the client says who is there. @throws RequestFailed `session.needed` elsewhere. */
async function askClient(): Promise<Me> {
  const option = await clientOption()
  const nobody = new RequestFailed(401, noSession)
  if (!option) throw nobody
  const { platform } = option
  const code = await requestCode(option).catch(() => {
    throw nobody
  })
  codeUsedAtMs = performance.now()
  if (code) return ask<Me>('/session', { method: 'POST', body: { platform, code } })
  if (!option.hasSignInPage) throw nobody
  await goToSignIn(platform, 'client')
  // The page is being left: what is shown meanwhile is that it opens.
  return new Promise(() => undefined)
}

/** Leaves for the platform's sign-in page; it comes back to the page that is open now. */
export async function goToSignIn(platform: Platform, way: 'client' | 'browser'): Promise<void> {
  const returnTo = `${location.pathname.replace(/^\/app(?=\/)/, '') || '/'}${location.search}`
  rememberPage(returnTo)
  const { url } = await post<SignInStarted>('/sign-in', { platform, way, returnTo })
  location.assign(url)
}

/** The button of a platform. WeCom's client has a sign-in page of its own, which asks nobody anything. */
export async function signInBy(platform: Platform): Promise<void> {
  const isInside = platform === 'wecom' && clientOf(navigator.userAgent) === 'wecom'
  await goToSignIn(platform, isInside ? 'client' : 'browser')
}

const pageKey = 'gj-sign-in-from'

/** The server gives the page back only with a session: for a second try this tab has to know it. */
function rememberPage(page: string): void {
  try {
    sessionStorage.setItem(pageKey, page)
  } catch {
    // Some clients keep no storage: a second try then comes to the first page.
  }
}

function rememberedPage(): string | null {
  try {
    const page = sessionStorage.getItem(pageKey)
    sessionStorage.removeItem(pageKey)
    return page?.startsWith('/') ? page : null
  } catch {
    return null
  }
}

export async function signOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' })
  stopLive()
  me.value = null
  signedOut.value = noSession
}

const problemOf = (error: unknown): Problem =>
  error instanceof RequestFailed ? error.problem : { code: 'unknown', message: texts.problems.unknown }
