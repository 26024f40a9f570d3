import { shallowRef } from 'vue'
import type { Problem } from '../../contract/common.js'
import type { Me } from '../../contract/session.js'
import { ask, RequestFailed, whenSignedOut } from './api.js'
import { startLive, stopLive } from './live.js'
import { signInCode } from './sign-in-code.js'
import { texts } from './texts.js'

/** Who is signed in; null before it is known and when nobody is. */
export const me = shallowRef<Me | null>(null)
/** Why nobody is signed in; `session.needed` when there was simply no code. Null before it is known. */
export const signedOut = shallowRef<Problem | null>(null)

const noSession: Problem = { code: 'session.needed', message: '' }

whenSignedOut(() => {
  if (!me.value) return
  me.value = null
  signedOut.value = noSession
  stopLive()
})

/** Signs in with the code that came in the address, or goes on with the session there is. */
export async function signIn(): Promise<void> {
  const { code, platform } = signInCode
  try {
    me.value = code
      ? await ask<Me>('/session', { method: 'POST', body: { platform, code } })
      : await ask<Me>('/me')
    signedOut.value = null
    startLive()
  } catch (error) {
    // A code that was used already (page reloaded, link opened twice) may still have its session.
    if (code && error instanceof RequestFailed && error.problem.code === 'session.code_invalid') {
      await signInAgain(error.problem)
      return
    }
    signedOut.value = problemOf(error)
  }
}

export async function signOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' })
  stopLive()
  me.value = null
  signedOut.value = noSession
}

async function signInAgain(problem: Problem): Promise<void> {
  try {
    me.value = await ask<Me>('/me')
    signedOut.value = null
    startLive()
  } catch {
    signedOut.value = problem
  }
}

const problemOf = (error: unknown): Problem =>
  error instanceof RequestFailed ? error.problem : { code: 'unknown', message: texts.problems.unknown }
