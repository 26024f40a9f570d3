import { exchange, NoAnswer } from '../shared/exchange.js'
import { platformError } from './codes.js'
import { isObject, textOf, type Fields } from './json.js'

const mostAnswerBytes = 8 * 1024 * 1024

/** One call as it goes over the wire. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers: Record<string, string>
  body?: object
  timeoutMs: number
}

/** An answer that says no, in either generation's shape. */
export interface Refusal {
  code: string
  status: number
}

/**
 * Makes one call and reads its answer, whatever it is: new-style errors are a status with `{code, message}`, old-style
 * ones are 200 with `{errcode, errmsg}`, and an address that called too much is answered with HTML or with
 * `{status: 1111, punish: 'deny'}`.
 *
 * @throws PlatformError `unreachable` (nothing left), `timeout` (it left, the outcome is unknown), `ip_banned`, `odd_body`
 */
export async function callHttp(call: HttpCall): Promise<{ body: Fields } | { refusal: Refusal }> {
  const { status, text } = await answerTo(call)
  const body = parse(text)
  if (!body) {
    // An edge server in front of the API answers with a page of its own, also when it bans the address.
    if (status === 504 || status === 408) throw platformError('timeout')
    throw platformError('odd_body', { status })
  }
  if (textOf(body, 'status') === '1111') {
    const minutes = Number(textOf(body, 'wait'))
    throw platformError('ip_banned', minutes > 0 && minutes <= 60 ? { retryAfterMs: minutes * 60_000 } : {})
  }
  const errcode = textOf(body, 'errcode')
  if (errcode !== '' && errcode !== '0') {
    // 88 wraps failures of the token; what really happened is below it.
    const inner = errcode === '88' ? textOf(body, 'sub_code') : ''
    return { refusal: { code: inner || errcode, status } }
  }
  if (status >= 400) return { refusal: { code: textOf(body, 'code') || `http_${status}`, status } }
  return { body }
}

async function answerTo(call: HttpCall): Promise<{ status: number; text: string }> {
  try {
    return await exchange({
      method: call.method,
      url: call.url,
      headers: { ...(call.body ? { 'content-type': 'application/json' } : {}), ...call.headers },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      timeoutMs: call.timeoutMs,
      mostBytes: mostAnswerBytes,
    })
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    throw platformError(error.left ? 'timeout' : 'unreachable', { cause: error })
  }
}

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
