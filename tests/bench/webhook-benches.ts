import { makeDatabase, type Engine } from './databases.js'
import { sealMessage } from './envelope.js'
import { loadHttp } from './http-load.js'
import { startProduct, leadMessage } from './product.js'
import { median, type Bench, type Row } from './report.js'
import { startServer } from './servers.js'

const concurrency = 256
const stored = 10_000
const rounds = 3
const roundSeconds = 3

/** From a callback's bytes to its acknowledgement: nothing is acknowledged before it is on the disk. */
export const webhookBenches = (engine: Engine): Bench[] => [
  {
    name: `${engine}: WeCom callback ack over HTTP (verify, decrypt, store)`,
    group: 'ack',
    async run() {
      const database = await makeDatabase(engine)
      const bare = await startServer('./bare-server.ts')
      const ours = await startServer('./webhook-server.ts', [database.url])
      try {
        return await compare(bare.url, ours.url)
      } finally {
        await Promise.all([bare.stop(), ours.stop()])
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

/**
 * Both servers under the same load in turns, after a second each to get warm: what else the machine does meets both
 * alike. The same client sends the same bodies to both, and it is not free: on two cores it takes more processor time
 * for a request than the bare server does.
 */
async function compare(bareUrl: string, oursUrl: string): Promise<Row[]> {
  // Made beforehand: sealing them would be measured as well.
  const sealed = Array.from({ length: 120_000 }, (_, i) => sealMessage(i))
  const load = (url: string) => {
    let number = 0
    // No event comes twice.
    const next = () => sealed[number++] ?? sealMessage(number)
    return (seconds: number) => loadHttp({ method: 'POST', connections: concurrency, url, next, seconds })
  }
  const [bare, ours] = [load(bareUrl), load(oursUrl)]
  await bare(1)
  await ours(1)
  const measured = []
  for (let round = 0; round < rounds; round++)
    measured.push({ floor: await bare(roundSeconds), ours: await ours(roundSeconds) })
  const floor = median(measured.map((one) => one.floor.perSecond))
  return [
    {
      name: 'rate',
      value: median(measured.map((one) => one.ours.perSecond)),
      unit: 'requests/s',
      target: { atLeastOfFloor: 0.5 },
      floor: { name: 'bare Node HTTP', value: floor },
    },
    {
      name: 'p99',
      value: median(measured.map((one) => one.ours.p99Ms)),
      unit: 'ms',
      target: { atMost: 200 },
    },
  ]
}
