import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { postJson } from '../support/http-client.js'
import { writeHeader } from '../../miniapp/api/guard.js'
import type { Engine } from './databases.js'
import { startFleet } from './fleet.js'
import { percentile, type Bench, type Row } from './report.js'

const changes = 200

/** From an order given on one page to another open page being told; the order itself is part of it. */
export const liveBenches = (engine: Engine): Bench[] => [
  { name: `${engine}: change → open page`, group: 'live', run: () => measureLive(engine, 1, 100) },
]

/** @param atMostMs - for the 99th percentile. */
export async function measureLive(engine: Engine, processes: number, atMostMs: number): Promise<Row[]> {
  const fleet = await startFleet(engine, processes)
  const { cookie, origins } = fleet
  // Page and order are as far from each other as they can be.
  const page = await openPage(origins[0] ?? '', cookie)
  const desk = origins.at(-1) ?? ''
  const times: number[] = []
  for (let i = 0; i < changes; i += 1) {
    const startedAt = performance.now()
    const told = page.next()
    const body = { name: `客户${i}`, phone: `139${String(i).padStart(8, '0')}`, need: '想了解报价' }
    const answer = await postJson(desk, '/api/leads', body, { cookie, [writeHeader]: '1' })
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
    times.push((await told) - startedAt)
    await page.quiet()
  }
  page.close()
  await fleet.stop()
  return [
    { name: 'p50', value: percentile(times, 0.5), unit: 'ms', target: null },
    { name: 'p99', value: percentile(times, 0.99), unit: 'ms', target: { atMost: atMostMs } },
  ]
}

/** No event for this long: what one order caused has all been told. */
const quietMs = 120

async function openPage(origin: string, cookie: string) {
  const asked = get(`${origin}/api/live`, { headers: { cookie } })
  const [stream] = (await once(asked, 'response')) as [IncomingMessage]
  if (stream.statusCode !== 200) throw new Error(`the page was answered ${stream.statusCode}`)
  let lastAt = performance.now()
  let tell: ((at: number) => void) | null = null
  stream.setEncoding('utf8').on('data', (text: string) => {
    if (!text.includes('data:')) return
    lastAt = performance.now()
    tell?.(lastAt)
    tell = null
  })
  return {
    /** When the next event comes. */
    next: () => new Promise<number>((found) => (tell = found)),
    async quiet(): Promise<void> {
      while (performance.now() - lastAt < quietMs) await new Promise((done) => setTimeout(done, 20))
    },
    close: () => asked.destroy(),
  }
}
