import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { warnOfWrongClock } from '../../../bot/wiring/clock-check.js'
import { systemClock } from '../../../core/ports/clock.js'
import { startProcess, within } from '../../support/process.js'
import { newDatabase, startCore, usesMysql } from '../../support/test-core.js'

describe('a start on a database that is not right', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'genjin-start-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** The one line that it ends with. */
  async function lineOf(databaseUrl: string): Promise<string> {
    const env = { PORT: '0', DATA_DIR: folder, DEMO: 'off', LOG_LEVEL: 'error', DATABASE_URL: databaseUrl }
    const product = startProcess(folder, env)
    expect(await within(25_000, 'stopping', product.ended)).toEqual({ code: 1, signal: null })
    return product.output().trim()
  }

  it('says that nobody listens there', async () => {
    expect(await lineOf('mysql://me:hunter2@127.0.0.1:1/crm')).toBe(
      'DATABASE_URL: no database server listens at this address',
    )
  })

  it('says that the file is no database, and leaves it as it is', async () => {
    writeFileSync(join(folder, 'notes.db'), 'these are my notes, '.repeat(500))
    expect(await lineOf(`sqlite:${join(folder, 'notes.db')}`)).toBe(
      'DATA_DIR: the file is no SQLite database',
    )
  })

  it('says that the file cannot be opened', async () => {
    mkdirSync(join(folder, 'crm.db'))
    expect(await lineOf(`sqlite:${join(folder, 'crm.db')}`)).toBe(
      'DATA_DIR: the database file cannot be opened',
    )
  })

  it('refuses the tables of a newer version, and changes nothing in them', async () => {
    const own = await newDatabase()
    const run = await startCore({ url: own.url })
    await run.core.write((tx) =>
      tx.query("INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')"),
    )
    await run.close()
    const line = await lineOf(own.url)
    expect(line).toContain(
      'DATABASE_URL: its tables are of a newer version of this program (Later9999999999999)',
    )
    expect(line.split('\n')).toHaveLength(1)
    await own.drop()
  })
})

if (usesMysql)
  describe('a start on a database server', () => {
    it.each([
      { aheadMs: 0, lines: 0 },
      { aheadMs: 60_000, lines: 1 },
      { aheadMs: -60_000, lines: 1 },
    ])('warns of a machine that is $aheadMs ms ahead in $lines lines', async ({ aheadMs, lines }) => {
      const run = await startCore()
      const said: unknown[] = []
      const machine = { now: () => new Date(systemClock.now().getTime() + aheadMs) }
      await warnOfWrongClock(run.database, { warn: (...words: unknown[]) => void said.push(words) }, machine)
      expect(said).toHaveLength(lines)
      await run.close()
    })

    it('says that the password is wrong, and does not show it', async () => {
      const url = new URL(process.env['TEST_MYSQL_URL'] ?? '')
      url.password = 'hunter2'
      await expect(startCore({ url: url.toString() })).rejects.toThrow(
        'DATABASE_URL: the database refuses this user or password',
      )
      url.password = new URL(process.env['TEST_MYSQL_URL'] ?? '').password
      url.pathname = '/there_is_no_such_database'
      await expect(startCore({ url: url.toString() })).rejects.toThrow(
        /DATABASE_URL: the server has no database/,
      )
    })
  })
