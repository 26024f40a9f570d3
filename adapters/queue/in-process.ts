import type { Queue, WorkKind } from '../../core/ports/queue.js'

export interface InProcessQueue extends Queue {
  /** Does this kind of work now and resolves when it is done, with what was pushed meanwhile. */
  run(kind: WorkKind): Promise<void>
}

interface Lane {
  run: (() => Promise<void>) | null
  running: Promise<void> | null
  again: boolean
}

/**
 * The queue of a single process: a push calls the handler. Pushes while it runs make it run once more, so a burst costs
 * one extra run and nothing piles up in memory.
 */
export function createInProcessQueue({
  onError,
}: {
  onError: (kind: WorkKind, error: unknown) => void
}): InProcessQueue {
  const lanes = new Map<WorkKind, Lane>()
  let closed = false

  const laneOf = (kind: WorkKind): Lane => {
    const lane = lanes.get(kind) ?? { run: null, running: null, again: false }
    lanes.set(kind, lane)
    return lane
  }

  function start(kind: WorkKind, lane: Lane): void {
    const { run } = lane
    if (!run) return
    lane.again = false
    lane.running = (async () => {
      // Out of the pusher's call stack and its unit of work.
      await new Promise((resolve) => setImmediate(resolve))
      try {
        await run()
      } catch (error) {
        onError(kind, error)
      }
      lane.running = null
      if (lane.again && !closed) start(kind, lane)
    })()
  }

  function push(kind: WorkKind): void {
    if (closed) return
    const lane = laneOf(kind)
    if (lane.running) lane.again = true
    else start(kind, lane)
  }

  return {
    push,
    pushHere: push,
    handle(kind, run) {
      laneOf(kind).run = run
    },
    async run(kind) {
      push(kind)
      for (const lane = laneOf(kind); lane.running;) await lane.running
    },
    async idle() {
      for (let waited = false; ; waited = true) {
        const running = [...lanes.values()].flatMap((lane) => lane.running ?? [])
        if (running.length === 0) return waited
        await Promise.all(running)
      }
    },
    state: () => 'off',
    async close() {
      closed = true
      await Promise.all([...lanes.values()].flatMap((lane) => lane.running ?? []))
    },
  }
}
