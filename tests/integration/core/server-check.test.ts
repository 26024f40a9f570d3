import { DataSource } from 'typeorm'
import { afterEach, describe, expect, it } from 'vitest'
import { checkDatabase, judgeSettings } from '../../../core/db/server-check.js'
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

    it('finds a connection that was not set up by the product', async () => {
      test = await startCore()
      const strange = new DataSource({ type: 'mariadb', url: test.url, timezone: '+08:00', poolSize: 1 })
      await strange.initialize()
      try {
        await strange.query("SET SESSION sql_mode = '', default_storage_engine = 'MEMORY'")
        const findings = await checkDatabase({ ...test.database, writer: strange }, test.url, systemClock.now)
        const failed = findings.flatMap(({ check, state }) => (state === 'failed' ? [check] : []))
        expect(failed.sort()).toEqual(
          ['engine', 'isolation', 'sql-mode', 'time-zone'].map((name) => `database.${name}`),
        )
      } finally {
        await strange.destroy()
      }
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

const good = {
  version: '11.4.2-MariaDB',
  character_set_database: 'utf8mb4',
  collation_database: 'utf8mb4_bin',
  sql_mode: 'STRICT_TRANS_TABLES',
  max_allowed_packet: '67108864',
  tx_isolation: 'READ-COMMITTED',
  innodb_flush_log_at_trx_commit: '1',
  default_storage_engine: 'InnoDB',
  max_connections: '151',
  wsrep_on: 'OFF',
  wsrep_sync_wait: '0',
}

describe('a server setting', () => {
  const judged = (settings: Record<string, string>) => judgeSettings(new Map(Object.entries(settings)))

  it('is fine as we say it should be', () => {
    expect(judged(good).filter(({ state }) => state !== 'ok')).toEqual([])
  })

  it.each([
    ['version', { version: '10.4.1-MariaDB' }],
    ['version', { version: '5.7.44' }],
    ['charset', { character_set_database: 'utf8mb3' }],
    ['collation', { collation_database: 'utf8mb4_general_ci' }],
    ['sql-mode', { sql_mode: '' }],
    ['packet', { max_allowed_packet: '1048576' }],
    ['isolation', { tx_isolation: 'REPEATABLE-READ' }],
    ['durability', { innodb_flush_log_at_trx_commit: '2' }],
    ['engine', { default_storage_engine: 'MyISAM' }],
    ['connections', { max_connections: '20' }],
    ['cluster', { wsrep_on: 'ON' }],
  ])('%s is found when it is %o, with what to do', (name, bad) => {
    const found = judged({ ...good, ...bad }).filter(({ state }) => state !== 'ok')
    expect(found.map(({ check }) => check)).toEqual([`database.${name}`])
    expect(found[0]?.mend).toBeTruthy()
  })
})
