import { createLog } from '../../../bot/log.js'
import { start } from '../../../bot/main.js'
import { endWithSignals, reportFailedStart } from '../../../bot/process.js'
import { readConfig } from '../../../core/config.js'
import { createTestAdapter } from './adapter.js'

/** One process of the product with the test's platform: `worker.ts <address of the platform>`. */
async function run(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  const running = await start(config, {
    log,
    dist: config.dataDir,
    adapters: [createTestAdapter(process.argv[2] ?? '')],
  })
  endWithSignals(log, () => running.stop())
  process.stdout.write(`Genjin is running, open: ${running.origin}\n`)
}

run().catch(reportFailedStart)
