import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { send } from '@koa/send'
import { Router } from '@koa/router'
import Koa from 'koa'
import helmet from 'koa-helmet'
import { inLogContext } from '../core/log-context.js'
import type { Log } from './log.js'

export interface ServerDeps {
  log: Log
  trustProxy: boolean
  /** Folder of the built pages: `web` for the mini-app, `console` for the sandbox. */
  dist: string
  api: Router
  forms: Router
  /** The sandbox's own routes; null where it is off. */
  sandbox: Router | null
  /** Host names that requests may name; null for any. See `onlyKnownHosts`. */
  hosts: ReadonlySet<string> | null
  /** Makes the id of a request. */
  nextId: () => string
  /** Health, readiness and numbers. */
  ops: Koa.Middleware
  /** Measures requests. */
  measure: Koa.Middleware
  /** Addresses of the platforms' scripts that pages may load in their clients. */
  scripts?: readonly string[]
}

/** The HTTP side: headers, request ids, the routers and the built pages. */
export function createServer({
  log,
  trustProxy,
  dist,
  api,
  forms,
  sandbox,
  hosts,
  nextId,
  ops,
  measure,
  scripts = [],
}: ServerDeps): Koa {
  const app = new Koa({ proxy: trustProxy })
  // What the client's end of a broken connection says, mostly: our own failures are logged where they happen.
  app.on('error', (error: unknown) => log.debug({ err: error }, 'a response could not be finished'))
  app.use(measure)
  app.use(requests(log, nextId))
  app.use(headers(scripts))
  if (hosts) app.use(onlyKnownHosts(hosts))
  // The sandbox plays another company's server: it reads its bodies itself and comes before everything else.
  if (sandbox) app.use(sandbox.routes()).use(sandbox.allowedMethods())
  app.use(new Router().use('/api', api.routes(), api.allowedMethods()).routes())
  app.use(forms.routes()).use(forms.allowedMethods())
  app.use(ops)
  app.use(async (ctx, next) => {
    if (!/^\/(api|intake|hooks|sandbox)(\/|$)/.test(ctx.path)) return next()
    // To a program an unknown address is an error, never a page.
    ctx.status = 404
    ctx.body = { message: '没有这个地址' }
  })
  app.use(pages('/app', join(dist, 'web')))
  if (sandbox) app.use(pages('', join(dist, 'console')))
  else app.use((ctx) => (ctx.path === '/' ? ctx.redirect('/app/') : undefined))
  return app
}

/** The HTTP side of a process without pages: what its operator asks it. */
export function createOpsServer({ log, nextId, ops }: Pick<ServerDeps, 'log' | 'nextId' | 'ops'>): Koa {
  return new Koa().use(requests(log, nextId)).use(headers()).use(ops)
}

/** One line a request without query or body, and one calm answer when something broke. */
function requests(log: Log, nextId: () => string): Koa.Middleware {
  return async (ctx, next) => {
    const requestId = nextId()
    ctx.state['requestId'] = requestId
    ctx.set('x-request-id', requestId)
    const started = performance.now()
    try {
      await inLogContext({ requestId }, next)
    } catch (error) {
      const status =
        typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
          ? error.status
          : 500
      ctx.status = status
      ctx.body = { message: status >= 500 ? '系统暂时没能处理，请稍后再试' : '请求不正确' }
      if (status >= 500) log.error({ requestId, path: ctx.path, err: error }, 'a request failed')
    }
    log.debug(
      {
        requestId,
        method: ctx.method,
        path: ctx.path,
        status: ctx.status,
        ms: Math.round(performance.now() - started),
      },
      'request',
    )
  }
}

/**
 * The sandbox asks nobody who they are: it is guarded by listening on this machine only. A web page that points a name
 * of its own at this address (DNS rebinding) would get around that, were any Host header good.
 */
function onlyKnownHosts(hosts: ReadonlySet<string>): Koa.Middleware {
  return async (ctx, next) => {
    if (hosts.has(ctx.hostname)) return next()
    ctx.status = 421
    ctx.body = { message: '请用启动时打印的网址打开' }
  }
}

/**
 * Helmet without what breaks us: the console and desktop clients frame the pages, and an installation in a local
 * network has no https to upgrade to.
 */
function headers(scripts: readonly string[] = []): Koa.Middleware {
  const scriptHosts = [...new Set(scripts.map((script) => new URL(script).origin))]
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", ...scriptHosts],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        frameSrc: ["'self'"],
        frameAncestors: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    xFrameOptions: false,
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  })
}

/** Built files; names with a content hash may be kept for ever, the page itself is asked for every time. */
function pages(prefix: string, root: string): Koa.Middleware {
  const index = join(root, 'index.html')
  return async (ctx, next) => {
    const isOurs = ctx.path === prefix || ctx.path.startsWith(`${prefix}/`)
    if (!isOurs || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    const path = ctx.path.slice(prefix.length)
    if (extname(path)) {
      if (!existsSync(join(root, path))) return next()
      const isHashed = path.startsWith('/assets/')
      await send(ctx, path, { root, maxage: isHashed ? 31_536_000_000 : 0, immutable: isHashed })
      return
    }
    if (!existsSync(index)) {
      ctx.status = 503
      ctx.body = 'The pages are not built yet: npm run build'
      return
    }
    const setHeaders = (response: { setHeader(name: string, value: string): unknown }) =>
      response.setHeader('cache-control', 'no-cache')
    await send(ctx, 'index.html', { root, setHeaders })
  }
}
