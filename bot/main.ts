import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createFolderStore } from '../adapters/files/folder.js'
import { createOpenAiModel } from '../adapters/llm/openai.js'
import { createOutreach } from '../adapters/outreach/outreach.js'
import { openPlatforms } from '../adapters/platforms.js'
import type { Sandbox } from '../adapters/sandbox/sandbox.js'
import { readCertificate } from '../adapters/tls/certificate.js'
import { createCore, type Core } from '../core/app.js'
import { readConfig, type Config } from '../core/config.js'
import { openDatabase, refreshStatistics } from '../core/db/database.js'
import { freeLeases } from '../core/db/lease.js'
import { migrations } from '../core/db/migrations/index.js'
import { checkDatabase } from '../core/db/server-check.js'
import { claimSqlite } from '../core/db/one-process.js'
import { entities } from '../core/entities.js'
import { armFaultPoint } from '../core/fault-points.js'
import { createAdjustableClock, systemClock, type AdjustableClock } from '../core/ports/clock.js'
import { createIds } from '../core/ports/ids.js'
import type { Platform } from '../core/ports/platform.js'
import type { PlatformAdapter } from '../core/ports/platform-adapter.js'
import { createConnections } from '../jobs/connections.js'
import { createInboxWork } from '../jobs/inbox-work.js'
import { createJobs } from '../jobs/jobs.js'
import { createApi } from '../miniapp/api/api.js'
import { createForms } from './forms.js'
import { createLiveChanges } from './live-changes.js'
import { createLog, type Log } from './log.js'
import { createMetrics, type Metrics } from './metrics.js'
import { createNoteReader } from './note-reader.js'
import { notify, wantsNotice } from './notify.js'
import { createOps, createReadiness } from './ops.js'
import { createPipeline } from './pipeline.js'
import { endWithSignals, reportFailedStart } from './process.js'
import { renderCard } from './render.js'
import { storedOffset } from './sandbox-clock.js'
import { createOpsServer, createServer } from './server.js'
import { createWebhooks, hooksFirst } from './webhooks.js'
import { warnOfWrongClock } from './wiring/clock-check.js'
import { prepareDataFolder } from './wiring/data-folder.js'
import { openLinks } from './wiring/links.js'
import { closeHttp, createHttp, listen, originOf } from './wiring/listen.js'
import { createNeighbours } from './wiring/neighbours.js'
import { hostsOf, openSandbox, seedIfEmpty } from './wiring/sandbox.js'

/** A running process of an installation; by default the only one, which does everything. */
export interface Running {
  core: Core
  clock: AdjustableClock
  sandbox: Sandbox | null
  /** Where it listens, with the port it really got. */
  origin: string
  /** Looks at everything that may be due: after the clock was pushed. */
  wake(): void
  /** Resolves when everything that is due now has been done. For tests. */
  idle(): Promise<void>
  stop(): Promise<void>
}

export interface StartDeps {
  log: Log
  /** Folder of the built pages. */
  dist: string
  clock?: AdjustableClock
  /** Platforms beside those that the configuration names: for tests. */
  adapters?: readonly PlatformAdapter[]
}

const modelAnswerTokens = 800
/** Requests under way when the process is stopped. */
const requestGraceMs = 3000
/** Work under way when the process is stopped; what takes longer is taken up by others when its lease ends. */
const drainMs = 10_000

/**
 * Wires everything together and starts it: the only place that knows all parts.
 *
 * Every process has the core, writes outbox rows for all consumers and works on the events that it stores; `services`
 * says who beside that serves pages and webhooks, holds the platforms' connections, and relays, sends and fires.
 *
 * @throws ConfigError when the data folder, the port, Redis or the database cannot be had.
 */
