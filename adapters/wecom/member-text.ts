import { createHash } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.js'
import type { Sent } from '../../core/ports/messenger.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { accountOf } from './accounts.js'
import { failure } from './calls.js'
import type { CardLedger } from './card-ledger.js'
import type { Client } from './client.js'
import { takeTurn } from './limits.js'
import { repeatMark, type SendOnce } from './once.js'
import { messageText } from './plain-text.js'

export interface MemberTextDeps {
  client: Client
  ledger: CardLedger
  state: SharedState
  clock: Clock
  sendOnce: SendOnce
}

/** What WeCom is asked to compare a message with, seconds: as documented where nothing is said. */
const intervalSeconds = 1800
/** A repeat of ours comes this much before the end of the interval, and other words this much after it. */
const marginMs = 60_000

/**
 * Texts of the app to a member. WeCom swallows what it has shown already within half an hour when it is asked to, and
 * knows the words only, no key of ours: a try whose answer was lost is repeated word for word and shown once. The same
 * words under another key are meant to be read again; they are sent without the check, and a repeated try of theirs
 * carries a mark.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90236 (enable_duplicate_check)
 */
export function createMemberText({ client, ledger, state, clock, sendOnce }: MemberTextDeps) {
  /** Whether WeCom may be asked to swallow these words: nobody but this key has sent them lately. */
  async function takeWords(words: string, key: string): Promise<'first' | 'again' | 'unchecked'> {
    const now = clock.now().getTime()
    const [how, holder, at = '0'] = (await ledger.wordsOf(words))?.split(':') ?? []
    const isMine = holder === key && how === 'checked'
    if (isMine && now - Number(at) < intervalSeconds * 1000 - marginMs) return 'again'
    const taken = holder === undefined ? 'checked' : 'unchecked'
    await ledger.holdWords(words, `${taken}:${key}:${now}`, intervalSeconds * 1000 + marginMs)
    return holder === undefined ? 'first' : 'unchecked'
  }

  return (userId: string, text: string, key: string): Promise<Sent> =>
    sendOnce('text', key, async (isMaybeRepeated) => {
      await takeTurn(state, `member:${accountOf(userId)}`)
      const words = digest(`${accountOf(userId)}\n${text}`)
      const taken = await takeWords(words, digest(key))
      const mark = isMaybeRepeated && taken !== 'again' ? repeatMark : ''
      const answer = await client.sendMessage(
        userId,
        'text',
        { content: messageText(mark + text) },
        taken === 'unchecked' ? {} : { enable_duplicate_check: 1, duplicate_check_interval: intervalSeconds },
      )
      if (answer.invaliduser) throw failure('81013', false)
      return answer.msgid
    })
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32)
