import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { makeDatabase, type Engine } from './databases.js'
import { sealMessage } from './envelope.js'
import { measureBareHttp } from './floors.js'
import { loadHttp } from './http-load.js'
import { startProduct, leadMessage } from './product.js'
import type { Bench } from './report.js'

const concurrency = 256
const stored = 10_000

/** From a callback's bytes to its acknowledgement: nothing is acknowledged before it is on the disk. */
export const webhookBenches = (engine: Engine): Bench[] => [
  {
    name: `${engine}: WeCom callback ack over HTTP (verify, decrypt, store)`,
    group: 'ack',
    async run() {
      const load = { method: 'POST' as const, connections: concurrency, seconds: 4 }
      let number = 0
      // Made beforehand: sealing them would be measured as well.
      const sealed = Array.from({ length: 60_000 }, (_, i) => sealMessage(i))
      const next = () => sealed[number++ % sealed.length] ?? sealMessage(number)
      const floor = await measureBareHttp({ ...load, next })
      const database = await makeDatabase(engine)
      const server = spawn(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(new URL('./webhook-server.ts', import.meta.url)), database.url],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      try {
        const [port] = (await once(server.stdout, 'data')) as [Buffer]
        const url = `http://127.0.0.1:${port.toString().trim()}/`
        number = 0
        const { perSecond, p99Ms } = await loadHttp({ ...load, url, next })
        return [
          {
            name: 'rate',
            value: perSecond,
            unit: 'requests/s',
            target: { atLeastOfFloor: 0.5 },
            floor: { name: 'bare Node HTTP', value: floor },
          },
          { name: 'p99', value: p99Ms, unit: 'ms', target: { atMost: 200 } },
        ]
      } finally {
        server.kill()
        await once(server, 'close')
        await database.drop()
      }
    },
  },
  {
    name: `${engine}: event → stored durably, ${concurrency} at a time`,
    group: 'ack',
    async run() {
      const product = await startProduct(engine)
      const { core } = product
      const bodies = Array.from({ length: stored }, (_, i) => leadMessage(core, i))
      const startedAt = performance.now()
      for (let i = 0; i < stored; i += concurrency) {
        await Promise.all(
          bodies
            .slice(i, i + concurrency)
            .map((event) =>
              core.inbox.accept({ channel: 'bench', eventId: event.eventId, body: JSON.stringify(event) }),
            ),
        )
      }
      const value = stored / ((performance.now() - startedAt) / 1000)
      await product.stop()
      return { value, unit: 'events/s', target: null }
    },
  },
]
