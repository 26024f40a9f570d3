import { PlatformError } from '../../core/errors.js'
import type { InboundSink } from '../../core/ports/inbound.js'
import type { Client } from './client.js'
import { badWakeToken } from './codes.js'
import { decodeCustomerMessage } from './decode-customer.js'
import { createFetching, type Fetching, type FetchingDeps } from './fetching.js'
import { keepTrying, patience } from './keeping.js'

export interface CustomerServiceDeps extends FetchingDeps {
  client: Client
  waits?: readonly number[]
}

export type CustomerService = ReturnType<typeof createCustomerService>

/** A wake-up's token is good for ten minutes; without one WeCom lets few calls through. */
const tokenLifeMs = 10 * 60_000

/**
 * Customers' words in WeChat customer service. The callback only says that there is something; what, is fetched from
 * where the last fetch ended. The place is kept after the messages are stored, so a crash in between fetches them again
 * and their ids make them the same messages.
 *
 * @see https://developer.work.weixin.qq.com/document/path/94670
 */
export function createCustomerService(deps: CustomerServiceDeps) {
  const { client, keys, clock, log, counters, scope } = deps
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

  /** The next page; without the wake-up's token where that one is over by WeCom's clock. */
  async function page(account: string, cursor: string) {
    const token = (await keys.get(key('token', account))) ?? ''
    try {
      return await client.syncCustomerMessages(account, cursor, token)
    } catch (err) {
      if (!token || !(err instanceof PlatformError) || err.code !== String(badWakeToken)) throw err
      return client.syncCustomerMessages(account, cursor, '')
    }
  }

  async function read(account: string, sink: InboundSink, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const cursor = (await keys.get(key('cursor', account))) ?? ''
      const answer = await page(account, cursor)
      for (let i = 0; i < answer.unreadable; i += 1) counters.add('ignored.customer-message')
      await store(sink, answer.messages)
      if (answer.cursor) await keys.put(key('cursor', account), answer.cursor, null)
      if (!answer.hasMore) return
      if (!answer.cursor || answer.cursor === cursor) {
        log.warn({}, 'customer service says that there is more, and not from where')
        return
      }
    }
  }

  async function knownAccounts(): Promise<string[]> {
    const value = await keys.get(key('accounts'))
    return value ? (JSON.parse(value) as string[]) : []
  }

  const fetching: Fetching = createFetching({ names: knownAccounts, read }, { ...deps, scope: `${scope}:kf` })
  return {
    ...fetching,
    /** Notes that there are new messages; what is noted is fetched after a crash, too. */
    async wake(account: string, token: string): Promise<void> {
      await keys.put(key('token', account), token, new Date(clock.now().getTime() + tokenLifeMs))
      const known = await knownAccounts()
      if (!known.includes(account))
        await keys.put(key('accounts'), JSON.stringify([...known, account].slice(-60)), null)
      await fetching.want(account)
    },
  }
}
