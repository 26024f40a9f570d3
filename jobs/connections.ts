import type { Leases } from '../core/db/leases.js'
import type { Channel } from '../core/ports/inbound.js'
import type { JobLog } from './job-log.js'
import { createLeader } from './leader.js'

export interface ConnectionsDeps {
  channels: readonly Channel[]
  leases: Leases
  /** This process. */
  holder: string
  log: JobLog
}

/**
 * Long connections of the platforms, each platform's held by one process: WeCom's AI bot allows one connection, and the
 * others would hand one event to any of several. The next process connects when the holder has disconnected or its
 * lease has ended.
 */
export function createConnections({ channels, leases, holder, log }: ConnectionsDeps) {
  const leaders = channels.flatMap((channel) => {
    const { connect, disconnect, platform } = channel
    if (!connect) return []
    return createLeader({
      leases,
      holder,
      log,
      name: `connection:${platform}`,
      onHeld: () => connect.call(channel),
      onLost: async () => disconnect?.call(channel),
    })
  })
  return {
    start() {
      for (const leader of leaders) leader.start()
    },
    async stop(): Promise<void> {
      await Promise.all(leaders.map((leader) => leader.stop()))
    },
  }
}
