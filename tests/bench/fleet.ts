import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCore } from '../../core/app.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { execute } from '../../core/db/sql.js'
import { entities } from '../../core/entities.js'
import { systemClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { startPlatform } from '../integration/processes/platform.js'
import { makeCompany } from '../support/company.js'
import { startEntry } from '../support/process.js'
import { makeDatabase, type Engine } from './databases.js'

const worker = fileURLToPath(new URL('../integration/processes/worker.ts', import.meta.url))

export type Fleet = Awaited<ReturnType<typeof startFleet>>

/**
 * The product as processes of their own, each with all services, on one database and one platform over sockets. The
 * company is there; a session of its admin is open.
 */
export async function startFleet(engine: Engine, processes: number) {
  const database = await makeDatabase(engine)
  const platform = await startPlatform()
  const opened = await openDatabase({ url: database.url, entities, migrations })
  const ids = createIds(systemClock)
  const core = createCore({ database: opened, clock: systemClock, ids, timeZone: 'Asia/Shanghai' })
  const { people } = await makeCompany(core)
  await core.write((tx) => execute(tx, 'UPDATE people SET openLeadCap = 1000000'))
  const session = await core.write((tx) => core.sessions.open(tx, people.admin.id, 'bench'))
  // The embedded database belongs to one process.
  await opened.close()
  const redis: Record<string, string> = processes > 1 ? { REDIS_URL: redisUrl() } : {}
  const started = Array.from({ length: processes }, (_, i) =>
    startEntry([worker, platform.origin], database.folder, {
      ...{ HOST: '127.0.0.1', PORT: '0', DATABASE_URL: database.url, DEMO: 'off', LOG_LEVEL: 'warn' },
      DATA_DIR: join(database.folder, String(i)),
      ...redis,
    }),
  )
  // A bench that fails or is stopped leaves nobody behind.
  const endAll = () => {
    for (const one of started) one.kill('SIGKILL')
  }
  process.once('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return {
    platform,
    cookie: `gj_session=${session}`,
    origins: await Promise.all(started.map(({ origin }) => origin)),
    async stop() {
      for (const one of started) one.kill('SIGTERM')
      await Promise.all(started.map(({ ended }) => ended))
      process.off('exit', endAll)
      platform.stop()
      await database.drop()
    },
  }
}

/** Each run has a database number of its own, so that two runs do not take each other's work. */
function redisUrl(): string {
  const url = new URL(process.env['TEST_REDIS_URL'] ?? '')
  url.pathname = `/${1 + (process.pid % 15)}`
  return url.toString()
}
