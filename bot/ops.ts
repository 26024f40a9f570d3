import { createHash, timingSafeEqual } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import type { Context, Middleware } from 'koa'
import type { Core } from '../core/app.js'
import { select } from '../core/db/sql.js'
import type { Metrics } from './metrics.js'

export interface ReadinessDeps {
  core: Core
  dataDir: string
  services: readonly string[]
  /** Names of the migrations that this version knows. */
  migrations: readonly string[]
  redis: () => 'off' | 'ok' | 'away'
  isStopping: () => boolean
}

/** What this process says about itself. Redis may be away and the disk low: it works on, somebody should look. */
export interface Readiness {
  ready: boolean
  services: readonly string[]
  stopping: boolean
  database: 'ok' | 'away'
  /** `behind`: tables are missing; `ahead`: a newer version has changed them, replace this process soon. */
  migrations: 'ok' | 'behind' | 'ahead' | 'unknown'
  redis: 'off' | 'ok' | 'away'
  disk: 'ok' | 'low' | 'unknown'
}

const lowDiskBytes = 200 * 1024 * 1024
const databaseMs = 3000

export function createReadiness(deps: ReadinessDeps): () => Promise<Readiness> {
  const { core, dataDir, services, migrations: known, redis, isStopping } = deps
  return async () => {
    const applied = await within(
      databaseMs,
      core.read((tx) => select<{ name: string }>(tx, 'SELECT name FROM migrations')),
    )
    const names = new Set(applied?.map((row) => row.name))
    const missing = known.some((name) => !names.has(name))
    const migrations = !applied ? 'unknown' : missing ? 'behind' : names.size > known.length ? 'ahead' : 'ok'
    return {
      ready: applied !== null && !missing && !isStopping(),
      services,
      stopping: isStopping(),
      database: applied ? 'ok' : 'away',
      migrations,
      redis: redis(),
      disk: await diskOf(dataDir),
    }
  }
}

/** `/healthz`: it lives. `/readyz`: send it work. `/metrics`: with the token, else for this machine only. */
export function createOps({
  readiness,
  metrics,
  token,
}: {
  readiness: () => Promise<Readiness>
  metrics: Metrics
  token: string | null
}): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/healthz') ctx.body = 'ok'
    else if (ctx.path === '/readyz') {
      const state = await readiness()
      ctx.status = state.ready ? 200 : 503
      ctx.body = state
    } else if (ctx.path === '/metrics') {
      if (!mayRead(ctx, token)) {
        // To somebody who may not read it there is nothing here.
        ctx.status = 404
        ctx.body = { message: '没有这个地址' }
        return
      }
      ctx.body = await metrics.text()
      ctx.type = metrics.contentType
    } else await next()
  }
}

const local: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

function mayRead(ctx: Context, token: string | null): boolean {
  if (token) return isSame(ctx.get('authorization'), `Bearer ${token}`)
  // A proxy on this machine passes on strangers; it says so in a header.
  const isForwarded = ctx.get('x-forwarded-for') !== '' || ctx.get('forwarded') !== ''
  return !isForwarded && local.has(ctx.req.socket.remoteAddress ?? '')
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

async function diskOf(folder: string): Promise<Readiness['disk']> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize < lowDiskBytes ? 'low' : 'ok'
  } catch {
    return 'unknown'
  }
}

/** Null when it fails or takes too long. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), ms)
  })
  try {
    return await Promise.race([work.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}
