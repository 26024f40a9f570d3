import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFolderStore } from '../../../adapters/files/folder.js'
import { backUp } from '../../../core/db/backup/backup.js'
import { BrokenArchive } from '../../../core/db/backup/archive.js'
import { openSnapshot } from '../../../core/db/backup/raw-tables.js'
import { restore, RestoreRefused } from '../../../core/db/backup/restore.js'
import { migrations } from '../../../core/db/migrations/index.js'
import { verifyAll } from '../../../core/changes/verify.js'
import { connectDatabase, openDatabase } from '../../../core/db/database.js'
import { createCore } from '../../../core/app.js'
import { seedDemo } from '../../../core/demo/seed.js'
import { entities } from '../../../core/entities.js'
import { systemClock } from '../../../core/ports/clock.js'
import { createIds } from '../../../core/ports/ids.js'
import { emptyDatabase, startCore, usesMysql, type TestCore } from '../../support/test-core.js'

let folder: string
const undo: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'genjin-backup-'))
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  rmSync(folder, { recursive: true, force: true })
})

const filesOf = (name: string) => createFolderStore(join(folder, name))

async function demoCompany(): Promise<TestCore> {
  const test = await startCore()
  undo.push(() => test.close())
  await seedDemo({
    database: test.database,
    fileStore: filesOf('before'),
    now: test.clock.now(),
    timeZone: 'Asia/Shanghai',
  })
  return test
}

async function backupOf(url: string, whileWriting?: () => Promise<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let isFirst = true
  const to = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      const work = isFirst && whileWriting ? whileWriting() : Promise.resolve()
      isFirst = false
      work.then(() => done(), done)
    },
  })
  await backUp({ url, files: filesOf('before'), clock: systemClock, to })
  return Buffer.concat(chunks)
}

const restoreInto = (url: string, archive: Buffer, known = migrations) =>
  restore({ url, files: filesOf('after'), entities, migrations: known, open: () => Readable.from([archive]) })

const sqliteTarget = () => `sqlite:${join(folder, 'restored.db')}`
async function sameEngineTarget(): Promise<string> {
  const made = await emptyDatabase()
  undo.push(made.drop)
  return made.url
}

/** Every row of every table, in an order that both engines share. */
async function contentsOf(url: string): Promise<Map<string, string[]>> {
  const snapshot = await openSnapshot(url)
  const all = new Map<string, string[]>()
  for (const { name, columns } of await snapshot.tables()) {
    if (name === 'migrations') continue
    const rows: string[] = []
    const sorted = columns.toSorted()
    for await (const row of snapshot.rows(name, sorted)) rows.push(JSON.stringify(row))
    all.set(name, rows.sort())
  }
  await snapshot.close()
  return all
}

describe('a backup', () => {
  it('gives the same rows and files back, on the same engine and on the embedded one', async () => {
    const test = await demoCompany()
    const archive = await backupOf(test.url)
    const before = await contentsOf(test.url)
    for (const target of [await sameEngineTarget(), sqliteTarget()]) {
      const done = await restoreInto(target, archive)
      const after = await contentsOf(target)
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
      for (const [table, rows] of before) expect(after.get(table), table).toEqual(rows)
      expect(done.rows).toBe([...before.values()].flat().length)
      expect(done.files).toBeGreaterThan(0)
    }
    const [fileRow] = before.get('files') ?? []
    const id = /"([0-9A-HJKMNP-TV-Z]{26})"/.exec(fileRow ?? '')?.[1] ?? ''
    expect(await filesOf('after').get(id)).toEqual(await filesOf('before').get(id))
  })

  it('is of one instant while the program goes on writing', async () => {
    const test = await demoCompany()
    const before = await contentsOf(test.url)
    const archive = await backupOf(test.url, () =>
      test.core.write((tx) => tx.query("UPDATE leads SET name = 'written meanwhile'")),
    )
    const target = sqliteTarget()
    await restoreInto(target, archive)
    expect((await contentsOf(target)).get('leads')).toEqual(before.get('leads'))
    expect((await contentsOf(test.url)).get('leads')).not.toEqual(before.get('leads'))
  })

  it('carries on: chains verify and the next change fits', async () => {
    const test = await demoCompany()
    const target = sqliteTarget()
    await restoreInto(target, await backupOf(test.url))
    const database = await openDatabase({ url: target, entities, migrations })
    undo.push(() => database.close())
    const core = createCore({
      database,
      clock: test.clock,
      ids: createIds(test.clock),
      timeZone: 'Asia/Shanghai',
    })
    const { subjects, breaks } = await core.read(verifyAll)
    expect(subjects).toBeGreaterThan(50)
    expect(breaks).toEqual([])
  })

  it('is refused when it was cut off, changed or is none, and leaves nothing behind', async () => {
    const test = await demoCompany()
    const archive = await backupOf(test.url)
    const text = gunzipSync(archive).toString('utf8')
    const broken = {
      'cut off': archive.subarray(0, archive.length - 2000),
      changed: gzipSync(text.replace('"offered"', '"queued"')),
      'without its end': gzipSync(text.slice(0, text.lastIndexOf('{"end"'))),
      'something else': Buffer.from('hello'),
      empty: gzipSync(''),
    }
    for (const [what, bytes] of Object.entries(broken)) {
      const target = sqliteTarget()
      await expect(restoreInto(target, bytes), what).rejects.toThrow(BrokenArchive)
      expect(() => readFileSync(target.slice('sqlite:'.length)), what).toThrow('ENOENT')
    }
  })

  it('is refused by a database that holds something, and by a program that is older than it', async () => {
    const test = await demoCompany()
    const archive = await backupOf(test.url)
    writeFileSync(join(folder, 'restored.db'), 'mine')
    await expect(restoreInto(sqliteTarget(), archive)).rejects.toThrow(RestoreRefused)
    expect(readFileSync(join(folder, 'restored.db'), 'utf8')).toBe('mine')
    const target = await sameEngineTarget()
    await expect(restoreInto(target, archive, migrations.slice(0, 2))).rejects.toMatchObject({
      code: 'newer',
    })
    await restoreInto(target, archive)
    await expect(restoreInto(target, archive)).rejects.toMatchObject({ code: 'not_empty' })
  })

  if (usesMysql) {
    it('that is cut off in the middle is not mistaken for the whole, and begins anew', async () => {
      const archive = readFileSync('tests/fixtures/backups/0002-sales.backup.gz')
      const target = await sameEngineTarget()
      // As a killed restore leaves it: its mark, and some of the tables.
      const left = await connectDatabase({ url: target, entities, migrations: [] })
      undo.push(() => left.close())
      await left.writer.query('CREATE TABLE unfinished_restore (startedAt VARCHAR(40) NOT NULL)')
      await left.writer.query('CREATE TABLE leads (id VARCHAR(26) NOT NULL)')
      await expect(openDatabase({ url: target, entities, migrations })).rejects.toThrow('cut off')
      expect(await restoreInto(target, archive)).toMatchObject({ rows: 2243 })
      const opened = await openDatabase({ url: target, entities, migrations })
      await opened.close()
    })
  }
})

