import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { Identity, PageBridge } from '../../core/ports/identity.js'
import type { Ids } from '../../core/ports/ids.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { signPage } from '../shared/page-signature.js'
import { nobodyCodes, type createAccounts } from './accounts.js'
import type { DingtalkClient } from './client.js'
import { platformError } from './codes.js'
import { field, textOf } from './json.js'

/** What the platform says to a code that it does not know, that was used or that is too old. */
const badCodes = ['40078', '40029', '88', 'invalidParameter.authCode.notFound', 'invalid.code', 'codeInvalid']

/** Signs people in by the client's code and by the sign-in page's; an account of another company is nobody. */
export function createIdentity(
  settings: DingtalkSettings,
  { client, accounts }: { client: DingtalkClient; accounts: ReturnType<typeof createAccounts> },
): Identity {
  /** @see https://open.dingtalk.com/document/orgapp/obtain-the-userid-of-a-user-by-using-the-log-free */
  async function byClient(code: string): Promise<{ externalId: string } | null> {
    const answer = await client.oldApi('/topapi/v2/user/getuserinfo', { code })
    const externalId = textOf(field(answer, 'result'), 'userid')
    return externalId ? { externalId } : null
  }

  /** @see https://open.dingtalk.com/document/orgapp/obtain-user-token */
  async function byBrowser(code: string): Promise<{ externalId: string } | 'outsider' | null> {
    const { apiUrl, clientId, clientSecret, corpId } = settings
    const granted = await client.open('POST', `${apiUrl}/v1.0/oauth2/userAccessToken`, {
      body: { clientId, clientSecret, code, grantType: 'authorization_code' },
    })
    // The company that the person chose on the sign-in page; without one it is nobody's account.
    const chosen = textOf(granted, 'corpId')
    if (chosen !== corpId) return chosen ? 'outsider' : null
    const me = await client.open('GET', `${apiUrl}/v1.0/contact/users/me`, {
      headers: { 'x-acs-dingtalk-access-token': textOf(granted, 'accessToken') },
    })
    const unionId = textOf(me, 'unionId')
    const externalId = unionId ? await accounts.userIdOf(unionId) : null
    return externalId ? { externalId } : null
  }

  return {
    platform: 'dingtalk',
    async redeem(code, way) {
      try {
        return await (way === 'client' ? byClient(code) : byBrowser(code))
      } catch (error) {
        if (error instanceof PlatformError && [...badCodes, ...nobodyCodes].includes(error.code)) return null
        throw error
      }
    },
  }
}

/** What a page needs in DingTalk's client, and where a browser signs in. */
export function createBridge(
  settings: DingtalkSettings,
  deps: { client: DingtalkClient; state: SharedState; clock: Clock; ids: Ids },
): PageBridge {
  const { client, state, clock, ids } = deps
  const { corpId, clientId, agentId, loginUrl } = settings

  /** @see https://open.dingtalk.com/document/orgapp/obtain-jsapi_ticket */
  const ticket = (): Promise<string> =>
    state.token(`dingtalk:jsapi:${clientId}`, async () => {
      const answer = await client.api('POST', '/v1.0/oauth2/jsapiTickets', { body: {} })
      const value = textOf(answer, 'jsapiTicket')
      if (!value) throw platformError('odd_body')
      return { value, lifeMs: (Number(textOf(answer, 'expireIn')) || 7200) * 1000 }
    })

  return {
    platform: 'dingtalk',
    publicIds: { corpId, clientId, ...(agentId ? { agentId } : {}) },
    signInUrl({ returnTo, state: stateWord }) {
      const query = new URLSearchParams({
        redirect_uri: returnTo,
        response_type: 'code',
        client_id: clientId,
        // With corpid the platform asks for the company, and says it with the token.
        scope: 'openid corpid',
        state: stateWord,
        prompt: 'consent',
      })
      return `${loginUrl}/oauth2/auth?${query.toString()}`
    },
    /** @see https://open.dingtalk.com/document/orgapp/jsapi-authentication */
    async sign(address) {
      const nonce = ids.secret().slice(0, 16)
      const timestamp = clock.now().getTime()
      const url = address.split('#')[0] ?? address
      return { timestamp, nonce, signature: signPage({ ticket: await ticket(), nonce, timestamp, url }) }
    },
  }
}
