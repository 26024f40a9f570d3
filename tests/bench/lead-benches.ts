import { setTimeout as pause } from 'node:timers/promises'
import type { Engine } from './databases.js'
import type { Options } from './options.js'
import { leadMessage, numberOnCard, startProduct } from './product.js'
import { percentile, type Bench } from './report.js'

const perSecond = 100
const seconds = 10
const openAtOnce = 500

/** From a customer's words to the rep's card in the messenger's hands. */
export const leadBenches = (engine: Engine, { leads: burst }: Pick<Options, 'leads'>): Bench[] => [
  {
    name: `${engine}: lead in → card handed over, ${perSecond} leads/s for ${seconds} s`,
    group: 'burst',
    async run() {
      const { lateness, stop } = await drive(engine, async (post) => {
        const startedAt = performance.now()
        for (let i = 0; i < perSecond * seconds; i += 1) {
          const dueMs = (i * 1000) / perSecond - (performance.now() - startedAt)
          if (dueMs > 0) await pause(dueMs)
          void post(i)
        }
        return perSecond * seconds
      })
      await stop()
      return [
        { name: 'p50', value: percentile(lateness, 0.5), unit: 'ms', target: null },
        { name: 'p99', value: percentile(lateness, 0.99), unit: 'ms', target: { atMost: 1000 } },
      ]
    },
  },
  {
    name: `${engine}: lead in → card handed over, ${burst.toLocaleString('en')} leads at once`,
    group: 'burst',
    async run() {
      const { stop, feedStartedAt, endedAt } = await drive(engine, async (post) => {
        // So many requests are open at a time: stays below the bound of the waiting list, so that none is refused.
        for (let first = 0; first < burst; first += openAtOnce)
          await Promise.all(
            Array.from({ length: Math.min(openAtOnce, burst - first) }, (_, i) => post(first + i)),
          )
        return burst
      })
      await stop()
      const value = burst / ((endedAt - feedStartedAt) / 1000)
      return { value, unit: 'leads/s', target: { atLeast: 300 } }
    },
  },
]

type Post = (number: number) => Promise<unknown>

/** Lets `feed` post leads and waits until as many cards as it says have gone out. */
async function drive(engine: Engine, feed: (post: Post) => Promise<number>) {
  const postedAt = new Map<number, number>()
  const lateness: number[] = []
  let endedAt = 0
  const product = await startProduct(engine, (message) => {
    const number = numberOnCard(message)
    const at = number === null ? undefined : postedAt.get(number)
    endedAt = performance.now()
    if (at !== undefined) lateness.push(endedAt - at)
  })
  const feedStartedAt = performance.now()
  const expected = await feed((number) => {
    postedAt.set(number, performance.now())
    return product.sink(leadMessage(product.core, number), 1000)
  })
  const givenUpAt = performance.now() + 180_000
  while (lateness.length < expected) {
    if (performance.now() > givenUpAt) throw new Error(`${lateness.length} of ${expected} cards went out`)
    await pause(5)
  }
  return { lateness, feedStartedAt, endedAt, stop: product.stop }
}
