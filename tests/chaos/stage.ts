import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCore, type Core } from '../../core/app.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { insertRows, updateRows } from '../../core/db/rows.js'
import { entities } from '../../core/entities.js'
import { BindingEntity, PersonEntity } from '../../core/org/person.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { makeCompany } from '../support/company.js'
import { makeSmallDisk, type SmallDisk } from './disk.js'
import { makeMariadb, makeRedis, type ThrowAwayServer } from './servers.js'
import { staff, type StaffAccount } from './plan.js'

export interface Stage {
  folder: string
  /** SQLite only. */
  disk: SmallDisk | null
  mariadb: ThrowAwayServer | null
  redis: ThrowAwayServer | null
  /** Variables of each process. */
  env: Record<string, string>[]
  /** Opens what the processes share, when they have ended. */
  look<T>(offsetMs: number, at: (core: Core) => Promise<T>): Promise<T>
  clear(): Promise<void>
}

const dayMs = 86_400_000
/** Enough places on hand that offers go on for the whole run. */
const places = 100_000

/** What each of three processes does: every kind of work is done by two of them. */
const shares = ['web,bot', 'web,jobs', 'bot,jobs']

/** A database, a disk and servers of its own, with a company whose people have accounts on both platforms. */
export async function makeStage(input: {
  db: 'sqlite' | 'mysql'
  processes: 1 | 3
  offsetMs: number
}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-chaos-'))
  const disk = input.db === 'sqlite' ? makeSmallDisk(folder) : null
  const mariadb = input.db === 'mysql' ? await makeMariadb(folder) : null
  const redis = input.processes === 3 ? await makeRedis(folder) : null
  await mariadb?.start()
  await redis?.start()
  const url = mariadb?.url ?? `sqlite:${join(disk?.folder ?? folder, 'genjin.db')}`
  const common = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: disk?.folder ?? folder,
    DATABASE_URL: url,
    SANDBOX: 'off',
    DEMO: 'off',
    TRUST_PROXY: 'on',
    LOG_LEVEL: 'warn',
    ...(redis ? { REDIS_URL: redis.url } : {}),
  }

  async function look<T>(offsetMs: number, at: (core: Core) => Promise<T>): Promise<T> {
    const database = await openDatabase({ url, entities, migrations })
    const clock = createAdjustableClock(offsetMs)
    try {
      return await at(createCore({ database, clock, ids: createIds(clock), timeZone: 'Asia/Shanghai' }))
    } finally {
      await database.close()
    }
  }

  await look(input.offsetMs, bindEverybody)
  const stage: Stage = {
    folder,
    disk,
    mariadb,
    redis,
    env: input.processes === 1 ? [common] : shares.map((SERVICES) => ({ ...common, SERVICES })),
    look,
    async clear() {
      await mariadb?.stop('SIGKILL')
      await redis?.stop('SIGKILL')
      disk?.remove()
      rmSync(folder, { recursive: true, force: true })
      open.delete(stage)
    },
  }
  open.add(stage)
  return stage
}

const open = new Set<Stage>()

/** Puts away whatever is still there: for a run that was broken off. */
export async function clearStages(): Promise<void> {
  for (const stage of open) await stage.clear()
}

async function bindEverybody(core: Core): Promise<void> {
  const { people } = await makeCompany(core)
  const boundAt = core.clock.now()
  await core.write(async (tx) => {
    await insertRows(
      tx,
      BindingEntity,
      (Object.keys(staff) as StaffAccount[]).map((account) => ({
        platform: staff[account],
        externalId: account,
        personId: people[account].id,
        state: 'bound' as const,
        boundAt,
      })),
    )
    for (const { id } of Object.values(people))
      await updateRows(tx, PersonEntity, { id }, { openLeadCap: places })
  })
}

/** From now to a coming Wednesday at ten in Shanghai: quiet hours and days off must not decide what a run sees. */
export function aheadToWorkingMorning(now: Date): number {
  const wednesday = 3
  const days = (wednesday - now.getUTCDay() + 7) % 7 || 7
  const morning = new Date(now.getTime() + days * dayMs)
  morning.setUTCHours(2, 0, 0, 0)
  return morning.getTime() - now.getTime()
}
