import type { Problem } from '../../contract/common.js'
import { setServerTime } from './clock.js'
import { texts } from './texts.js'

/** A request that was refused or could not be made. `status` 0: no answer. */
export class RequestFailed extends Error {
  readonly status: number
  readonly problem: Problem
  constructor(status: number, problem: Problem) {
    super(problem.message)
    this.name = 'RequestFailed'
    this.status = status
    this.problem = problem
  }
}

let onSignedOut: () => void = () => {}

/** Calls back when the server says that there is no session any more. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback
}

interface Options {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  signal?: AbortSignal
  headers?: Record<string, string>
}

/** Asks the API. @throws RequestFailed, with a sentence that can be shown as it is; AbortError when cancelled. */
export async function ask<Answer>(path: string, { method = 'GET', body, signal, headers }: Options = {}) {
  const isFile = body instanceof Blob
  let response: Response
  try {
    response = await fetch(`/api${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        ...(method === 'GET' ? {} : { 'x-genjin': '1' }),
        ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new RequestFailed(0, { code: 'network', message: texts.problems.network })
  }
  setServerTime(response.headers.get('x-now'))
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as Answer
  const problem = isProblem(answer) ? answer : { code: 'unknown', message: texts.problems.unknown }
  if (response.status === 401 && problem.code === 'session.needed') onSignedOut()
  throw new RequestFailed(response.status, problem)
}

export const post = <Answer = { ok: true }>(path: string, body: unknown = {}): Promise<Answer> =>
  ask<Answer>(path, { method: 'POST', body })

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value
