import { z } from 'zod'
import { PlatformError } from '../../core/errors.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { AdapterDeps } from '../platforms.js'
import { beforeSending } from '../shared/before-sending.js'
import { exchange, NoAnswer } from '../shared/exchange.js'
import { meaningOf, tokenCodes } from './codes.js'

/** Whose secret a call is made with; each has a token of its own. */
export type Caller = 'app' | 'customer-service' | 'contacts'

export interface Call<T> {
  caller?: Caller
  path: string
  query?: Record<string, string>
  /** With a body the call is a POST. */
  body?: object
  answer: z.ZodType<T>
}

export type Calls = ReturnType<typeof createCalls>

const timeoutMs = 10_000
/** Half of what a corp may call per API and minute, so that no alignment of our minute and theirs gets over it. */
const perApi = { points: 5_000, windowMs: 60_000 }
const mostBytes = 32 * 1024 * 1024

const envelope = z.looseObject({ errcode: z.number().int(), errmsg: z.string().optional() })
const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() })

/** Calls to WeCom's API: a shared token, one refresh when it is refused, rate limits, and errors by their code. */
export function createCalls(settings: WecomSettings, { state }: Pick<AdapterDeps, 'state'>) {
  const secrets: Record<Caller, string | null> = {
    app: settings.secret,
    'customer-service': settings.customerService?.secret ?? null,
    contacts: settings.contactSecret,
  }
  const tokenKey = (caller: Caller) => `wecom:token:${settings.corpId}:${settings.agentId}:${caller}`

  /** https://developer.work.weixin.qq.com/document/path/91039 */
  const token = (caller: Caller): Promise<string> =>
    state.token(tokenKey(caller), async () => {
      const secret = secrets[caller]
      if (!secret) throw failure('not_configured', false)
      const query = { corpid: settings.corpId, corpsecret: secret }
      const answer = await request({ path: '/cgi-bin/gettoken', query, answer: tokenAnswer })
      return { value: answer.access_token, lifeMs: answer.expires_in * 1000 }
    })

  async function request<T>(call: Call<T>): Promise<T> {
    const wait = await state.take(`wecom:api:${settings.corpId}:${call.path}`, perApi)
    if (wait > 0) throw failure('rate_limited', true, wait)
    const url = new URL(call.path, settings.apiUrl)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    const result = readJson(await fetchText(url, call.body))
    const { errcode } = result
    if (errcode !== 0) throw refusal(errcode)
    const read = call.answer.safeParse(result)
    if (!read.success) throw failure('bad_answer', true)
    return read.data
  }

  return {
    /** Forgets nothing and fetches at most once: for the doctor. */
    token,

    /**
     * @throws PlatformError with WeCom's code, or `timeout` (it left, its outcome is unknown), `unreachable` (it did
     * not leave), `bad_answer` (HTML, nothing, or another shape), `rate_limited` (our own limit), `not_configured`.
     */
    async call<T>(call: Call<T>): Promise<T> {
      const caller = call.caller ?? 'app'
      const first = await beforeSending(token(caller))
      const withToken = (value: string) => ({ ...call, query: { access_token: value, ...call.query } })
      try {
        return await request(withToken(first))
      } catch (err) {
        if (!(err instanceof PlatformError) || !tokenCodes.has(Number(err.code))) throw err
        await state.dropToken(tokenKey(caller), first)
        return request(withToken(await beforeSending(token(caller))))
      }
    },
  }
}

async function fetchText(url: URL, body: object | undefined): Promise<string> {
  const { status, text } = await exchange({
    ...(body === undefined
      ? { method: 'GET' }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    url,
    timeoutMs,
    mostBytes,
  }).catch((err: unknown) => {
    if (!(err instanceof NoAnswer)) throw err
    const code = err.isTooLarge ? 'bad_answer' : err.left ? 'timeout' : 'unreachable'
    throw failure(code, true, undefined, err)
  })
  // A gateway's 5xx says nothing about what became of the request behind it.
  if (status >= 500) throw failure('timeout', true)
  if (status === 429) throw failure('45009', true, 60_000)
  return text
}

function readJson(text: string): z.infer<typeof envelope> {
  try {
    // gettoken and a few others leave the code out when all is well in private deployments.
    const value: unknown = JSON.parse(text)
    return envelope.parse(isObject(value) && !('errcode' in value) ? { ...value, errcode: 0 } : value)
  } catch {
    throw failure('bad_answer', true)
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A result code as an error. */
export function refusal(errcode: number): PlatformError {
  const { retryable, retryAfterMs } = meaningOf(errcode)
  return failure(String(errcode), retryable, retryAfterMs)
}

export function failure(
  code: string,
  retryable: boolean,
  retryAfterMs?: number,
  cause?: unknown,
): PlatformError {
  return new PlatformError({
    platform: 'wecom',
    code,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(cause === undefined ? {} : { cause }),
  })
}