export async function start(
  config: Config,
  { log, dist, clock = createAdjustableClock(), adapters: given = [] }: StartDeps,
): Promise<Running> {
  armFaultPoint(config.faultPoint)
  prepareDataFolder(config.dataDir)
  const isEmbedded = config.databaseUrl.startsWith('sqlite:')
  const unclaim = isEmbedded ? claimSqlite(config.databaseUrl) : () => undefined
  const ids = createIds(clock)
  const self = ids.next()
  const links = await openLinks(config.redisUrl, {
    self,
    log,
    onFailure: (kind) => metrics.workFailed(kind),
  })
  const { queue, state } = links
  const database = await openDatabase({ url: config.databaseUrl, entities, migrations })
  await warnOfWrongClock(database, log)
  const core = createCore({ database, clock, ids, timeZone: config.timeZone })
  const several =
    config.redisUrl === null ? null : { holder: `${hostname().slice(0, 24)}:${process.pid}:${self}` }
  const neighbours = isEmbedded
    ? null
    : createNeighbours({
        leases: core.leases,
        ...{ self, log, isShared: several !== null, place: `${hostname().slice(0, 24)}:${process.pid}` },
      })
  const does = new Set(config.services)
  const metrics: Metrics = createMetrics({ core, redis: () => queue.state() })
  core.deadlines.onFired(metrics.deadlineFired)
  // The embedded database has one process: what is leased there was leased by one that is gone.
  if (isEmbedded) await core.write(freeLeases)
  const fileStore = createFolderStore(join(config.dataDir, 'files'))
  if (config.sandbox) {
    clock.advance(await storedOffset(core))
    if (config.demo) await seedIfEmpty(core, database, fileStore, log)
  }

  const sandbox = config.sandbox ? await openSandbox(core, clock, config, log, () => wakeAll()) : null
  const opened = await openPlatforms(config.platforms, {
    publicUrl: config.publicUrl,
    clock,
    ids,
    state,
    keys: core.keys,
    log,
    isBound: (platform, account) =>
      core.read(async (tx) => (await core.org.boundAmong(tx, platform, [account])).has(account)),
  })
  const adapters = [...opened, ...given]
  const platforms = [...(sandbox ? [sandbox] : []), ...adapters]
  const messengers = new Map(platforms.map(({ messenger }) => [messenger.platform, messenger]))
  const lacksTodos = (platform: Platform): boolean => {
    const messenger = messengers.get(platform)
    return messenger !== undefined && !messenger.todos
  }
  const channels = platforms.map(({ channel }) => channel)
  const outreach = createOutreach(config.outreach, clock)
  outreach.start(async (receipts) => {
    for (const receipt of receipts) await core.write((tx) => core.deliveries.outreachReceipt(tx, receipt))
  })
  // The demo company is no organisation that a messenger tells: it would be brought in a second time.
  const directories = [
    ...(sandbox && !config.demo ? [sandbox.directory] : []),
    ...adapters.map(({ directory }) => directory),
  ]
  const llm = config.llm ? createOpenAiModel({ ...config.llm, clock: systemClock }) : null
  const limits = { timeoutMs: config.llm?.timeoutMs ?? 0, maxTokens: modelAnswerTokens }
  const notes = createNoteReader({ core, llm, limits, log })
  const wakeInbox = () => queue.pushHere('inbox')
  const pipeline = createPipeline({
    core,
    notes,
    log,
    wake: wakeInbox,
    wakeNotes: () => queue.pushHere('notes'),
    directories: directories.map(({ platform }) => platform),
  })
  core.changes.addConsumer('notify', wantsNotice)
  queue.handle('notes', pipeline.workNotes)
  const inboxWork = createInboxWork({ core, queue, work: pipeline.work })
  const connections = createConnections({
    channels,
    leases: core.leases,
    holder: several?.holder ?? self,
    log,
  })
  const jobs = does.has('jobs')
    ? createJobs({
        core,
        queue,
        log,
        several,
        maintain: () => refreshStatistics(database),
        ...(config.publicUrl.startsWith('https:')
          ? { readCertificate: () => readCertificate(config.publicUrl) }
          : {}),
        directories,
        relay: { consumer: 'notify', react: (tx, change) => notify(core, tx, change, { lacksTodos }) },
        sender: {
          messengers,
          outreach,
          render: (tx, delivery) => renderCard(core, tx, delivery),
        },
      })
    : null
  const wakeAll = () => {
    inboxWork.wake()
    jobs?.wakeAll()
  }

  const ending = new AbortController()
  const readiness = createReadiness({
    core,
    dataDir: config.dataDir,
    services: config.services,
    migrations: migrations.map(({ name }) => name),
    redis: () => queue.state(),
    isStopping: () => ending.signal.aborted,
  })
  const ops = createOps({ readiness, metrics, token: config.metricsToken })
  const live = createLiveChanges({ core, state, self: several && self, log })
  const web = () =>
    createServer({
      log,
      trustProxy: config.trustProxy,
      dist,
      api: createApi({
        core,
        identities: Object.fromEntries(platforms.map(({ identity }) => [identity.platform, identity])),
        doctors: adapters.flatMap(({ doctor }) => doctor ?? []),
        directories: directories.map(({ platform }) => platform),
        tellsReading: (platform) => messengers.get(platform)?.capabilities().readReceipts ?? false,
        checkDatabase: async () => [
          ...(await checkDatabase(database, config.databaseUrl, systemClock.now)),
          ...(neighbours?.findings() ?? []),
        ],
        bridges: adapters.flatMap(({ bridge }) => bridge ?? []),
        publicUrl: config.publicUrl,
        pageScripts: config.pageScripts,
        fileStore,
        state,
        secureCookies: config.publicUrl.startsWith('https:'),
        config: { timeZone: config.timeZone },
        log,
        readNote: notes.read,
        onChange: live.onChange,
        signal: ending.signal,
      }),
      forms: createForms({ core, state, log, wake: wakeInbox }),
      sandbox: sandbox?.router ?? null,
      hosts: sandbox ? hostsOf(config) : null,
      nextId: ids.next,
      ops,
      measure: metrics.measure(),
      scripts: Object.values(config.pageScripts),
    })
  const app = does.has('web') ? web() : createOpsServer({ log, nextId: ids.next, ops })
  const pages = app.callback()
  const webhooks = does.has('web') ? [...channels, outreach].flatMap((one) => one.webhooks ?? []) : []
  const hooks = createWebhooks({
    ...{ webhooks, log, nextId: ids.next, trustProxy: config.trustProxy, onAnswer: metrics.hookAnswered },
  })
  const server = createHttp(hooksFirst(hooks, (request, response) => void pages(request, response)))
  sandbox?.attach(server)
  await listen(server, config)
  if (does.has('web') || does.has('bot'))
    await Promise.all(channels.map((channel) => channel.start(pipeline.sink)))
  if (does.has('bot')) connections.start()
  neighbours?.start()
  inboxWork.start()
  jobs?.start()
  return {
    core,
    clock,
    sandbox,
    origin: originOf(server, config),
    wake: wakeAll,
    async idle() {
      while ((await queue.idle()) || (await sandbox?.idle()));
    },
    /** Takes nothing new, finishes what is under way, hands back what it holds, then closes. */
    async stop() {
      ending.abort()
      const closed = closeHttp(server, requestGraceMs)
      await Promise.all([connections.stop(), jobs?.stop()])
      await Promise.all(channels.map((channel) => channel.stop()))
      // Ends the open consoles: the server does not count as closed while one WebSocket is there.
      await sandbox?.close()
      await closed
      await Promise.race([queue.close(), pause(drainMs, null, { ref: false })])
      inboxWork.stop()
      await inboxWork.handBack()
      live.stop()
      await neighbours?.stop()
      await links.close()
      await database.close()
      unclaim()
    },
  }
}

/** `npm start`. */
async function run(): Promise<void> {
  try {
    process.loadEnvFile()
  } catch {
    // No .env file: everything has a default.
  }
  const config = readConfig()
  const log = createLog(config.logLevel)
  const running = await start(config, { log, dist: distFolder() })
  process.stdout.write(
    config.services.includes('web')
      ? `\n  跟进 已启动，在浏览器打开：${running.origin}\n  Genjin is running, open: ${running.origin}\n\n`
      : `\n  跟进 已启动（${config.services.join('、')}）\n  Genjin is running, health: ${running.origin}\n\n`,
  )
  endWithSignals(log, () => running.stop())
}

/** Both `bot/main.ts` (development) and `dist/bot/main.js` find the built pages in the project's `dist`. */
function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const parent = resolve(here, '..')
  return parent.endsWith('dist') ? parent : join(parent, 'dist')
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  run().catch(reportFailedStart)
}
