import type { Clock } from '../../core/ports/clock.js'
import type { InboundSink } from '../../core/ports/inbound.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { AdapterLog } from '../platforms.js'
import type { Client } from './client.js'
import type { Counters } from './counters.js'
import { decodeCustomerMessage } from './decode-customer.js'
import { keepTrying, patience } from './keeping.js'

export interface CustomerServiceDeps {
  client: Client
  keys: KeyStore
  clock: Clock
  log: AdapterLog
  counters: Counters
  scope: string
  waits?: readonly number[]
}

export type CustomerService = ReturnType<typeof createCustomerService>

/** A wake-up's token is good for ten minutes; without one WeCom lets few calls through. */
const tokenLifeMs = 10 * 60_000
const mostPages = 200

/**
 * Customers' words in WeChat customer service. The callback only says that there is something; what, is fetched from
 * where the last fetch ended. The place is kept after the messages are stored, so a crash in between fetches them again
 * and their ids make them the same messages.
 *
 * @see https://developer.work.weixin.qq.com/document/path/94670
 */
export function createCustomerService(deps: CustomerServiceDeps) {
  const { client, keys, clock, log, counters, scope } = deps
  /** One fetch per account at a time here; two processes at once only fetch the same messages twice. */
  const running = new Map<string, Promise<void>>()
  /** The fetch that follows the one under way. */
  const next = new Map<string, Promise<void>>()
  const key = (kind: 'cursor' | 'token' | 'accounts', account = '') => `wecom:${scope}:kf:${kind}:${account}`

  /** What one customer says is stored in its order; the customers of a page need not wait for each other. */
  async function store(
    sink: InboundSink,
    messages: Parameters<typeof decodeCustomerMessage>[0][],
  ): Promise<void> {
    const events = messages.flatMap((message) => {
      const event = decodeCustomerMessage(message)
      if (!event) counters.add('ignored.customer-message')
      return event ?? []
    })
    const bySender = Map.groupBy(events, ({ sender }) => sender.externalId)
    await Promise.all(
      [...bySender.values()].map(async (all) => {
        for (const event of all) await keepTrying(sink, event, 0, deps.waits ?? patience.app)
      }),
    )
  }

  async function fetchAll(sink: InboundSink, account: string): Promise<void> {
    const token = (await keys.get(key('token', account))) ?? ''
    for (let page = 0; page < mostPages; page += 1) {
      const cursor = (await keys.get(key('cursor', account))) ?? ''
      const answer = await client.syncCustomerMessages(account, cursor, token)
      for (let i = 0; i < answer.unreadable; i += 1) counters.add('ignored.customer-message')
      await store(sink, answer.messages)
      if (answer.cursor) await keys.put(key('cursor', account), answer.cursor, null)
      if (!answer.hasMore) return
    }
    log.warn({ pages: mostPages }, 'customer service has more messages than were fetched at once')
  }

  async function begin(sink: InboundSink, account: string): Promise<void> {
    const run = fetchAll(sink, account)
    running.set(account, run)
    try {
      await run
    } finally {
      if (running.get(account) === run) running.delete(account)
    }
  }

  async function knownAccounts(): Promise<string[]> {
    const value = await keys.get(key('accounts'))
    return value ? (JSON.parse(value) as string[]) : []
  }

  return {
    /** Notes that there are new messages; what is noted is fetched after a crash, too. */
    async wake(account: string, token: string): Promise<void> {
      await keys.put(key('token', account), token, new Date(clock.now().getTime() + tokenLifeMs))
      const known = await knownAccounts()
      if (!known.includes(account))
        await keys.put(key('accounts'), JSON.stringify([...known, account].slice(-60)), null)
    },

    /**
     * Fetches and stores what is new. Resolves when it is stored. While one fetch is under way all others share the one
     * after it: it begins later than all of them asked, so it sees what they were told of.
     */
    fetch(sink: InboundSink, account: string): Promise<void> {
      const waiting = next.get(account)
      if (waiting) return waiting
      const before = running.get(account)
      if (!before) return begin(sink, account)
      const run = before
        .catch(() => undefined)
        .then(() => {
          next.delete(account)
          return begin(sink, account)
        })
      next.set(account, run)
      return run
    },

    /** Fetches what came while nobody listened. */
    async catchUp(sink: InboundSink): Promise<void> {
      for (const account of await knownAccounts()) {
        try {
          await this.fetch(sink, account)
        } catch (err) {
          log.warn({ err }, 'messages of customer service could not be fetched')
        }
      }
    },

    idle: async () => {
      await Promise.allSettled([...running.values(), ...next.values()])
    },
  }
}
