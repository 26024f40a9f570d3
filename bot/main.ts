import { createServer as createHttpServer, type Server } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFolderStore } from '../adapters/files/folder.js'
import { createOpenAiModel } from '../adapters/llm/openai.js'
import { createInProcessQueue } from '../adapters/queue/in-process.js'
import { openPlatforms } from '../adapters/platforms.js'
import { createInProcessState } from '../adapters/shared-state/in-process.js'
import { createSandbox, type Sandbox } from '../adapters/sandbox/sandbox.js'
import { createCore, type Core } from '../core/app.js'
import { readConfig, type Config } from '../core/config.js'
import { openDatabase, refreshStatistics, type Database } from '../core/db/database.js'
import { freeLeases } from '../core/db/lease.js'
import { migrations } from '../core/db/migrations/index.js'
import { entities } from '../core/entities.js'
import { ConfigError } from '../core/errors.js'
import { armFaultPoint } from '../core/fault-points.js'
import { createAdjustableClock, systemClock, type AdjustableClock } from '../core/ports/clock.js'
import { createIds } from '../core/ports/ids.js'
import type { FileStore } from '../core/ports/files.js'
import { noOutreach } from '../core/ports/outreach.js'
import type { PlatformAdapter } from '../core/ports/platform-adapter.js'
import { createJobs } from '../jobs/jobs.js'
import { createApi } from '../miniapp/api/api.js'
import { createForms } from './forms.js'
import { createLog, type Log } from './log.js'
import { createNoteReader } from './note-reader.js'
import { notify, wantsNotice } from './notify.js'
import { readPanel } from './panel.js'
import { createPipeline } from './pipeline.js'
import { renderCard } from './render.js'
import { advanceClock, storedOffset } from './sandbox-clock.js'
import { createServer } from './server.js'
import { createWebhooks } from './webhooks.js'

/** A running installation. */
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

/** A manager's card about a lead that nobody took is followed by the strongest reminder there is (P-22). */
const urgedCards = new Set(['lead.dispatch'])
const modelAnswerTokens = 800

/**
 * Wires everything together and starts it: the only place that knows all parts.
 *
 * @throws ConfigError when the port or the database cannot be had.
 */
export async function start(
  config: Config,
  { log, dist, clock = createAdjustableClock(), adapters: given = [] }: StartDeps,
): Promise<Running> {
  armFaultPoint(config.faultPoint)
  const database = await openDatabase({ url: config.databaseUrl, entities, migrations })
  const ids = createIds(clock)
  const core = createCore({ database, clock, ids, timeZone: config.timeZone })
  // The embedded database has one process: what is leased there was leased by one that is gone.
  if (database.dialect === 'sqlite') await core.write(freeLeases)
  const fileStore = createFolderStore(join(config.dataDir, 'files'))
  if (config.sandbox) {
    clock.advance(await storedOffset(core))
    if (config.demo) await seedIfEmpty(core, database, fileStore, log)
  }

  const queue = createInProcessQueue({
    onError: (kind, error) => log.error({ kind, err: error }, 'a kind of work failed'),
  })
  const sandbox = config.sandbox ? await openSandbox(core, clock, config, log, () => jobs.wakeAll()) : null
  const state = createInProcessState(() => systemClock.now().getTime())
  const opened = await openPlatforms(config.platforms, {
    publicUrl: config.publicUrl,
    clock,
    ids,
    state,
    keys: core.keys,
    log,
  })
  const adapters = [...opened, ...given]
  const messengers = new Map(
    [...(sandbox ? [sandbox] : []), ...adapters].map(({ messenger }) => [messenger.platform, messenger]),
  )
  const channels = [...(sandbox ? [sandbox] : []), ...adapters].map(({ channel }) => channel)
  const llm = config.llm ? createOpenAiModel({ ...config.llm, clock: systemClock }) : null
  const limits = { timeoutMs: config.llm?.timeoutMs ?? 0, maxTokens: modelAnswerTokens }
  const notes = createNoteReader({ core, llm, limits, log })
  const wakeInbox = () => queue.push('inbox')
  const pipeline = createPipeline({ core, notes, log, wake: wakeInbox })
  core.changes.addConsumer('notify', wantsNotice)
  const jobs = createJobs({
    core,
    queue,
    log,
    workInbox: pipeline.work,
    maintain: () => refreshStatistics(database),
    relay: { consumer: 'notify', react: (tx, change) => notify(core, tx, change) },
    sender: {
      messengers,
      urges: urgedCards,
      outreach: noOutreach,
      render: (tx, delivery) => renderCard(core, tx, delivery),
    },
  })

  const ending = new AbortController()
  const api = createApi({
    core,
    identities: Object.fromEntries(
      [...(sandbox ? [sandbox] : []), ...adapters].map(({ identity }) => [identity.platform, identity]),
    ),
    fileStore,
    secureCookies: config.publicUrl.startsWith('https:'),
    config: { timeZone: config.timeZone },
    log,
    readNote: notes.read,
    signal: ending.signal,
  })
  const isReady = () => core.read((tx) => tx.query('SELECT 1')).then(Boolean, () => false)
  const forms = createForms({ core, log, wake: wakeInbox })
  const app = createServer({
    log,
    trustProxy: config.trustProxy,
    dist,
    api,
    forms,
    webhooks: createWebhooks(channels.flatMap(({ webhooks }) => webhooks ?? [])),
    sandbox: sandbox?.router ?? null,
    hosts: sandbox ? hostsOf(config) : null,
    nextId: ids.next,
    isReady,
  })
  const server = createHttpServer((request, response) => void app.callback()(request, response))
  sandbox?.attach(server)
  await listen(server, config)
  await Promise.all(channels.map((channel) => channel.start(pipeline.sink)))
  jobs.start()
  return {
    core,
    clock,
    sandbox,
    origin: originOf(server, config),
    wake: jobs.wakeAll,
    async idle() {
      while ((await queue.idle()) || (await sandbox?.idle()));
    },
    /** Takes nothing new, finishes what is under way, then closes. */
    async stop() {
      ending.abort()
      await jobs.stop()
      await Promise.all(channels.map((channel) => channel.stop()))
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await queue.close()
      // Ends the open consoles: the server does not count as closed while one WebSocket is there.
      await sandbox?.close()
      await closed
      await state.close()
      await database.close()
    },
  }
}

