import { setTimeout as pause } from 'node:timers/promises'
import { Queue as BullQueue, Worker, type Job } from 'bullmq'
import type { Queue, WorkKind } from '../../core/ports/queue.js'
import type { RedisConnection, RedisLog } from '../shared-state/redis-connection.js'
import { createInProcessQueue } from './in-process.js'

export interface RedisQueueDeps {
  redis: RedisConnection
  log: RedisLog
  onError: (kind: WorkKind, error: unknown) => void
  prefix?: string
}

/**
 * What any process may do. An event is worked on by the process that stored it, which holds its lease, and deadlines by
 * the elected one: for both a push stays here.
 */
const anybodys: ReadonlySet<WorkKind> = new Set(['relay', 'deliveries'])
/** A job is "look at this kind"; one whose process died is handed out again after this long. The sweep is faster. */
const lockMs = 5000
const closeMs = 2000

interface Lane {
  queue: BullQueue
  worker: Worker | null
  /** Pushes while one is on its way to Redis are told by one more. */
  adding: Promise<void> | null
  again: boolean
}

/**
 * The queue of several processes: BullMQ hands each push to a process that is free. At most one job of a kind waits, so
 * a burst fills neither Redis nor memory. While Redis is away, or after it was emptied, every process still works on
 * what its own sweep finds.
 */
export function createRedisQueue({ redis, log, onError, prefix = 'genjin' }: RedisQueueDeps): Queue {
  const here = createInProcessQueue({ onError })
  const lanes = new Map<WorkKind, Lane>()
  let closed = false
  let ending: Promise<void> | undefined

  function laneOf(kind: WorkKind): Lane {
    const known = lanes.get(kind)
    if (known) return known
    const queue = new BullQueue(kind, {
      connection: redis.commands,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    })
    queue.on('error', () => undefined)
    const lane: Lane = { queue, worker: null, adding: null, again: false }
    lanes.set(kind, lane)
    return lane
  }

  function work(kind: WorkKind): Worker {
    const worker = new Worker(
      kind,
      async (job: Job) => {
        // From here on a push is news again: it may come after we have looked.
        await job.removeDeduplicationKey()
        await here.run(kind)
      },
      {
        connection: redis.open({ maxRetriesPerRequest: null }),
        prefix,
        lockDuration: lockMs,
        stalledInterval: lockMs,
        // Not a fault of the job: its process died.
        maxStalledCount: 1000,
      },
    )
    // A lost connection is told by the connection; a job that vanished with an emptied Redis needs no word.
    worker.on('error', () => undefined)
    return worker
  }

  function add(kind: WorkKind, lane: Lane): void {
    lane.again = false
    lane.adding = lane.queue
      .add(kind, {}, { deduplication: { id: kind } })
      .then(
        () => undefined,
        // Whoever does this kind of work finds it by the sweep; we need not wait for that.
        () => here.push(kind),
      )
      .then(() => {
        lane.adding = null
        if (lane.again && !closed) add(kind, lane)
      })
  }

  async function end(): Promise<void> {
    closed = true
    await here.close()
    const isAway = !redis.isReady()
    const closing = [...lanes.values()].map(async ({ worker, queue }) => {
      await worker?.close(isAway)
      if (!isAway) await queue.close()
    })
    // A worker whose Redis goes away just now would wait for it without end.
    const results = await Promise.race([Promise.allSettled(closing), pause(closeMs, [], { ref: false })])
    for (const result of results)
      if (result.status === 'rejected') log.warn({ err: result.reason }, 'a queue did not close cleanly')
  }

  return {
    push(kind) {
      if (closed) return
      if (!anybodys.has(kind) || !redis.isReady()) return here.push(kind)
      const lane = laneOf(kind)
      if (lane.adding) lane.again = true
      else add(kind, lane)
    },
    pushHere: here.push,
    handle(kind, run) {
      here.handle(kind, run)
      if (!anybodys.has(kind)) return
      const lane = laneOf(kind)
      lane.worker ??= work(kind)
    },
    async idle() {
      const adding = [...lanes.values()].flatMap((lane) => lane.adding ?? [])
      await Promise.all(adding)
      return (await here.idle()) || adding.length > 0
    },
    state: () => (redis.isReady() ? 'ok' : 'away'),
    close: () => (ending ??= end()),
  }
}
