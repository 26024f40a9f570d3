import { createLog } from '../../bot/log.js'
import { start, type Running } from '../../bot/main.js'
import { readConfig } from '../../core/config.js'
import { select } from '../../core/db/sql.js'
import { ConfigError } from '../../core/errors.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import { createChaosAdapter } from './adapter.js'
import { chaosPlatforms } from './plan.js'
import { fromParentSchema, type FromParent, type ToParent } from './messages.js'

/**
 * One process of the product as the chaos starts it: `worker.ts <address of the double> <clock offset, ms>`. It is the
 * whole product as `npm start` runs it, with the double's two platforms beside those that the configuration names.
 */
async function run(): Promise<void> {
  const [, , double = '', offset = '0'] = process.argv
  const config = readConfig()
  const clock = createAdjustableClock(Number(offset))
  const adapters = chaosPlatforms.map((platform) => createChaosAdapter(platform, double))
  const running = await start(config, {
    log: createLog(config.logLevel),
    dist: config.dataDir,
    clock,
    adapters,
  })
  process.on('message', (message) => {
    const order = fromParentSchema.parse(message)
    void obey(running, order).then((result) => tell({ answerTo: order.id, result }))
  })
  const stop = () => void running.stop().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  // Nobody is left who would end it.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  tell({ origin: running.origin })
}

/** @returns a number for questions, null for orders; a failure is an answer, too: disks are full here. */
async function obey(running: Running, order: FromParent): Promise<number | null> {
  try {
    switch (order.do) {
      case 'set-clock':
        running.clock.advance(Math.max(0, order.offsetMs - running.clock.offsetMs()))
        running.wake()
        return null
      case 'limit-pages': {
        // Zero pages more than there are now: SQLite takes the present size as the least.
        const pages = order.isFull ? 1 : 1_073_741_823
        await running.core.write((tx) => tx.query(`PRAGMA max_page_count = ${pages}`))
        return null
      }
      case 'count-unfinished':
        running.wake()
        await running.idle()
        return await countUnfinished(running)
      case 'count-due':
        return await countDue(running)
    }
  } catch {
    return null
  }
}

/** Rows that somebody has to do something with, now or after a back-off. */
async function countUnfinished({ core }: Running): Promise<number> {
  const queries = [
    "SELECT COUNT(*) AS n FROM inbox WHERE state = 'received'",
    'SELECT COUNT(*) AS n FROM outbox',
    'SELECT COUNT(*) AS n FROM deliveries WHERE workAt IS NOT NULL',
  ]
  let sum = 0
  for (const query of queries) {
    const [row] = await core.read((tx) => select<{ n: number | string }>(tx, query))
    sum += Number(row?.n ?? 0)
  }
  return sum
}

/** Steps of deadlines whose time has come: whoever holds the lease of the runner fires them without any push. */
async function countDue({ core }: Running): Promise<number> {
  const [row] = await core.read((tx) =>
    select<{ n: number | string }>(tx, 'SELECT COUNT(*) AS n FROM deadlines WHERE nextAt <= ?', [
      core.clock.now(),
    ]),
  )
  return Number(row?.n ?? 0)
}

const tell = (message: ToParent): void => void process.send?.(message)

run().catch((error: unknown) => {
  const words =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${words}\n`)
  process.exit(1)
})
