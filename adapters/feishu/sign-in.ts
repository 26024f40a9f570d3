import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { Identity, PageBridge } from '../../core/ports/identity.js'
import type { Ids } from '../../core/ports/ids.js'
import type { FeishuSettings } from '../../core/ports/platform-settings.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { signPage } from '../shared/page-signature.js'
import type { FeishuCalls } from './calls.js'
import { failure, type FeishuClient } from './client.js'
import { objectField, textField } from './json.js'

interface SignInDeps {
  settings: FeishuSettings
  client: FeishuClient
  calls: FeishuCalls
  state: SharedState
  clock: Clock
  ids: Ids
}

/** The code is unknown, used, too old, of another app, or its owner may not use this one. */
const nobody: ReadonlySet<string> = new Set(['20003', '20004', '20010', '20024', '20063', '20065'])
const tenantLifeMs = 24 * 3_600_000

/** Signs people in by the platform's word. */
export function createIdentity({ settings, client, calls, state }: SignInDeps): Identity {
  /** The company that the app belongs to. @throws PlatformError where neither the settings nor the platform say it. */
  const ownTenant = () =>
    settings.tenantKey ??
    state.token(`feishu:${settings.appId}:tenant`, async () => {
      const value = await calls.tenantKey()
      if (!value) throw failure('bad_answer')
      return { value, lifeMs: tenantLifeMs }
    })

  return {
    platform: 'feishu',
    async redeem(code) {
      const token = await userToken(code)
      if (token === null) return null
      // https://open.feishu.cn/document/server-docs/authentication-management/login-state-management/get
      const user = objectField(
        await client.plain({ method: 'GET', path: '/authen/v1/user_info' }, token),
        'data',
      )
      const account = textField(user, 'open_id')
      // An outsider's account is a real one too: the company decides, not the account.
      if (!account) return null
      if (textField(user, 'tenant_key') !== (await ownTenant())) return 'outsider'
      return { externalId: account }
    },
  }

  /** @see https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token */
  async function userToken(code: string): Promise<string | null> {
    try {
      const answer = await client.plain({
        method: 'POST',
        path: '/authen/v2/oauth/token',
        body: {
          grant_type: 'authorization_code',
          client_id: settings.appId,
          client_secret: settings.appSecret,
          code,
        },
      })
      return textField(answer, 'access_token') || null
    } catch (error) {
      if (error instanceof PlatformError && nobody.has(error.code)) return null
      throw error
    }
  }
}

/** How the pages are at home in the client. */
export function createBridge({ settings, calls, state, clock, ids }: SignInDeps): PageBridge {
  return {
    platform: 'feishu',
    publicIds: { appId: settings.appId },

    /** @see https://open.feishu.cn/document/authentication-management/access-token/obtain-oauth-code */
    signInUrl({ returnTo, state: mark }) {
      const url = new URL('/open-apis/authen/v1/authorize', settings.accountsUrl)
      url.searchParams.set('client_id', settings.appId)
      url.searchParams.set('response_type', 'code')
      url.searchParams.set('redirect_uri', returnTo)
      url.searchParams.set('state', mark)
      return url.href
    },

    /** @see https://open.feishu.cn/document/common-capabilities/web-app/quick-start (step: signature) */
    async sign(url) {
      const ticket = await state.token(`feishu:${settings.appId}:page-ticket`, calls.pageTicket)
      const timestamp = clock.now().getTime()
      const nonce = ids.secret().slice(0, 16)
      const signature = signPage({ ticket, nonce, timestamp, url: url.split('#')[0] ?? url })
      return { timestamp, nonce, signature }
    },
  }
}
