import { afterEach, describe, expect, it } from 'vitest'
import { checkDatabase } from '../../../core/db/server-check.js'
import { systemClock } from '../../../core/ports/clock.js'
import { startCore, usesMysql, type TestCore } from '../../support/test-core.js'

describe('the check of the database', () => {
  let test: TestCore
  afterEach(() => test.close())
  const look = (now = systemClock.now) => checkDatabase(test.database, test.url, now)

  it('finds nothing that breaks a promise on a server set up as we say', async () => {
    test = await startCore()
    const findings = await look()
    expect(findings.filter(({ state }) => state === 'failed')).toEqual([])
    expect(findings.length).toBeGreaterThanOrEqual(3)
  })

  if (usesMysql) {
    it('says what is wrong with a server and what to set', async () => {
      test = await startCore()
      await test.database.writer.query(
        `ALTER DATABASE ${new URL(test.url).pathname.slice(1)} CHARACTER SET latin1 COLLATE latin1_swedish_ci`,
      )
      // The session sees the database's new default after it chose the database again.
      await test.database.close()
      test = await startCore({ url: test.url })
      const findings = await look()
      const charset = findings.find(({ check }) => check === 'database.charset')
      expect(charset).toMatchObject({ state: 'failed', found: '数据库字符集 latin1' })
      expect(charset?.mend).toContain('utf8mb4')
    })

    it('says how far the clocks are apart', async () => {
      test = await startCore()
      const findings = await look(() => new Date(systemClock.now().getTime() - 60_000))
      expect(findings.find(({ check }) => check === 'database.clock')).toMatchObject({
        state: 'warning',
        found: '数据库的时间比本机快 60.0 秒',
      })
    })
  }
})
