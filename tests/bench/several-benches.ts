import { setTimeout as pause } from 'node:timers/promises'
import { createIds } from '../../core/ports/ids.js'
import { systemClock } from '../../core/ports/clock.js'
import { Agent, request } from 'node:http'
import { startFleet } from './fleet.js'
import { measureLive } from './live-benches.js'
import type { Options } from './options.js'
import type { Bench } from './report.js'

const engine = 'MariaDB'
const openAtOnce = 300
const giveUpMs = 300_000

/** The product as several processes over one MariaDB and one Redis, from socket to socket. */
export const severalBenches = ({ processes, leads }: Options): Bench[] => [
  {
    name: `${engine}, ${processes} processes: lead in → card handed over, ${leads.toLocaleString('en')} leads at once`,
    group: 'burst',
    async run() {
      const { origins, platform, stop } = await startFleet(engine, processes)
      const agent = new Agent({ keepAlive: true, maxSockets: openAtOnce })
      const startedAt = performance.now()
      let next = 0
      const post = async () => {
        for (let i = next++; i < leads; i = next++)
          await postLead(agent, origins[i % origins.length] ?? '', i)
      }
      await Promise.all(Array.from({ length: openAtOnce }, post))
      const cards = () => platform.cardsOf('新线索').length
      while (cards() < leads) {
        if (performance.now() - startedAt > giveUpMs) throw new Error(`${cards()} of ${leads} cards went out`)
        await pause(50)
      }
      const value = leads / ((performance.now() - startedAt) / 1000)
      agent.destroy()
      await stop()
      return { value, unit: 'leads/s', target: { atLeast: 300 } }
    },
  },
  {
    name: `${engine}, ${processes} processes: change → open page of another process`,
    group: 'live',
    run: () => measureLive(engine, processes, 1000),
  },
]

const ids = createIds(systemClock)

/** A customer's words over the platform's way in. @throws Error when they were not acknowledged. */
function postLead(agent: Agent, origin: string, number: number): Promise<void> {
  const eventId = ids.next()
  const body = JSON.stringify({
    ...{ type: 'message', platform: 'sandbox', eventId, messageId: eventId, toBot: false },
    at: systemClock.now().toISOString(),
    sender: { externalId: `customer-${number}`, name: '张伟', internal: false },
    chat: { id: 'group', type: 'group', name: '华东客户群' },
    text: `我们在杭州，想了解CRM的报价，预算20万，电话 139${String(number).padStart(8, '0')}`,
  })
  return new Promise((done, fail) => {
    const asked = request(`${origin}/hooks/test/events`, { method: 'POST', agent }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) done()
        else fail(new Error(`not acknowledged: ${answer.statusCode}`))
      })
    })
    asked.once('error', fail)
    asked.end(body)
  })
}
