import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { select } from '../../../core/db/sql.js'
import { systemClock } from '../../../core/ports/clock.js'
import { makeCompany } from '../../support/company.js'
import { startEntry, type ProductProcess } from '../../support/process.js'
import { startRedis } from '../../support/redis-server.js'
import { newDatabase, startCore } from '../../support/test-core.js'
import { startPlatform } from './platform.js'

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** One database, one Redis and one platform for as many processes as the test starts. */
export async function makeStand() {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-processes-'))
  const database = await newDatabase()
  const redis = await startRedis()
  const platform = await startPlatform()
  const eye = await startCore({ url: database.url, at: systemClock.now().toISOString() })
  await makeCompany(eye.core)
  const processes: ProductProcess[] = []
  let events = 0

  return {
    redis,
    platform,
    core: eye.core,
    async start(services: string, env: Record<string, string> = {}): Promise<ProductProcess> {
      const process = startEntry([worker, platform.origin], folder, {
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: join(folder, services.replaceAll(',', '-')),
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        SERVICES: services,
        LOG_LEVEL: 'warn',
        ...env,
      })
      processes.push(process)
      await process.origin
      return process
    },
    /** A customer writes; resolves when it is acknowledged. */
    async customerWrites(web: ProductProcess): Promise<void> {
      const eventId = `event-${++events}`
      const number = String(events).padStart(4, '0')
      const response = await fetch(`${await web.origin}/hooks/test/events`, {
        method: 'POST',
        body: JSON.stringify({
          type: 'message',
          platform: 'sandbox',
          eventId,
          at: systemClock.now().toISOString(),
          sender: { externalId: `customer-${events}`, internal: false },
          chat: { id: 'group', type: 'group', name: '华东客户群' },
          messageId: eventId,
          text: `我们在杭州，想了解CRM的报价，预算20万，电话 1390000${number}`,
          toBot: false,
        }),
      })
      if (response.status !== 200) throw new Error(`not acknowledged: ${response.status}`)
    },
    table: <Row>(sql: string): Promise<Row[]> => eye.core.read((tx) => select<Row>(tx, sql)),
    async clear(): Promise<void> {
      for (const process of processes) process.kill('SIGKILL')
      await Promise.all(processes.map((process) => process.ended))
      platform.stop()
      await redis.remove()
      await eye.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Stand = Awaited<ReturnType<typeof makeStand>>
