import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '../../bot/log.js'
import { start, type Running } from '../../bot/main.js'
import { readConfig } from '../../core/config.js'
import { createAdjustableClock, systemClock, type AdjustableClock } from '../../core/ports/clock.js'

/** The pages as the build made them. */
const dist = fileURLToPath(new URL('../../dist', import.meta.url))
const dayMs = 86_400_000
const wednesday = 3
const tenInShanghai = 2

/**
 * The whole product with its demo company, its built pages and a data folder of its own, for a browser to open. Its
 * clock runs from a Wednesday at ten in the morning, so that a test means the same at any hour of any day.
 */
export async function startWhole(env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-whole-'))
  const aheadMs = comingWednesday(systemClock.now()).getTime() - systemClock.now().getTime()

  async function open(port: string): Promise<Running> {
    const config = readConfig({
      HOST: '127.0.0.1',
      PORT: port,
      DATA_DIR: folder,
      LOG_LEVEL: 'silent',
      ...env,
    })
    return start(config, { log: silentLog, dist, clock: clockAhead(aheadMs) })
  }

  let running = await open('0')
  await running.idle()
  return {
    origin: running.origin,
    get running() {
      return running
    },
    /** Stops the process's work and begins again with what was stored, on the same port. */
    async restart(): Promise<void> {
      await running.stop()
      running = await open(new URL(running.origin).port)
    },
    async stop(): Promise<void> {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Whole = Awaited<ReturnType<typeof startWhole>>

// Ahead of the machine, never behind it: a session that the product thinks is good must be good for the browser too.
function comingWednesday(now: Date): Date {
  const days = (wednesday - now.getUTCDay() + 7) % 7 || 7
  const day = new Date(now.getTime() + days * dayMs)
  day.setUTCHours(tenInShanghai, 0, 0, 0)
  return day
}

/** Runs `aheadMs` ahead of the machine and calls that no offset. */
function clockAhead(aheadMs: number): AdjustableClock {
  const clock = createAdjustableClock(aheadMs)
  return { ...clock, offsetMs: () => clock.offsetMs() - aheadMs }
}
