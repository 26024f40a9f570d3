import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { Identity, PageBridge } from '../../core/ports/identity.js'
import type { Ids } from '../../core/ports/ids.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { signPage } from '../shared/page-signature.js'
import { accountOf } from './accounts.js'
import type { Client } from './client.js'
import { badSignInCode } from './codes.js'
import type { Counters } from './counters.js'

/**
 * Signs members in. A code of somebody outside the company answers with an `openid` and no `userid`; a member of a
 * linked company with its corp id before the name: neither is one of ours.
 *
 * @see https://developer.work.weixin.qq.com/document/path/91023
 */
export function createIdentity(client: Client, counters: Counters): Identity {
  return {
    platform: 'wecom',
    async redeem(code) {
      if (!code || code.length > 512) return null
      try {
        const answer = await client.signedIn(code)
        const userId = answer.userid ?? answer.UserId
        if (userId && !userId.includes('/')) return { externalId: accountOf(userId) }
        counters.add('refused.sign-in-outsider')
        return 'outsider'
      } catch (err) {
        if (err instanceof PlatformError && err.code === String(badSignInCode)) return null
        throw err
      }
    },
  }
}

/** How pages sign in and use the client: OAuth inside it, the scan page in a browser, the JS-SDK's signature. */
export function createPageBridge(
  client: Client,
  settings: WecomSettings,
  { state, clock, ids }: { state: SharedState; clock: Clock; ids: Ids },
): PageBridge {
  return {
    platform: 'wecom',
    publicIds: { corpId: settings.corpId, agentId: settings.agentId },
    signInUrl({ returnTo, state: nonce, way }) {
      const address =
        way === 'client'
          ? // https://developer.work.weixin.qq.com/document/path/91022
            new URL('/connect/oauth2/authorize', settings.oauthUrl)
          : // https://developer.work.weixin.qq.com/document/path/98152
            new URL('/wwlogin/sso/login', settings.loginUrl)
      const query: Record<string, string> = {
        ...(way === 'browser' ? { login_type: 'CorpApp' } : {}),
        appid: settings.corpId,
        redirect_uri: returnTo,
        ...(way === 'client' ? { response_type: 'code', scope: 'snsapi_base' } : {}),
        state: nonce,
        agentid: settings.agentId,
      }
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
      return `${address.href}${way === 'client' ? '#wechat_redirect' : ''}`
    },
    async sign(url) {
      const ticket = await state.token(`wecom:ticket:${settings.corpId}:${settings.agentId}`, async () => {
        const answer = await client.pageTicket()
        return { value: answer.ticket, lifeMs: answer.expires_in * 1000 }
      })
      const timestamp = Math.floor(clock.now().getTime() / 1000)
      const nonce = ids.next()
      const [address = url] = url.split('#')
      return { timestamp, nonce, signature: signPage({ ticket, nonce, timestamp, url: address }) }
    },
  }
}
