import { existsSync } from 'node:fs'
import { MigrationExecutor } from 'typeorm'
import { createInProcessState } from '../../adapters/shared-state/in-process.js'
import { createOutreach } from '../../adapters/outreach/outreach.js'
import { openPlatforms } from '../../adapters/platforms.js'
import { silentLog } from '../../bot/log.js'
import { openLinks, type Links } from '../../bot/wiring/links.js'
import { createCore, type Core } from '../../core/app.js'
import { readConfig, type Config } from '../../core/config.js'
import { connectDatabase, type Database } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { checkDatabase } from '../../core/db/server-check.js'
import { entities } from '../../core/entities.js'
import { ConfigError } from '../../core/errors.js'
import { systemClock } from '../../core/ports/clock.js'
import type { Finding, WayIn } from '../../core/ports/doctor.js'
import { createIds } from '../../core/ports/ids.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import { outreachChannels } from '../../core/ports/outreach.js'
import type { PlatformAdapter } from '../../core/ports/platform-adapter.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { readWayIn } from '../../core/reports/ways-in.js'
import { reach } from './reach.js'

/** A finding and the part of the installation that it is about. */
export interface Examined {
  part: string
  finding: Finding
}

export interface ExamineInput {
  /** Only this platform, and what everything stands on. */
  platform?: string
  /** Account that gets the test messages. */
  testRecipient?: string
}

const platformNames: Record<string, string> = { wecom: '企业微信', dingtalk: '钉钉', feishu: '飞书' }
const channelNames = { sms: '短信', voice: '语音电话', mail: '邮件' }

/**
 * Looks at a whole installation in the order in which it is set up, and yields each finding as soon as it is there.
 * Changes nothing, migrates nothing; may run beside the product. What everything stands on comes first: without
 * settings or a database the rest is not looked at.
 */
export async function* examineInstallation(
  env: Record<string, string | undefined>,
  { platform, testRecipient }: ExamineInput = {},
): AsyncGenerator<Examined> {
  const config = settingsOf(env)
  for (const finding of config.findings) yield { part: '配置', finding }
  if (!config.read) return
  const database = await openForLooking(config.read)
  const core = database.opened && coreOn(database.opened, config.read)
  try {
    for await (const finding of database.findings(core)) yield { part: '数据库', finding }
    const links = await linksOf(config.read)
    if (links.finding) yield { part: 'Redis', finding: links.finding }
    try {
      yield* examinePlatforms(config.read, core, links.state, { platform, testRecipient })
    } finally {
      await links.close()
    }
    for (const finding of outreachFindings(config.read)) yield { part: '短信、电话、邮件', finding }
    yield { part: '公网地址', finding: await reach(config.read.publicUrl) }
  } finally {
    await database.opened?.close()
  }
}

