import type { Leases } from '../../core/db/leases.js'
import type { Finding } from '../../core/ports/doctor.js'
import type { Log } from '../log.js'

interface NeighbourDeps {
  leases: Leases
  /** This process: unique. */
  self: string
  /** Where it runs, for people: host and process id. */
  place: string
  /** Whether it shares Redis with others. */
  isShared: boolean
  log: Pick<Log, 'info' | 'warn'>
}

const kind = 'process'
const lookEveryMs = 10_000
/** Three looks: a busy moment is no end. */
const leaseMs = 30_000

/**
 * Notices other processes on one database server where they do not share Redis: then each has rate limits, access
 * tokens and open pages of its own, and holds the platforms' connections beside the other. Each process keeps a row
 * alive; one that was seen to be renewed is another process that runs. What a crash has left is not renewed and says
 * nothing.
 *
 * It warns and does not refuse to start: while a release is replaced the new process runs beside the old one for a
 * moment, and a right process must not stay away for the sake of a forgotten one. Rows stay whole either way, by their
 * leases.
 */
export function createNeighbours({ leases, self, place, isShared, log }: NeighbourDeps) {
  const name = `${kind}@${self}`
  const holder = `${isShared ? 'shared' : 'alone'} ${place}`.slice(0, 64)
  /** When each row ended as it was seen first. */
  const firstSeen = new Map<string, number>()
  let others: string[] = []
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    await leases.hold(name, holder, leaseMs)
    const rows = (await leases.live(kind)).filter((row) => row.name !== name)
    const running = rows.filter((row) => {
      const endsAt = row.expiresAt.getTime()
      const seen = firstSeen.get(row.name)
      if (seen === undefined) firstSeen.set(row.name, endsAt)
      return seen !== undefined && seen !== endsAt
    })
    for (const known of firstSeen.keys()) if (!rows.some((row) => row.name === known)) firstSeen.delete(known)
    const apart = running.filter((row) => !isShared || row.holder.startsWith('alone '))
    tell(apart.map((row) => row.holder.slice(row.holder.indexOf(' ') + 1)).sort())
  }

  function tell(now: string[]): void {
    const before = others
    others = now
    if (now.length > 0 && before.length === 0)
      log.warn(
        { others: now },
        'another process runs on this database without the same Redis: stop it, or set REDIS_URL for all of them',
      )
    if (now.length === 0 && before.length > 0) log.info({}, 'this process is alone on its database again')
  }

  const lookSafely = () =>
    look().catch((error: unknown) => log.warn({ err: error }, 'the look for other processes failed'))

  return {
    look,
    /** Looks now and every ten seconds. */
    start() {
      looking = lookSafely()
      timer = setInterval(() => {
        looking = lookSafely()
      }, lookEveryMs)
      timer.unref()
    },
    async stop(): Promise<void> {
      clearInterval(timer)
      await looking
      await leases.release(name, holder).catch(() => undefined)
    },
    /** For the page that says how the installation is. */
    findings(): Finding[] {
      if (others.length === 0) return []
      return [
        {
          check: 'processes.apart',
          state: 'warning',
          found: `还有别的程序在用这个数据库，彼此没有共用 Redis（${others.join('、')}）：限速各算各的，别处的改动也不会立刻显示在页面上`,
          mend: '如果是忘了停的旧程序，请停掉它；要同时运行几个，请给每个都设置同一个 REDIS_URL。',
        },
      ]
    },
  }
}
