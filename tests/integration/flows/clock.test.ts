import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { start, type Running } from '../../../bot/main.js'
import { advanceClock } from '../../../bot/sandbox-clock.js'
import { readConfig } from '../../../core/config.js'
import { createAdjustableClock } from '../../../core/ports/clock.js'
import { newDatabase, startCore } from '../../support/test-core.js'

const hour = 3_600_000

describe('the sandbox’s clock', () => {
  let folder: string
  let database: Awaited<ReturnType<typeof newDatabase>>
  let running: Running

  const open = () =>
    start(
      readConfig({
        PORT: '0',
        DATA_DIR: folder,
        DATABASE_URL: database.url,
        DEMO: 'off',
        LOG_LEVEL: 'silent',
      }),
      {
        log: silentLog,
        dist: folder,
      },
    )
  const push = (ms: number) =>
    fetch(`${running.origin}/sandbox/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ms }),
    })

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'genjin-clock-'))
    database = await newDatabase()
    running = await open()
  })
  afterEach(async () => {
    await running.stop()
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is pushed forward for everybody and stays so after a restart', async () => {
    await push(2 * hour)
    expect(running.clock.offsetMs()).toBe(2 * hour)
    await running.stop()
    running = await open()
    expect(running.clock.offsetMs()).toBe(2 * hour)
  })

  it('does not go back and does not jump out of sight', async () => {
    await push(-hour)
    await push(40 * 24 * hour)
    expect(running.clock.offsetMs()).toBe(0)
  })

  it('answers only to the names of this machine', async () => {
    const { port } = new URL(running.origin)
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      request(
        { host: '127.0.0.1', port, path: '/sandbox/bootstrap', headers: { host: 'evil.example' } },
        (response) => resolve(response.statusCode),
      )
        .on('error', reject)
        .end()
    })
    expect(status).toBe(421)
  })
})

describe('the clock of an installation with a real platform', () => {
  it('cannot be pushed', async () => {
    const test = await startCore()
    const clock = createAdjustableClock()
    expect(await advanceClock(test.core, clock, hour, 1)).toEqual({
      ok: false,
      reason: '已绑定正式平台，不能拨动时钟',
    })
    expect(clock.offsetMs()).toBe(0)
    await test.close()
  })
})
