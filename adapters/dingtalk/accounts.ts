import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { DingtalkClient } from './client.js'
import { platformError } from './codes.js'
import { field, textOf } from './json.js'

const keepMs = 30 * 86_400_000
/** Codes for a person whom the company does not have. */
export const nobodyCodes: readonly string[] = ['60121', '33012']

/** The two names of a person: `userid` in the company, `unionid` for this developer. The todo list wants the second. */
export function createAccounts({
  client,
  keys,
  clock,
}: {
  client: DingtalkClient
  keys: KeyStore
  clock: Clock
}) {
  return {
    /** @see https://open.dingtalk.com/document/orgapp/query-user-details */
    async unionIdOf(userId: string): Promise<string> {
      const key = `dingtalk:union:${userId}`
      const known = await keys.get(key)
      if (known) return known
      const answer = await client.oldApi('/topapi/v2/user/get', { userid: userId })
      const unionId = textOf(field(answer, 'result'), 'unionid')
      if (!unionId) throw platformError('60121')
      await keys.put(key, unionId, new Date(clock.now().getTime() + keepMs))
      return unionId
    },

    /**
     * @returns null for people from outside, who have a unionid too.
     * @see https://open.dingtalk.com/document/orgapp/query-a-user-by-the-union-id
     */
    async userIdOf(unionId: string): Promise<string | null> {
      try {
        const answer = await client.oldApi('/topapi/user/getbyunionid', { unionid: unionId })
        const result = field(answer, 'result')
        return textOf(result, 'contact_type') === '1' ? null : textOf(result, 'userid') || null
      } catch (error) {
        if (error instanceof PlatformError && nobodyCodes.includes(error.code)) return null
        throw error
      }
    },
  }
}
