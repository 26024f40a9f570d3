import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'

/**
 * What has to be remembered of a sent card. WeCom lets a card be changed only with a `response_code`: one comes with
 * the send and one with each click, each is good for one change within 72 h.
 *
 * @see https://developer.work.weixin.qq.com/document/path/94888
 */
const lifeMs = 72 * 3_600_000

const record = z.object({
  userId: z.string(),
  /** The message that shows the card now; another one than at first when it had to be sent anew. */
  taskId: z.string(),
  msgid: z.string(),
  /** How it looks, see `looksOf`. */
  looks: z.string(),
  /** A change whose outcome is unknown. */
  tried: z.string().optional(),
  hasButtons: z.boolean(),
  title: z.string(),
})
export type CardRecord = z.infer<typeof record>

export type CardLedger = ReturnType<typeof createCardLedger>

/** @param scope - tells the apps of one database apart. */
export function createCardLedger({ keys, clock, scope }: { keys: KeyStore; clock: Clock; scope: string }) {
  const until = () => new Date(clock.now().getTime() + lifeMs)
  const key = (kind: 'card' | 'code' | 'spent' | 'first', id: string) => `wecom:${scope}:${kind}:${id}`
  return {
    /** @returns null for a card that was never sent from here, or that nothing can change any more. */
    async find(messageId: string): Promise<CardRecord | null> {
      const value = await keys.get(key('card', messageId))
      return value === null ? null : record.parse(JSON.parse(value))
    },
    remember: (messageId: string, card: CardRecord) =>
      keys.put(key('card', messageId), JSON.stringify(card), until()),
    /** The newest code is kept; an older one that was never used is lost, and a spent one that comes again is none. */
    async addCode(taskId: string, code: string): Promise<void> {
      if ((await keys.get(key('spent', digest(code)))) === null)
        await keys.put(key('code', taskId), code, until())
    },
    /** Takes the code: of several takers one gets it. */
    async spendCode(taskId: string): Promise<string | null> {
      const code = await keys.take(key('code', taskId))
      if (code !== null) await keys.put(key('spent', digest(code)), 'yes', until())
      return code
    },
    /** Puts back a code whose spending failed, for the next try. */
    giveBack: (taskId: string, code: string) => keys.put(key('code', taskId), code, until()),
    /** A card that was sent anew is still known by its first message. */
    replaced: (taskId: string, messageId: string) => keys.put(key('first', taskId), messageId, until()),
    async messageOf(taskId: string): Promise<string> {
      return (await keys.get(key('first', taskId))) ?? taskId
    },
    async hasSent(mark: string): Promise<boolean> {
      return (await keys.get(`wecom:${scope}:sent:${mark}`)) !== null
    },
    markSent: (mark: string, id: string) => keys.put(`wecom:${scope}:sent:${mark}`, id, until()),
    sentId: (mark: string) => keys.get(`wecom:${scope}:sent:${mark}`),
    /** Who has sent these words lately. */
    wordsOf: (words: string) => keys.get(`wecom:${scope}:words:${words}`),
    holdWords: (words: string, holder: string, ms: number) =>
      keys.put(`wecom:${scope}:words:${words}`, holder, new Date(clock.now().getTime() + ms)),
  }
}

const digest = (code: string): string => createHash('sha256').update(code).digest('base64url').slice(0, 32)
