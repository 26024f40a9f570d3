import type { Middleware } from 'koa'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Core } from '../core/app.js'
import { readBacklog } from '../core/reports/backlog.js'

export interface MetricsDeps {
  core: Core
  redis: () => 'off' | 'ok' | 'away'
}

export type Metrics = ReturnType<typeof createMetrics>

/** Reading the tables costs: askers within this time get the same numbers. */
const keepMs = 5000
const httpBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5]
const latenessBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

/** Numbers for Prometheus. Names and units as it wants them: `genjin_` and seconds. */
export function createMetrics({ core, redis }: MetricsDeps) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const http = new Histogram({
    name: 'genjin_http_seconds',
    help: 'Time to answer a request.',
    labelNames: ['area', 'status'],
    buckets: httpBuckets,
    registers,
  })
  const acks = new Histogram({
    name: 'genjin_webhook_ack_seconds',
    help: 'Time from a platform’s callback to its acknowledgement.',
    labelNames: ['platform'],
    buckets: httpBuckets,
    registers,
  })
  const lateness = new Histogram({
    name: 'genjin_deadline_late_seconds',
    help: 'How late steps of deadlines fired in this process.',
    buckets: latenessBuckets,
    registers,
  })
  const failures = new Counter({
    name: 'genjin_work_failures_total',
    help: 'Runs of a kind of work that failed as a whole in this process.',
    labelNames: ['kind'],
    registers,
  })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  const oldest = gauge('genjin_oldest_due_seconds', 'Age of the oldest row that is due.', ['queue'])
  const due = gauge('genjin_due', 'Rows that are due.', ['queue'])
  const dead = gauge('genjin_dead', 'Rows that were given up or keep failing, until somebody looks.', [
    'queue',
  ])
  const deliveries = gauge('genjin_deliveries', 'Deliveries queued in the last 24 hours.', [
    'platform',
    'state',
  ])
  const redisUp = gauge('genjin_redis_up', '1 while Redis answers, 0 while it is away; absent without Redis.')
  const readable = gauge('genjin_database_up', '1 when the tables could be read for these numbers.')

  async function readTables(): Promise<void> {
    try {
      const backlog = await core.read((tx) => readBacklog(tx, core.clock.now()))
      for (const { queue, due: count, oldestMs, dead: lost } of backlog.queues) {
        due.set({ queue }, count)
        oldest.set({ queue }, oldestMs / 1000)
        dead.set({ queue }, lost)
      }
      deliveries.reset()
      for (const { platform, state, count } of backlog.deliveries) deliveries.set({ platform, state }, count)
      readable.set(1)
    } catch {
      readable.set(0)
    }
    const state = redis()
    if (state !== 'off') redisUp.set(state === 'ok' ? 1 : 0)
    else redisUp.remove()
  }

  let reading: { at: number; done: Promise<void> } | null = null
  return {
    contentType: registry.contentType,
    async text(): Promise<string> {
      const at = performance.now()
      if (!reading || at - reading.at > keepMs) reading = { at, done: readTables() }
      await reading.done
      return registry.metrics()
    },
    deadlineFired: (lateMs: number): void => lateness.observe(Math.max(0, lateMs) / 1000),
    workFailed: (kind: string): void => failures.inc({ kind }),
    /** A platform's callback was answered; its path begins with the platform. */
    hookAnswered(path: string, status: number, ms: number): void {
      http.observe({ area: 'hooks', status: `${Math.floor(status / 100)}xx` }, ms / 1000)
      acks.observe({ platform: path.split('/')[0] ?? path }, ms / 1000)
    },
    /** Measures every other request. Long streams count as answered when they begin. */
    measure(): Middleware {
      return async (ctx, next) => {
        const started = performance.now()
        try {
          await next()
        } finally {
          const seconds = (performance.now() - started) / 1000
          const [, first = ''] = ctx.path.split('/')
          const area = areas.has(first) ? first : 'other'
          http.observe({ area, status: `${Math.floor(ctx.status / 100)}xx` }, seconds)
        }
      }
    },
  }
}

const areas: ReadonlySet<string> = new Set(['api', 'app', 'hooks', 'intake', 'sandbox'])
