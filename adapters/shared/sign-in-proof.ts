import type { Clock } from '../../core/ports/clock.js'
import type { Finding } from '../../core/ports/doctor.js'
import type { Identity } from '../../core/ports/identity.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { AdapterLog } from '../platforms.js'

type Way = Parameters<Identity['redeem']>[1]

interface ProofDeps {
  keys: KeyStore
  clock: Clock
  log: AdapterLog
  publicUrl: string
}

/** A sign-in that worked proves the console's settings for this long: after that somebody may have changed them. */
const provenMs = 30 * 86_400_000
/** One proof a day is enough. */
const againMs = 86_400_000

export type SignInProof = ReturnType<typeof createSignInProof>

/**
 * Remembers that people signed in at this address. No platform says in full which addresses its console has for
 * coming back to, so a sign-in that worked is the only proof that they are right.
 */
export function createSignInProof(identity: Identity, { keys, clock, log, publicUrl }: ProofDeps) {
  const keyOf = (way: Way) => `${identity.platform}:signed-in:${way}`
  const now = () => clock.now().getTime()

  async function lastAt(way: Way): Promise<number | null> {
    const [at, ...address] = ((await keys.get(keyOf(way))) ?? '').split(' ')
    const found = Date.parse(at ?? '')
    return address.join(' ') === publicUrl && now() - found < provenMs ? found : null
  }

  async function note(way: Way): Promise<void> {
    const known = await lastAt(way)
    if (known !== null && now() - known < againMs) return
    await keys.put(keyOf(way), `${clock.now().toISOString()} ${publicUrl}`, null)
  }

  return {
    /** The same, and each success is remembered. */
    identity: {
      platform: identity.platform,
      async redeem(code, way) {
        const redeemed = await identity.redeem(code, way)
        if (redeemed && redeemed !== 'outsider')
          await note(way).catch((error: unknown) => log.warn({ err: error }, 'a sign-in was not noted'))
        return redeemed
      },
    } satisfies Identity,

    /**
     * Whether people get in by this way, as far as it can be known.
     *
     * @param mend - where the console has the address, and what belongs there.
     */
    async finding(way: Way, { check, mend }: { check: string; mend: string }): Promise<Finding> {
      const where = way === 'browser' ? '在浏览器里登录' : '在客户端里打开页面'
      const trouble = troubleOf(publicUrl)
      if (trouble)
        return {
          check,
          state: 'warning',
          found: `${publicUrl} ${trouble}，同事不能${where}。`,
          mend: `把 PUBLIC_URL 改为平台和手机都能打开的 https 域名，再${mend}`,
        }
      const seenAt = await lastAt(way)
      if (seenAt !== null)
        return { check, state: 'ok', found: `30 天内有人成功${where}，后台登记的地址是对的。` }
      return {
        check,
        state: 'skipped',
        found: `最近还没有人${where}，后台登记的地址查不到，请对照检查。`,
        mend,
      }
    },
  }
}

/** Why platforms would not send anybody back there; null when nothing speaks against it. */
function troubleOf(publicUrl: string): string | null {
  const { protocol, hostname } = new URL(publicUrl)
  if (/^(?:localhost|127\.|\[::1\])/.test(hostname)) return '是本机地址'
  if (protocol !== 'https:') return '不是 https'
  return null
}
