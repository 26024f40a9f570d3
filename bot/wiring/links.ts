import { createInProcessQueue } from '../../adapters/queue/in-process.js'
import { createInProcessState } from '../../adapters/shared-state/in-process.js'
import { systemClock } from '../../core/ports/clock.js'
import type { Queue, WorkKind } from '../../core/ports/queue.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import type { Log } from '../log.js'

/** What ties the processes of an installation together. */
export interface Links {
  queue: Queue
  state: SharedState
  close(): Promise<void>
}

const now = () => systemClock.now().getTime()

/**
 * Redis where there are several processes, else the memory of this one.
 *
 * @throws ConfigError when Redis cannot be used at the start; later it may come and go.
 */
export async function openLinks(
  redisUrl: string | null,
  { self, log, onFailure }: { self: string; log: Log; onFailure: (kind: WorkKind) => void },
): Promise<Links> {
  const onError = (kind: WorkKind, error: unknown) => {
    onFailure(kind)
    log.error({ kind, err: error }, 'a kind of work failed')
  }
  if (redisUrl === null) {
    const state = createInProcessState(now)
    return { queue: createInProcessQueue({ onError }), state, close: () => state.close() }
  }
  // Loaded when it is needed: a single process pays nothing for it.
  const { connectRedis } = await import('../../adapters/shared-state/redis-connection.js')
  const { createRedisState } = await import('../../adapters/shared-state/redis.js')
  const { createRedisQueue } = await import('../../adapters/queue/redis.js')
  const redis = await connectRedis(redisUrl, log)
  const state = createRedisState({ redis, self, now, log })
  return {
    queue: createRedisQueue({ redis, log, onError }),
    state,
    async close() {
      await state.close()
      await redis.close()
    },
  }
}
