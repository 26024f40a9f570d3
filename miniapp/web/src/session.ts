import { ref, shallowRef } from 'vue'
import type { Me } from '../../contract/session.js'
import { ask, RequestFailed, whenSignedOut } from './api.js'
import { startLive, stopLive } from './live.js'
import { signInCode } from './sign-in-code.js'

/** Who is signed in; null before it is known and when nobody is. */
export const me = shallowRef<Me | null>(null)
/** Why nobody is signed in: a sentence, or an empty string when there was simply no code. */
export const signedOut = ref<string | null>(null)

whenSignedOut(() => {
  if (!me.value) return
  me.value = null
  signedOut.value = ''
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
      await signInAgain(error.message)
      return
    }
    signedOut.value = isPlainAbsence(error) ? '' : (error as Error).message
  }
}

export async function signOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' })
  stopLive()
  me.value = null
  signedOut.value = ''
}

async function signInAgain(message: string): Promise<void> {
  try {
    me.value = await ask<Me>('/me')
    signedOut.value = null
    startLive()
  } catch {
    signedOut.value = message
  }
}

const isPlainAbsence = (error: unknown): boolean =>
  error instanceof RequestFailed && error.problem.code === 'session.needed'
