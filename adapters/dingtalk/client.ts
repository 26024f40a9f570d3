import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { FetchedToken, RateLimit, SharedState } from '../../core/ports/shared-state.js'
import { beforeSending } from '../shared/before-sending.js'
import { platformError, tokenCodes } from './codes.js'
import { callHttp } from './http.js'
import { textOf, type Fields } from './json.js'

const defaultTimeoutMs = 10_000
/** The platform bans an address for five minutes after 10,000 calls in 20 s; this stays below it. */
const addressLimit: RateLimit = { points: 9_000, windowMs: 20_000 }

interface Limit {
  key: string
  limit: RateLimit
}

interface CallOptions {
  query?: Record<string, string>
  body?: object
  /** Counted before the call, beside the address's own limit. */
  limits?: Limit[]
  timeoutMs?: number
}

export type DingtalkClient = ReturnType<typeof createClient>

/**
 * Calls both generations of the API: the new one with the token in a header, the old one with it in the address. A
 * refused token is dropped and the call repeated once with a fresh one.
 */
export function createClient(settings: DingtalkSettings, state: SharedState) {
  const { clientId, clientSecret, apiUrl, oldApiUrl } = settings
  const tokenKey = `dingtalk:token:${clientId}`

  /** @see https://open.dingtalk.com/document/orgapp/obtain-the-access_token-of-an-internal-app */
  async function fetchToken(): Promise<FetchedToken> {
    const body = await open('POST', `${apiUrl}/v1.0/oauth2/accessToken`, {
      body: { appKey: clientId, appSecret: clientSecret },
    })
    const value = textOf(body, 'accessToken')
    if (!value) throw platformError('odd_body')
    return { value, lifeMs: (Number(textOf(body, 'expireIn')) || 7200) * 1000 }
  }

  const token = (): Promise<string> => state.token(tokenKey, fetchToken)

  async function takeAll(limits: Limit[]): Promise<void> {
    for (const { key, limit } of [{ key: 'dingtalk:address', limit: addressLimit }, ...limits]) {
      const waitMs = await state.take(key, limit)
      if (waitMs > 0) throw platformError('rate_limited', { retryAfterMs: waitMs })
    }
  }

  /** A call without the app's token. */
  async function open(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    {
      query = {},
      body,
      limits = [],
      timeoutMs,
      headers = {},
    }: CallOptions & { headers?: Record<string, string> },
  ): Promise<Fields> {
    await takeAll(limits)
    const answer = await callHttp({
      method,
      url: withQuery(url, query),
      headers,
      ...(body ? { body } : {}),
      timeoutMs: timeoutMs ?? defaultTimeoutMs,
    })
    if ('refusal' in answer) throw platformError(answer.refusal.code, { status: answer.refusal.status })
    return answer.body
  }

  async function withToken(
    way: 'new' | 'old',
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    { query = {}, body, limits = [], timeoutMs = defaultTimeoutMs }: CallOptions,
  ): Promise<Fields> {
    for (let isRetry = false; ; isRetry = true) {
      const used = await beforeSending(token())
      await takeAll(isRetry ? [] : limits)
      const answer = await callHttp({
        method,
        url:
          way === 'new'
            ? withQuery(`${apiUrl}${path}`, query)
            : withQuery(`${oldApiUrl}${path}`, { access_token: used, ...query }),
        headers: way === 'new' ? { 'x-acs-dingtalk-access-token': used } : {},
        ...(body ? { body } : {}),
        timeoutMs,
      })
      if ('body' in answer) return answer.body
      const { code, status } = answer.refusal
      if (isRetry || !tokenCodes.includes(code)) throw platformError(code, { status })
      await state.dropToken(tokenKey, used)
    }
  }

  return {
    token,
    open,
    /** New generation: `api.dingtalk.com/v1.0/…`. @throws PlatformError */
    api: (method: 'GET' | 'POST' | 'PUT', path: string, options: CallOptions = {}) =>
      withToken('new', method, path, options),
    /** Old generation: `oapi.dingtalk.com/topapi/…`. @throws PlatformError */
    oldApi: (path: string, body: object = {}, options: Omit<CallOptions, 'body'> = {}) =>
      withToken('old', 'POST', path, { ...options, body }),
  }
}

function withQuery(url: string, query: Record<string, string>): string {
  const search = new URLSearchParams(query).toString()
  return search ? `${url}?${search}` : url
}