function settingsOf(env: Record<string, string | undefined>): { findings: Finding[]; read: Config | null } {
  try {
    const read = readConfig(env)
    return { read, findings: [{ check: 'config', state: 'ok', found: '配置完整，没有写错的地方' }] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const findings = error.problems.map(({ variable, problem }): Finding => ({
      check: `config.${variable}`,
      state: 'failed',
      found: `${variable}：${problem}`,
      mend: `修改 .env 里的 ${variable}，写法见 .env.example。`,
    }))
    return { read: null, findings }
  }
}

function coreOn(database: Database, { timeZone }: Config): Core {
  return createCore({ database, clock: systemClock, ids: createIds(systemClock), timeZone })
}

async function openForLooking({ databaseUrl: url }: Config) {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null
  if (file && !existsSync(file)) {
    const none: Finding = {
      check: 'database.open',
      state: 'warning',
      found: '还没有数据库',
      mend: '第一次运行 npm start 时会自动建立。',
    }
    return {
      opened: null,
      async *findings() {
        yield none
      },
    }
  }
  let opened: Database
  try {
    opened = await connectDatabase({ url, entities, migrations })
    if (opened.dialect === 'sqlite') await opened.reader.initialize()
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return {
      opened: null,
      async *findings(): AsyncGenerator<Finding> {
        yield {
          check: 'database.open',
          state: 'failed',
          found: `数据库打不开：${problem}`,
          mend: '检查 .env 里的 DATABASE_URL：地址、端口、账号和密码，以及数据库是否已启动。',
        }
      },
    }
  }
  return {
    opened,
    async *findings(core: Core | null): AsyncGenerator<Finding> {
      yield* await checkDatabase(opened, url, systemClock.now)
      const waiting = await new MigrationExecutor(opened.writer).getPendingMigrations()
      yield waiting.length === 0
        ? { check: 'database.tables', state: 'ok', found: '数据表是最新的' }
        : {
            check: 'database.tables',
            state: 'warning',
            found: `还有 ${waiting.length} 个迁移没有运行`,
            mend: '运行 npm run migrate，或直接 npm start。',
          }
      if (core && waiting.length === 0) yield await adminFinding(core)
    },
  }
}

async function adminFinding(core: Core): Promise<Finding> {
  const everybody = await core.read((tx) => core.org.everybody(tx))
  const isThere = everybody.some(({ role }) => role === 'admin')
  return isThere
    ? { check: 'organisation.admin', state: 'ok', found: `组织里有 ${everybody.length} 人，已有管理员` }
    : {
        check: 'organisation.admin',
        state: 'warning',
        found: '还没有管理员',
        mend: '运行 npm run admin -- <平台> <账号> <姓名>，例如 npm run admin -- feishu ou_xxx 张三。',
      }
}

async function linksOf({ redisUrl }: Config): Promise<{
  finding: Finding | null
  state: SharedState
  close: Links['close']
}> {
  const alone = createInProcessState(() => systemClock.now().getTime())
  if (redisUrl === null) return { finding: null, state: alone, close: () => alone.close() }
  try {
    const links = await openLinks(redisUrl, { self: 'doctor', log: silentLog, onFailure: () => undefined })
    return { ...links, finding: { check: 'redis', state: 'ok', found: 'Redis 连得上' } }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const [first] = error.problems
    const finding: Finding = {
      check: 'redis',
      state: 'failed',
      found: `Redis 连不上：${first?.problem ?? ''}`,
      mend: '检查 .env 里的 REDIS_URL，以及 Redis 是否已启动。',
    }
    return { finding, state: alone, close: () => alone.close() }
  }
}

async function* examinePlatforms(
  config: Config,
  core: Core | null,
  state: SharedState,
  { platform, testRecipient }: ExamineInput,
): AsyncGenerator<Examined> {
  const adapters = await openPlatforms(config.platforms, {
    publicUrl: config.publicUrl,
    clock: systemClock,
    ids: createIds(systemClock),
    state,
    keys: core?.keys ?? forgetful,
    log: silentLog,
  })
  const wanted = adapters.filter((adapter) => platform === undefined || adapter.platform === platform)
  if (wanted.length === 0)
    yield {
      part: '平台',
      finding: {
        check: 'platforms',
        state: platform ? 'failed' : 'skipped',
        found: platform
          ? `没有配置${platformNames[platform] ?? platform}`
          : '没有配置任何平台，只能用浏览器里的沙盒',
        mend: '按 docs 里该平台的指南填写 .env。',
      },
    }
  for (const adapter of wanted) {
    const part = platformNames[adapter.platform] ?? adapter.platform
    const wayIn = core && (await wayInOf(core, adapter.platform))
    const findings = adapter.doctor?.examine({
      ...(testRecipient ? { testRecipient } : {}),
      ...(wayIn ? { wayIn } : {}),
    })
    for await (const finding of findings ?? []) yield { part, finding }
  }
}

/** Null where there are no tables yet: nobody has ever started. */
async function wayInOf(core: Core, platform: PlatformAdapter['platform']): Promise<WayIn | null> {
  try {
    return await core.read((tx) => readWayIn(tx, platform, core.clock.now()))
  } catch {
    return null
  }
}

function outreachFindings(config: Config): Finding[] {
  const configured = createOutreach(config.outreach, systemClock).channels()
  return outreachChannels.map((channel) =>
    configured.includes(channel)
      ? { check: `outreach.${channel}`, state: 'ok', found: `${channelNames[channel]}已配置` }
      : {
          check: `outreach.${channel}`,
          state: 'skipped',
          found: `${channelNames[channel]}未配置：升级提醒不会走这一路`,
          mend: '需要时在 .env 里填写服务商，见 .env.example。',
        },
  )
}

/** Where there is no database there is nothing to remember: the examination asks everything anew. */
const forgetful: KeyStore = {
  get: async () => null,
  put: async () => undefined,
  take: async () => null,
}
