import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { start, type Running } from '../../../bot/main.js'
import { prepareDataFolder } from '../../../bot/wiring/data-folder.js'
import { readConfig } from '../../../core/config.js'
import { ConfigError } from '../../../core/errors.js'
import { ask } from '../../support/http-client.js'
import { newDatabase } from '../../support/test-core.js'

const token = 'a-long-enough-token'

describe('what an operator asks a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-ops-'))
  let database: Awaited<ReturnType<typeof newDatabase>>

  async function open(env: Record<string, string>): Promise<Running> {
    const config = readConfig({
      PORT: '0',
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      DEMO: 'off',
      ...env,
    })
    return start(config, { log: silentLog, dist: folder })
  }
  const metricsOf = ({ origin }: Running, headers: Record<string, string> = {}) =>
    ask(origin, '/metrics', { headers })

  beforeAll(async () => {
    database = await newDatabase()
  })
  afterAll(async () => {
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('gives numbers to this machine alone, and never through a proxy', async () => {
    const product = await open({})
    const { status, text } = await metricsOf(product)
    expect(status).toBe(200)
    for (const name of [
      'genjin_oldest_due_seconds{queue="outbox"} 0',
      'genjin_dead{queue="inbox"} 0',
      'genjin_database_up 1',
      'genjin_deadline_late_seconds_count 0',
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
    ])
      expect(text).toContain(name)
    expect(text).not.toMatch(/^genjin_redis_up /m)
    expect((await metricsOf(product, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404)
    await product.stop()
  })

  it('gives them to the bearer of the token alone where there is one', async () => {
    const product = await open({ METRICS_TOKEN: token })
    expect((await metricsOf(product)).status).toBe(404)
    expect((await metricsOf(product, { authorization: 'Bearer wrong' })).status).toBe(404)
    expect((await metricsOf(product, { authorization: `Bearer ${token}` })).status).toBe(200)
    await product.stop()
  })
})

describe('a data folder that cannot be used', () => {
  it('is told in one line that names the variable', () => {
    const problem = (folder: string) => {
      try {
        prepareDataFolder(folder)
      } catch (error) {
        if (error instanceof ConfigError) return error.problems
        throw error
      }
      return null
    }
    expect(problem('/dev/null')).toEqual([{ variable: 'DATA_DIR', problem: '/dev/null is not a folder' }])
    const good = mkdtempSync(join(tmpdir(), 'genjin-data-'))
    expect(problem(join(good, 'new'))).toBeNull()
    rmSync(good, { recursive: true, force: true })
  })
})
