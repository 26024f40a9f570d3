import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Finding } from '../ports/doctor.js'
import type { Database } from './database.js'

/**
 * Whether the database's settings keep what the product promises. Reads only.
 *
 * @param now - the machine's time, to compare the server's with.
 */
export async function checkDatabase(
  { dialect, writer }: Database,
  url: string,
  now: () => Date,
): Promise<Finding[]> {
  if (dialect === 'sqlite') return checkSqlite(writer, url.slice('sqlite:'.length))
  const settings = new Map(
    (
      await writer.query<{ name: string; value: string | null }[]>(
        `SHOW VARIABLES WHERE Variable_name IN (${variables.map((name) => `'${name}'`).join(', ')})`,
      )
    ).map((row) => {
      const { Variable_name: name, Value: value } = row as unknown as Record<string, string>
      return [name ?? '', value ?? '']
    }),
  )
  const before = now().getTime()
  const [time] = await writer.query<{ at: string | number }[]>('SELECT UNIX_TIMESTAMP(NOW(3)) AS at')
  const halfway = (before + now().getTime()) / 2
  const [instant] = await writer.query<{ ms: string | number }[]>(
    "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ?) / 1000 AS ms",
    [new Date(before)],
  )
  return [
    ...judgeSettings(settings),
    timeZoneFinding(settings, Number(instant?.ms ?? 0) - before),
    clockFinding(Math.round(Number(time?.at ?? 0) * 1000 - halfway)),
  ]
}

/** What a server's settings mean for the promises. Pure; names and values as `SHOW VARIABLES` tells them. */
export const judgeSettings = (settings: Settings): Finding[] => rules.map((rule) => rule(settings))

type Settings = ReadonlyMap<string, string>
type Rule = (settings: Settings) => Finding

const mb = 1024 * 1024
const leastPacket = 16 * mb

const check = (
  name: string,
  isGood: boolean,
  found: string,
  mend: string,
  state: 'warning' | 'failed' = 'failed',
): Finding => ({
  check: `database.${name}`,
  state: isGood ? 'ok' : state,
  found,
  ...(isGood ? {} : { mend }),
})

const at = (settings: Settings, name: string): string => settings.get(name) ?? ''
const isOn = (value: string): boolean => /^(ON|1)$/i.test(value)

/** One look at one promise each; a new one is a function here. */
const rules: Rule[] = [
  (s) => {
    const version = at(s, 'version')
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const isMaria = /mariadb/i.test(version)
    const isGood = isMaria ? major > 10 || (major === 10 && minor >= 6) : major >= 8
    return check('version', isGood, `数据库版本 ${version}`, '请升级到 MariaDB 10.6 或 MySQL 8.0 以上。')
  },
  (s) => {
    const charset = at(s, 'character_set_database')
    return check(
      'charset',
      charset === 'utf8mb4',
      `数据库字符集 ${charset}`,
      '请执行 ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin，否则生僻字和表情会存不进去。',
    )
  },
  (s) => {
    const collation = at(s, 'collation_database')
    return check(
      'collation',
      collation.endsWith('_bin'),
      `数据库排序规则 ${collation}`,
      '建议改为 utf8mb4_bin：别的规则会把大小写不同的编号当成同一个。',
      'warning',
    )
  },
  (s) => {
    const mode = at(s, 'sql_mode')
    return check(
      'sql-mode',
      mode.includes('STRICT_TRANS_TABLES') || mode.includes('STRICT_ALL_TABLES'),
      `sql_mode 为 ${mode || '空'}`,
      '请在 sql_mode 里加上 STRICT_TRANS_TABLES，否则过长的内容会被悄悄截断。',
    )
  },
  (s) => {
    const bytes = Number(at(s, 'max_allowed_packet'))
    return check(
      'packet',
      bytes >= leastPacket,
      `max_allowed_packet 为 ${Math.floor(bytes / mb)} MB`,
      '请把 max_allowed_packet 调到 16M 以上，否则大的导入和恢复会失败。',
    )
  },
  (s) => {
    const isolation = at(s, 'tx_isolation') || at(s, 'transaction_isolation')
    return check(
      'isolation',
      isolation === 'READ-COMMITTED',
      `本程序的连接事务隔离级别为 ${isolation}`,
      '本程序的连接会自己设为 READ-COMMITTED；若这里不是，请检查数据库代理是否会重置会话设置。',
    )
  },
  (s) => {
    const flush = at(s, 'innodb_flush_log_at_trx_commit')
    return check(
      'durability',
      flush === '1',
      `innodb_flush_log_at_trx_commit 为 ${flush}`,
      '请设为 1：别的值在断电时会丢掉已经答复过的消息。',
      'warning',
    )
  },
  (s) => {
    const engine = at(s, 'default_storage_engine')
    return check('engine', /innodb/i.test(engine), `默认存储引擎 ${engine}`, '请把默认存储引擎设为 InnoDB。')
  },
  (s) => {
    const most = Number(at(s, 'max_connections'))
    return check(
      'connections',
      most >= 50,
      `最多 ${most} 个连接`,
      '每个进程用 10 个连接，请把 max_connections 调到 50 以上。',
      'warning',
    )
  },
  (s) => {
    if (!isOn(at(s, 'wsrep_on'))) return check('cluster', true, '单台数据库，没有启用 Galera 集群', '')
    const isReadSafe = Number(at(s, 'wsrep_sync_wait')) % 2 === 1
    return check(
      'cluster',
      isReadSafe,
      `Galera 集群，wsrep_sync_wait 为 ${at(s, 'wsrep_sync_wait')}`,
      '本程序的连接会自己设为 1；若这里仍是 0，请检查数据库账号是否允许设置会话变量。',
      'warning',
    )
  },
]