describe('a backup of an earlier version', () => {
  it('from before several processes is brought up to date with its data', async () => {
    const archive = readFileSync('tests/fixtures/backups/0002-sales.backup.gz')
    const target = await sameEngineTarget()
    const done = await restoreInto(target, archive)
    expect(done).toMatchObject({ rows: 2243, files: 5 })
    expect(done.migrated[0]).toBe('Processes1763800000003')
    const database = await openDatabase({ url: target, entities, migrations })
    undo.push(() => database.close())
    const { upQueries } = await database.writer.driver.createSchemaBuilder().log()
    expect(upQueries.map(({ query }) => query)).toEqual([])
    const core = createCore({
      database,
      clock: systemClock,
      ids: createIds(systemClock),
      timeZone: 'Asia/Shanghai',
    })
    const { subjects, breaks } = await core.read(verifyAll)
    expect(subjects).toBeGreaterThan(50)
    expect(breaks).toEqual([])
    expect(await core.read((tx) => core.org.everybody(tx))).toHaveLength(12)
  })

  /** One row in every empty table, of whatever its columns take. */
  async function fillEmptyTables(url: string): Promise<void> {
    const { writer, close } = await connectDatabase({ url, entities, migrations: [] })
    const runner = writer.createQueryRunner()
    const empty = [...(await contentsOf(url))].flatMap(([name, rows]) => (rows.length ? [] : [name]))
    for (const table of await runner.getTables(empty)) {
      const name = table.name.split('.').at(-1) ?? ''
      const columns = table.columns.filter(({ isGenerated, generatedType }) => !isGenerated && !generatedType)
      await runner.query(
        `INSERT INTO \`${name}\` (${columns.map((column) => `\`${column.name}\``).join(', ')})
         VALUES (${columns.map(({ type }) => anyValue(type)).join(', ')})`,
      )
    }
    await runner.release()
    await close()
  }

  function anyValue(type: string): string {
    if (/date|time/i.test(type)) return "'2026-03-11 10:00:00.000'"
    if (/int|decimal|double|float|bool/i.test(type)) return '1'
    if (/blob|binary/i.test(type)) return "x'00'"
    return /json|text/i.test(type) ? "'{}'" : "'A'"
  }

  it.each(migrations.slice(2, -1).map(({ name }, index) => [name, index + 3] as const))(
    '%s, with rows in each of its tables, keeps them all',
    async (_name, count) => {
      const target = await sameEngineTarget()
      const archive = readFileSync('tests/fixtures/backups/0002-sales.backup.gz')
      await restoreInto(target, archive, migrations.slice(0, count))
      await fillEmptyTables(target)
      const before = await contentsOf(target)
      const database = await openDatabase({ url: target, entities, migrations })
      undo.push(() => database.close())
      const after = await contentsOf(target)
      for (const [table, rows] of before) expect(after.get(table)?.length, table).toBe(rows.length)
      const { upQueries } = await database.writer.driver.createSchemaBuilder().log()
      expect(upQueries.map(({ query }) => query)).toEqual([])
    },
  )
})
