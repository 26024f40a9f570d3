import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet } from './fleet.js'
import type { Fault } from './plan.js'
import { emptyRedis, type ThrowAwayServer } from './servers.js'
import type { Stage } from './stage.js'

/** Lets the planned misfortunes happen, and puts everything right at the end. */
export function createFaults({
  stage,
  fleet,
  say,
}: {
  stage: Stage
  fleet: Fleet
  say: (line: string) => void
}) {
  const underWay = new Set<Promise<void>>()
  /** What is down now; a second stroke on it waits for nothing and does nothing. */
  const down = new Set<string>()

  async function outage(name: string, stop: () => Promise<void>, forMs: number, mend: () => Promise<void>) {
    if (down.has(name)) return
    down.add(name)
    try {
      await stop()
      await pause(forMs)
    } finally {
      await mend()
      down.delete(name)
    }
  }

  const serverOutage = (
    name: string,
    server: ThrowAwayServer | null,
    forMs: number,
    signal: 'SIGTERM' | 'SIGKILL',
  ) =>
    server
      ? outage(
          name,
          () => server.stop(signal),
          forMs,
          () => server.start(),
        )
      : Promise.resolve()

  async function fillDisk(forMs: number): Promise<void> {
    const { disk } = stage
    if (!disk) return
    await outage(
      'disk',
      async () => {
        if (!disk.fill()) await fleet.limitPages(true)
      },
      forMs,
      async () => {
        disk.free()
        await fleet.limitPages(false)
      },
    )
  }

  async function happen(fault: Fault): Promise<void> {
    switch (fault.do) {
      case 'kill':
        return fleet.kill(fault.process, fault.dieAt)
      case 'jump-clock':
        return fleet.jumpClock(fault.ms)
      case 'fill-disk':
        return fillDisk(fault.forMs)
      case 'stop-database':
        return serverOutage('database', stage.mariadb, fault.forMs, fault.hard ? 'SIGKILL' : 'SIGTERM')
      case 'stop-redis':
        return serverOutage('redis', stage.redis, fault.forMs, 'SIGTERM')
      case 'empty-redis':
        if (stage.redis && !down.has('redis')) await emptyRedis(stage.redis.url).catch(() => undefined)
        return
    }
  }

  return {
    strike(fault: Fault): void {
      say(`fault: ${JSON.stringify(fault)}`)
      const work = happen(fault)
      underWay.add(work)
      void work.finally(() => underWay.delete(work))
    },
    /** Resolves when every server and disk is as it should be. */
    async end(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
