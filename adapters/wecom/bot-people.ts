import { z } from 'zod'
import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { AdapterLog } from '../platforms.js'
import { accountOf } from './accounts.js'
import type { Client } from './client.js'
import type { Counters } from './counters.js'

export interface BotPeopleDeps {
  client: Pick<Client, 'plainUserIds'>
  keys: KeyStore
  clock: Clock
  log: AdapterLog
  counters: Counters
  scope: string
}

export type BotPeople = ReturnType<typeof createBotPeople>

/** A member may be renamed once. */
const knownForMs = 24 * 3_600_000
/** Plain as it came, or out of the app's range until an admin changes that. */
const plainForMs = 3_600_000

const frame = z.looseObject({ from: z.looseObject({ userid: z.string().min(1).max(128) }) })

/**
 * Who speaks to the AI bot. A bot that a super admin made is told members' own ids; any other is told encrypted ones,
 * which say nothing to the app: they are exchanged, and remembered. Plain ids come back as no encrypted ones, so nothing
 * has to be known of how either looks.
 *
 * @see https://developer.work.weixin.qq.com/document/path/101521
 */
export function createBotPeople({ client, keys, clock, log, counters, scope }: BotPeopleDeps) {
  const key = (id: string) => `wecom:${scope}:bot-person:${id}`

  async function exchange(id: string): Promise<string> {
    const found = (await client.plainUserIds([id])).get(id)
    const lifeMs = found === undefined ? plainForMs : knownForMs
    await keys.put(key(id), found ?? id, new Date(clock.now().getTime() + lifeMs))
    return found ?? id
  }

  return {
    /**
     * The member of whom a frame tells, as the app knows them; null for a frame of nobody. Where WeCom does not say it
     * is the id in the frame: a stranger until the next try.
     */
    async senderOf(body: unknown): Promise<string | null> {
      const read = frame.safeParse(body)
      if (!read.success) return null
      const { userid: id } = read.data.from
      const known = await keys.get(key(id))
      if (known !== null) return accountOf(known)
      try {
        return accountOf(await exchange(id))
      } catch (err) {
        if (!(err instanceof PlatformError)) throw err
        counters.add('failed.bot-identity')
        log.warn({ code: err.code }, 'WeCom does not say which member spoke to the bot')
        return accountOf(id)
      }
    },
  }
}