async function seedIfEmpty(core: Core, database: Database, fileStore: FileStore, log: Log): Promise<void> {
  if ((await core.read((tx) => core.org.everybody(tx))).length > 0) return
  // Loaded when it is needed: a real installation never pays for the demo.
  const { seedDemo } = await import('../core/demo/seed.js')
  await seedDemo({ database, fileStore, now: core.clock.now(), timeZone: core.timeZone })
  log.info({}, 'the demo company is ready; npm run demo:reset makes it anew, DEMO=off leaves it out')
}

async function openSandbox(
  core: Core,
  clock: AdjustableClock,
  config: Config,
  log: Log,
  onClock: () => void,
): Promise<Sandbox> {
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  core.changes.onCommitted(tell)
  core.deliveries.onQueued(tell)
  const sandbox = createSandbox({
    file: join(config.dataDir, 'sandbox.db'),
    clock,
    ids: core.ids,
    log,
    host: {
      pagesPath: '/app/',
      panel: () => readPanel(core, clock),
      onPanel(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async advanceClock(ms) {
        const answer = await advanceClock(core, clock, ms, 0)
        if (answer.ok) onClock()
        return answer
      },
      async personInfo(externalId) {
        return core.read(async (tx) => {
          const person = await core.org.findByAccount(tx, 'sandbox', externalId)
          return person ? `${person.title} · 在手 ${person.openLeads}/${person.openLeadCap}` : null
        })
      },
    },
  })
  if (!config.demo) return sandbox
  const { demoMessenger } = await import('../core/demo/messenger.js')
  // The cast of the demo company; putting it again changes nothing that was said since.
  for (const department of demoMessenger.departments) sandbox.accounts.putDepartment(department)
  for (const account of demoMessenger.accounts) sandbox.accounts.put(account)
  for (const group of demoMessenger.groups) sandbox.accounts.putGroup(group)
  for (const [one, other] of demoMessenger.directs) sandbox.accounts.putDirect(one, other)
  return sandbox
}

async function listen(server: Server, { host, port }: Config): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use: choose another one`
          : `cannot listen: ${error.message}`
      fail(new ConfigError([{ variable: error.code === 'EADDRNOTAVAIL' ? 'HOST' : 'PORT', problem }]))
    })
    server.listen(port, host, done)
  })
}

/** Names of this machine, and the one that the installation says it is reached by. */
function hostsOf(config: Config): ReadonlySet<string> {
  return new Set(['localhost', '127.0.0.1', '[::1]', config.host, new URL(config.publicUrl).hostname])
}

function originOf(server: Server, config: Config): string {
  const address = server.address()
  return typeof address === 'object' && address ? `http://${config.host}:${address.port}` : config.publicUrl
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
    `\n  跟进 已启动，在浏览器打开：${running.origin}\n  Genjin is running, open: ${running.origin}\n\n`,
  )
  const stop = () => {
    void running.stop().then(() => process.exit(0))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/** Both `bot/main.ts` (development) and `dist/bot/main.js` find the built pages in the project's `dist`. */
function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const parent = resolve(here, '..')
  return parent.endsWith('dist') ? parent : join(parent, 'dist')
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  run().catch((error: unknown) => {
    const isConfig = error instanceof ConfigError
    process.stderr.write(
      isConfig
        ? `\n${error.problems.map((p) => `  ${p.variable}: ${p.problem}`).join('\n')}\n\n`
        : `${String(error instanceof Error ? error.stack : error)}\n`,
    )
    process.exit(1)
  })
}
