import { PlatformError } from '../../core/errors.js'
import type { FeishuSettings } from '../../core/ports/platform-settings.js'
import type { RateLimit, SharedState } from '../../core/ports/shared-state.js'
import { beforeSending } from '../shared/before-sending.js'
import { exchange, NoAnswer, type Exchange } from '../shared/exchange.js'
import { isRetryable, tokenCodes } from './codes.js'
import { isObject, objectField, textField, type Json } from './json.js'

/** Calls that the platform answers slower than this are given up; their outcome is unknown. */
const timeoutMs = 10_000
/** A limit that frees itself this soon is waited for; a longer one is the caller's to come back from. */
const mostWaitMs = 1_000
const mostWaits = 3
/** Answers are small; what is larger is no answer of this platform. */
const mostAnswerBytes = 8 * 1024 * 1024

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/open-apis`. */
  path: string
  query?: Record<string, string | number | undefined>
  body?: Json
  /** Whose limits the call counts against, before it is sent. */
  limits?: readonly { key: string; limit: RateLimit }[]
}

export type FeishuClient = ReturnType<typeof createClient>

/**
 * Calls the open platform in the app's name. A body with a code other than 0 is an error, whatever the HTTP status;
 * an error status with an unreadable body is one too.
 */
export function createClient({
  settings,
  state,
  pause,
}: {
  settings: FeishuSettings
  state: SharedState
  /** Waits on the machine's clock. */
  pause: (ms: number) => Promise<void>
}) {
  const tokenKey = `feishu:${settings.appId}:token`

  /**
   * The app's token. The platform hands out the same one while it has 30 minutes left, else a new one beside it.
   *
   * @see https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal
   */
  const token = () =>
    state.token(tokenKey, async () => {
      const answer = await request({
        method: 'POST',
        path: '/auth/v3/tenant_access_token/internal',
        body: { app_id: settings.appId, app_secret: settings.appSecret },
      })
      const value = textField(answer, 'tenant_access_token')
      const seconds = Number(textField(answer, 'expire'))
      if (!value || !(seconds > 0)) throw failure('bad_answer')
      return { value, lifeMs: seconds * 1000 }
    })

  async function request(call: Call, bearer?: string): Promise<Json> {
    const url = new URL(`/open-apis${call.path}`, settings.domain)
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    return send(url, {
      method: call.method,
      headers: {
        ...(call.body ? { 'content-type': 'application/json; charset=utf-8' } : {}),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
    })
  }

  async function keepLimits(limits: Call['limits']): Promise<void> {
    for (const { key, limit } of limits ?? []) {
      for (let waits = 0; ; waits += 1) {
        const waitMs = await state.take(`feishu:${settings.appId}:${key}`, limit)
        if (waitMs === 0) break
        if (waitMs > mostWaitMs || waits >= mostWaits) throw failure('rate_limited', { retryAfterMs: waitMs })
        await pause(waitMs)
      }
    }
  }

  async function authorized(call: Call): Promise<Json> {
    await keepLimits(call.limits)
    const bearer = await beforeSending(token())
    try {
      return await request(call, bearer)
    } catch (error) {
      if (!(error instanceof PlatformError) || !tokenCodes.has(error.code)) throw error
      // Expired early, or somebody turned the secret over: one new token, one more try.
      await state.dropToken(tokenKey, bearer)
      return request(call, await beforeSending(token()))
    }
  }

  return {
    token,

    /** @returns the body's `data`; an empty object where there is none. @throws PlatformError */
    call: async (call: Call): Promise<Json> => objectField(await authorized(call), 'data'),

    /** For the few old calls that have no `data`. @returns the whole body. @throws PlatformError */
    whole: authorized,

    /** A call with a token of its own, or none. @returns the whole body. @throws PlatformError */
    plain: (call: Call, bearer?: string): Promise<Json> => request(call, bearer),

    /** Asks where to open the long connection. @throws PlatformError also for an answer without an address. */
    async endpoint(): Promise<{ url: string; config: Json }> {
      const body = await send(new URL('/callback/ws/endpoint', settings.domain), {
        method: 'POST',
        headers: { 'content-type': 'application/json', locale: 'zh' },
        body: JSON.stringify({ AppID: settings.appId, AppSecret: settings.appSecret }),
      })
      const data = objectField(body, 'data')
      const url = textField(data, 'URL')
      if (!url) throw failure('bad_answer')
      return { url, config: objectField(data, 'ClientConfig') }
    },
  }
}

async function send(url: URL, call: Pick<Exchange, 'method' | 'headers' | 'body'>): Promise<Json> {
  const { status, headers, text } = await exchange({
    ...call,
    url,
    timeoutMs,
    mostBytes: mostAnswerBytes,
  }).catch((cause: unknown) => {
    throw cause instanceof NoAnswer ? failure(cause.left ? 'timeout' : 'unreachable', { cause }) : cause
  })
  const body = parsed(text)
  const code = body ? textField(body, 'code') : ''
  if (body && code === '0' && status < 300) return body
  // Gateways answer in HTML of their own: what the platform itself did with the request is not known.
  if (!code || code === '0') throw failure(status >= 500 ? 'timeout' : 'bad_answer')
  const isLimit = code === '99991400' || status === 429
  throw failure(code, {
    retryable: isLimit || isRetryable(code),
    ...(isLimit ? { retryAfterMs: resetMs(headers['x-ogw-ratelimit-reset']) } : {}),
  })
}

/** Seconds to wait, as the gateway tells them; a second where it does not. */
function resetMs(told: string | string[] | undefined): number {
  const seconds = Number(told)
  return seconds > 0 && seconds < 3600 ? seconds * 1000 : 1000
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** The far side, or the way there, said no. */
export function failure(
  code: string,
  more: { retryable?: boolean; retryAfterMs?: number; cause?: unknown } = {},
): PlatformError {
  return new PlatformError({ platform: 'feishu', code, retryable: isRetryable(code), ...more })
}
