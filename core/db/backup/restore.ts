import { existsSync, rmSync, renameSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { DataSource, EntitySchema, MigrationInterface } from 'typeorm'
import type { FileStore } from '../../ports/files.js'
import { connectDatabase, type Database } from '../database.js'
import { unfinishedRestore } from '../open-problems.js'
import { readArchive, type Cell, type Contents, type Head, type TableLine } from './archive.js'

export interface RestoreInput {
  /** An address with nothing in it: a SQLite file that does not exist yet, or an empty MySQL database. */
  url: string
  files: FileStore
  entities: EntitySchema[]
  migrations: (new () => MigrationInterface)[]
  /** Opens the archive; called twice: it is read through before anything is written. */
  open: () => Readable
}

export interface RestoreDone extends Contents {
  madeAt: string
  /** Migrations that ran after the rows were there: the backup was of an earlier version. */
  migrated: string[]
}

/** Why nothing was restored. */
export class RestoreRefused extends Error {
  override name = 'RestoreRefused'
  readonly code: 'not_empty' | 'newer'
  constructor(code: 'not_empty' | 'newer', detail: string) {
    super(detail)
    this.code = code
  }
}

const batchRows = 200

/**
 * Puts a backup into an empty database of either engine and brings it up to this program's version. All or nothing: on
 * a failure the database is as empty as it was.
 *
 * @throws BrokenArchive, RestoreRefused.
 */
export async function restore(input: RestoreInput): Promise<RestoreDone> {
  const head = await checkArchive(input)
  return input.url.startsWith('sqlite:') ? restoreSqlite(input, head) : restoreMysql(input, head)
}

async function checkArchive({ open, migrations }: RestoreInput): Promise<Head> {
  let head: Head | null = null
  for await (const line of readArchive(open())) if (!Array.isArray(line) && 'format' in line) head = line
  if (!head) throw new Error('an archive that was read through has a head')
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = head.migrations.filter((name) => !known.has(name))
  if (unknown.length > 0) throw new RestoreRefused('newer', unknown.join(', '))
  return head
}

/** Beside the wanted file, then under its name: a restore that breaks off leaves nothing that could be opened. */
async function restoreSqlite(input: RestoreInput, head: Head): Promise<RestoreDone> {
  const file = input.url.slice('sqlite:'.length)
  if (existsSync(file)) throw new RestoreRefused('not_empty', file)
  const draft = `${file}.restoring`
  const removeDraft = () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${draft}${end}`, { force: true })
  }
  removeDraft()
  try {
    const done = await fill({ ...input, url: `sqlite:${draft}` }, head, async (database) => {
      await database.writer.query('PRAGMA wal_checkpoint(TRUNCATE)')
    })
    renameSync(draft, file)
    return done
  } finally {
    removeDraft()
  }
}

async function restoreMysql(input: RestoreInput, head: Head): Promise<RestoreDone> {
  const database = await connectDatabase({ ...input, migrations: [] })
  try {
    const tables = await tableNames(database.writer)
    // What a restore that was cut off has left is of no use to anybody.
    if (tables.includes(unfinishedRestore)) await dropAll(database.writer)
    else if (tables.length > 0) throw new RestoreRefused('not_empty', `${tables.length} tables`)
    await database.writer.query(`CREATE TABLE ${unfinishedRestore} (startedAt VARCHAR(40) NOT NULL)`)
    try {
      const done = await fill(input, head, async () => undefined)
      await database.writer.query(`DROP TABLE ${unfinishedRestore}`)
      return done
    } catch (error) {
      // DDL commits by itself on MySQL, so what is there is taken away again by hand.
      await dropAll(database.writer)
      throw error
    }
  } finally {
    await database.close()
  }
}

/** The mark goes last: cut off in here as well, the database is still known as unfinished. */
async function dropAll(source: DataSource): Promise<void> {
  const tables = await tableNames(source)
  for (const table of tables.toSorted(
    (a, b) => Number(a === unfinishedRestore) - Number(b === unfinishedRestore),
  ))
    await source.query(`DROP TABLE \`${table}\``)
}

async function tableNames(source: DataSource): Promise<string[]> {
  const rows = await source.query<{ name: string }[]>(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
  )
  return rows.map(({ name }) => name)
}

/** The tables of the backup's version, its rows and files, then whatever this version adds. */
async function fill(
  input: RestoreInput,
  head: Head,
  beforeClose: (database: Database) => Promise<void>,
): Promise<RestoreDone> {
  const then = input.migrations.filter(({ name }) => head.migrations.includes(name))
  const old = await connectDatabase({ ...input, migrations: then })
  let contents: Contents
  try {
    await old.writer.runMigrations({ transaction: 'each' })
    contents = await copy(input, old.writer)
    await beforeClose(old)
  } finally {
    await old.close()
  }
  const now = await connectDatabase(input)
  try {
    const ran = await now.writer.runMigrations({ transaction: 'each' })
    await beforeClose(now)
    return { ...contents, madeAt: head.madeAt, migrated: ran.map(({ name }) => name) }
  } finally {
    await now.close()
  }
}

async function copy(input: RestoreInput, target: DataSource): Promise<Contents> {
  const put: string[] = []
  try {
    return await copyLines(input, target, put)
  } catch (error) {
    for (const file of put) await input.files.remove(file)
    throw error
  }
}

async function copyLines(
  { open, files }: RestoreInput,
  target: DataSource,
  put: string[],
): Promise<Contents> {
  const contents: Contents = { rows: 0, files: 0 }
  let table: TableLine | null = null
  let batch: Cell[][] = []
  let parts: Buffer[] = []
  const flush = async () => {
    if (table && batch.length > 0) await insert(target, table, batch)
    contents.rows += batch.length
    batch = []
  }
  for await (const line of readArchive(open())) {
    if (Array.isArray(line)) {
      batch.push(line)
      if (batch.length >= batchRows) await flush()
    } else if ('table' in line) {
      await flush()
      table = line
    } else if ('file' in line) {
      parts.push(Buffer.from(line.data, 'base64'))
      if (line.more) continue
      put.push(line.file)
      await files.put(line.file, Buffer.concat(parts))
      parts = []
      contents.files += 1
    }
  }
  await flush()
  return contents
}

/** A statement of its own transaction: the whole is undone by removing the database, not by rolling back. */
async function insert(target: DataSource, { table, columns }: TableLine, rows: Cell[][]): Promise<void> {
  const marks = `(${columns.map(() => '?').join(',')})`
  // SQLite takes 32,766 values in one statement.
  const most = Math.max(1, Math.floor(30_000 / columns.length))
  for (let from = 0; from < rows.length; from += most) {
    const slice = rows.slice(from, from + most)
    const names = columns.map((column) => `\`${column}\``).join(',')
    await target.query(
      `INSERT INTO \`${table}\` (${names}) VALUES ${slice.map(() => marks).join(',')}`,
      slice.flat(),
    )
  }
}
