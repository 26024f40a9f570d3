import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { createCore, type Core } from '../../core/app.js'
import { migrations } from '../../core/db/migrations/index.js'
import { openDatabase, type Database } from '../../core/db/database.js'
import { entities } from '../../core/entities.js'
import { createManualClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'

/** Wednesday 11 March 2026, ten in the morning in Shanghai. */
export const wednesdayMorning = '2026-03-11T02:00:00.000Z'

export const usesMysql = process.env['GENJIN_TEST_DB'] === 'mysql'

export interface TestCore {
  core: Core
  database: Database
  clock: ReturnType<typeof createManualClock>
  /** The database's address, for a second process or a restart. */
  url: string
  close(): Promise<void>
}

/** A core on a database of its own: SQLite copied from a migrated template, or a fresh MariaDB schema. */
export async function startCore({
  at = wednesdayMorning,
  url,
}: { at?: string; url?: string } = {}): Promise<TestCore> {
  const own = url ? { url, drop: async () => {} } : await newDatabase()
  const database = await openDatabase({ url: own.url, entities, migrations })
  const clock = createManualClock(at)
  const core = createCore({ database, clock, ids: createIds(clock), timeZone: 'Asia/Shanghai' })
  return {
    core,
    database,
    clock,
    url: own.url,
    async close() {
      await database.close()
      await own.drop()
    },
  }
}

/** An empty, migrated database. */
export async function newDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  return usesMysql ? newMysql() : newSqlite()
}

/** An address with nothing in it yet. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  if (usesMysql) return newMysql()
  const folder = mkdtempSync(join(tmpdir(), 'genjin-test-'))
  return {
    url: `sqlite:${join(folder, 'genjin.db')}`,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function newSqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-test-'))
  const file = join(folder, 'genjin.db')
  copyFileSync(await template(), file)
  return { url: `sqlite:${file}`, drop: async () => rmSync(folder, { recursive: true, force: true }) }
}

let templateFile: Promise<string> | undefined

/** Migrated once per process; a copy costs a few milliseconds, running the migrations some hundred. */
function template(): Promise<string> {
  templateFile ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'genjin-template-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'template.db')
    const database = await openDatabase({ url: `sqlite:${file}`, entities, migrations })
    await database.writer.query('PRAGMA wal_checkpoint(TRUNCATE)')
    await database.close()
    if (!existsSync(file)) throw new Error('the template database was not written')
    return file
  })()
  return templateFile
}

let databases = 0

async function newMysql() {
  const server = process.env['TEST_MYSQL_URL']
  if (!server) throw new Error('TEST_MYSQL_URL is not set: run scripts/services')
  const name = `genjin_${process.pid}_${++databases}`
  const admin = await createConnection(server)
  await admin.query(`DROP DATABASE IF EXISTS ${name}`)
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  await admin.end()
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.toString(),
    async drop() {
      const connection = await createConnection(server)
      await connection.query(`DROP DATABASE IF EXISTS ${name}`)
      await connection.end()
    },
  }
}
