import { createServer, type IncomingHttpHeaders } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Router } from '@koa/router'
import Koa from 'koa'
import type { Platform } from '../../core/ports/platform.js'
import { createInProcessState } from '../../adapters/shared-state/in-process.js'
import { systemClock } from '../../core/ports/clock.js'
import { createApi } from '../../miniapp/api/api.js'
import type { ApiDeps } from '../../miniapp/api/deps.js'
import { startCore, type TestCore } from './test-core.js'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * The pages' API on a port of its own, over a real core on a database of its own. `signIn` redeems a code as the
 * sandbox would issue it; the built pages are served when `pages` names their folder. `given`
 * takes the place of what the API is handed otherwise.
 */
export async function startMiniapp({
  pages,
  test,
  given = {},
}: { pages?: string; test?: TestCore; given?: Partial<ApiDeps> } = {}) {
  const own = test ?? (await startCore())
  const { core } = own
  const codes = new Map<string, string>()
  const files = new Map<string, Buffer>()
  const ending = new AbortController()
  const api = createApi({
    core,
    identities: {
      sandbox: {
        platform: 'sandbox' as Platform,
        async redeem(code) {
          const externalId = codes.get(code)
          codes.delete(code)
          return externalId === undefined ? null : { externalId }
        },
      },
    },
    state: createInProcessState(() => systemClock.now().getTime()),
    fileStore: {
      put: async (id, bytes) => void files.set(id, bytes),
      get: async (id) => files.get(id) ?? null,
      remove: async (id) => void files.delete(id),
    },
    secureCookies: false,
    config: { timeZone: 'Asia/Shanghai' },
    signal: ending.signal,
    ...given,
    log: {
      error: (about, message) => process.stderr.write(`${message} ${String(Object.values(about)[0])}\n`),
    },
  })
  const app = new Koa()
  app.use(new Router().use('/api', api.routes(), api.allowedMethods()).routes())
  if (pages) app.use((ctx) => servePage(pages, ctx))
  const server = createServer((request, response) => void app.callback()(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const origin = `http://127.0.0.1:${address.port}`

  /** A code that signs this account in once. */
  function issueCode(externalId: string): string {
    const code = core.ids.secret()
    codes.set(code, externalId)
    return code
  }

  return {
    ...own,
    origin,
    files,
    issueCode,
    api: (cookie = '') => client(origin, cookie),
    /** Signs an account in and gives a client with its cookie. */
    async signIn(externalId: string) {
      const code = issueCode(externalId)
      const answer = await client(origin, '').post('/session', { platform: 'sandbox', code })
      const cookie = String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? ''
      return { ...client(origin, cookie), cookie, me: answer.body }
    },
    async end(): Promise<void> {
      ending.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (!test) await own.close()
    },
  }
}

export type MiniappHost = Awaited<ReturnType<typeof startMiniapp>>

/** Speaks to the API as a page does. */
function client(origin: string, cookie: string) {
  async function ask<Shape = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { 'x-genjin': '1' },
  ) {
    const isBytes = body instanceof Uint8Array
    const response = await fetch(`${origin}/api${path}`, {
      method,
      headers: {
        cookie,
        ...(body === undefined || isBytes ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const answered: IncomingHttpHeaders = Object.fromEntries(response.headers)
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: answered,
      text,
      body: (isJson ? JSON.parse(text) : {}) as Shape,
    }
  }
  return {
    ask,
    get: <Shape = Record<string, unknown>>(path: string) => ask<Shape>('GET', path),
    post: <Shape = Record<string, unknown>>(path: string, body: unknown = {}) =>
      ask<Shape>('POST', path, body),
    patch: <Shape = Record<string, unknown>>(path: string, body: unknown) => ask<Shape>('PATCH', path, body),
  }
}

async function servePage(folder: string, ctx: Koa.Context): Promise<void> {
  const path = ctx.path.replace(/^\/app\//, '')
  const file = extname(path) && !path.includes('..') ? path : 'index.html'
  ctx.set(
    'content-security-policy',
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'",
  )
  ctx.type = types[extname(file)] ?? 'application/octet-stream'
  ctx.body = await readFile(join(folder, file))
}
