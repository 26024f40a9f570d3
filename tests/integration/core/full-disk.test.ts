import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFact, writeFact } from '../../../core/org/installation.js'
import { startCore, type TestCore } from '../../support/test-core.js'

/** Always the embedded one: MariaDB waits for room by itself and has no limit of this kind. */
describe('a database whose disk is full', () => {
  let run: TestCore
  let folder: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'genjin-full-'))
    run = await startCore({ url: `sqlite:${join(folder, 'genjin.db')}` })
  })
  afterEach(async () => {
    await run.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const long = 'x'.repeat(200_000)
  const limitPages = (pages: number) => run.core.write((tx) => tx.query(`PRAGMA max_page_count = ${pages}`))
  const write = (name: string, value: string) => run.core.write((tx) => writeFact(tx, name, value))
  const readBySomebodyElse = async (name: string): Promise<unknown> => {
    const other = await startCore({ url: run.url })
    try {
      return await other.core.read((tx) => readFact(tx, name))
    } finally {
      await other.close()
    }
  }

  it('says so, and has nothing half-done', async () => {
    await limitPages(1)
    const half = run.core.write(async (tx) => {
      await writeFact(tx, 'small', 'here')
      await writeFact(tx, 'long', long)
    })
    await expect(half).rejects.toThrow(/full/)
    expect(await readBySomebodyElse('small')).toBeNull()
  })

  it('keeps what is written when there is room again, for everybody to see', async () => {
    await limitPages(1)
    for (let tries = 0; tries < 3; tries++) await expect(write('long', long)).rejects.toThrow(/full/)
    await limitPages(1_000_000)
    await expect(run.core.write(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await write('long', long)
    expect(await readBySomebodyElse('long')).toBe(long)
  })
})
