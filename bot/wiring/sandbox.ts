import { join } from 'node:path'
import { createSandbox, type Sandbox } from '../../adapters/sandbox/sandbox.js'
import type { Core } from '../../core/app.js'
import type { Config } from '../../core/config.js'
import type { Database } from '../../core/db/database.js'
import type { AdjustableClock } from '../../core/ports/clock.js'
import type { FileStore } from '../../core/ports/files.js'
import type { Log } from '../log.js'
import { readPanel } from '../panel.js'
import { advanceClock } from '../sandbox-clock.js'

/** Fills an empty database with the demo company. */
export async function seedIfEmpty(
  core: Core,
  database: Database,
  fileStore: FileStore,
  log: Log,
): Promise<void> {
  if ((await core.read((tx) => core.org.everybody(tx))).length > 0) return
  // Loaded when it is needed: a real installation never pays for the demo.
  const { seedDemo } = await import('../../core/demo/seed.js')
  await seedDemo({ database, fileStore, now: core.clock.now(), timeZone: core.timeZone })
  log.info({}, 'the demo company is ready; npm run demo:reset makes it anew, DEMO=off leaves it out')
}

/** The messenger in the browser, with the demo company's cast where there is one. */
export async function openSandbox(
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
      // Drawn when somebody looks: it takes a database of its own.
      gallery: async () => (await import('../gallery/gallery.js')).galleryCards(),
      async personInfo(externalId) {
        return core.read(async (tx) => {
          const person = await core.org.findByAccount(tx, 'sandbox', externalId)
          return person ? `${person.title} · 在手 ${person.openLeads}/${person.openLeadCap}` : null
        })
      },
    },
  })
  if (!config.demo) return sandbox
  const { demoMessenger } = await import('../../core/demo/messenger.js')
  // The cast of the demo company; putting it again changes nothing that was said since.
  for (const department of demoMessenger.departments) sandbox.accounts.putDepartment(department)
  for (const account of demoMessenger.accounts) sandbox.accounts.put(account)
  for (const group of demoMessenger.groups) sandbox.accounts.putGroup(group)
  for (const [one, other] of demoMessenger.directs) sandbox.accounts.putDirect(one, other)
  return sandbox
}

/** Names of this machine, and the one that the installation says it is reached by. */
export function hostsOf(config: Config): ReadonlySet<string> {
  return new Set(['localhost', '127.0.0.1', '[::1]', config.host, new URL(config.publicUrl).hostname])
}
