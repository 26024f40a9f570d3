import { createHash } from 'node:crypto'
import { PlatformError } from '../../core/errors.js'
import type { Sent } from '../../core/ports/messenger.js'
import type { CardLedger } from './card-ledger.js'

export type SendOnce = ReturnType<typeof createSendOnce>

/** Said before what may have come already. */
export const repeatMark = '（可能重复）'

/** Sends what WeCom does not recognise by a key of ours: what arrived is not sent again. */
export function createSendOnce(ledger: CardLedger) {
  /**
   * @param send - told whether an earlier try left with an unknown outcome; says WeCom's id of the message, or nothing.
   * @throws whatever `send` throws.
   */
  return async (
    kind: 'group' | 'text' | 'bot',
    key: string,
    send: (isMaybeRepeated: boolean) => Promise<string>,
  ): Promise<Sent> => {
    const mark = createHash('sha256').update(`${kind}:${key}`).digest('base64url').slice(0, 32)
    const earlier = await ledger.sentId(mark)
    if (earlier) return { platformMessageId: earlier, state: 'sent' }
    const isMaybeRepeated = await ledger.hasSent(`${mark}:try`)
    try {
      const id = `${kind}:${(await send(isMaybeRepeated)) || mark}`.slice(0, 128)
      await ledger.markSent(mark, id)
      return { platformMessageId: id, state: 'sent' }
    } catch (err) {
      if (err instanceof PlatformError && unclear.has(err.code)) await ledger.markSent(`${mark}:try`, 'yes')
      throw err
    }
  }
}

/** It left, and what became of it is not known. */
const unclear: ReadonlySet<string> = new Set(['timeout', 'bad_answer'])