const variables = [
  'version',
  'character_set_database',
  'collation_database',
  'sql_mode',
  'max_allowed_packet',
  'tx_isolation',
  'transaction_isolation',
  'innodb_flush_log_at_trx_commit',
  'default_storage_engine',
  'max_connections',
  'wsrep_on',
  'wsrep_sync_wait',
  'time_zone',
  'system_time_zone',
]

/** Instants are written in UTC whatever the server's zone is; what comes between must leave them so. */
function timeZoneFinding(settings: Settings, shiftMs: number): Finding {
  const zone = at(settings, 'time_zone')
  const named = zone === 'SYSTEM' ? `SYSTEM（${at(settings, 'system_time_zone')}）` : zone
  const isGood = Math.abs(shiftMs) < 1
  return check(
    'time-zone',
    isGood,
    isGood
      ? `时刻按 UTC 存取，与数据库时区 ${named} 无关`
      : `存入的时刻偏了 ${(shiftMs / 3_600_000).toFixed(1)} 小时，数据库时区 ${named}`,
    '请不要在数据库连接或代理里另设时区：提醒会提早或推迟这么久。',
  )
}

/** Deadlines of several processes are compared with stored instants: clocks that differ fire early or late. */
const mostDriftMs = 2000

function clockFinding(aheadMs: number): Finding {
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1)
  return check(
    'clock',
    Math.abs(aheadMs) <= mostDriftMs,
    Math.abs(aheadMs) <= mostDriftMs
      ? '数据库与本机的时间一致'
      : `数据库的时间比本机${aheadMs > 0 ? '快' : '慢'} ${seconds} 秒`,
    '请在两台机器上都打开 NTP 对时。',
    'warning',
  )
}

const leastFreeBytes = 1024 * mb

async function checkSqlite(writer: Database['writer'], file: string): Promise<Finding[]> {
  const [journal] = await writer.query<{ journal_mode: string }[]>('PRAGMA journal_mode')
  const [health] = await writer.query<Record<string, string>[]>('PRAGMA quick_check(1)')
  const said = Object.values(health ?? {})[0] ?? ''
  const { bavail, bsize } = await statfs(dirname(file))
  const free = bavail * bsize
  return [
    check(
      'journal',
      journal?.journal_mode === 'wal',
      `内置数据库的日志方式为 ${journal?.journal_mode ?? '未知'}`,
      '数据所在的磁盘不支持 WAL（常见于网络盘），请换到本机磁盘。',
    ),
    check(
      'health',
      said === 'ok',
      said === 'ok' ? '内置数据库完好' : `内置数据库有损坏：${said}`,
      '请从最近的备份恢复。',
    ),
    check(
      'space',
      free >= leastFreeBytes,
      `数据盘剩余 ${Math.floor(free / mb)} MB`,
      '请清出至少 1 GB 空间：写满之后任何操作都存不下来。',
      'warning',
    ),
  ]
}
