import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { Address, Messenger, Outgoing, SentMessage } from '../../core/ports/messenger.js'
import type { FeishuCalls } from './calls.js'
import { failure } from './client.js'
import { recallRefusals, urgeRefusals } from './codes.js'
import { capabilities, encodeCard, encodeText, keyLifeMs } from './encode.js'
import { rememberCard } from './sent-cards.js'
import type { TapGate } from './tap-gate.js'
import { createTodos } from './todos.js'
import { uuidOf } from './uuid.js'

interface MessengerDeps {
  calls: FeishuCalls
  clock: Clock
  keys: KeyStore
  gate: TapGate
  pageUrl: (path: string) => string
}

/** How long a send of unknown outcome is remembered: longer than any delivery lives. */
const unknownLifeMs = 4 * 86_400_000
/** Receipts are asked for a few messages side by side. */
const pollLanes = 5

/** The way out to Feishu. */
export function createMessenger({ calls, clock, keys, gate, pageUrl }: MessengerDeps): Messenger {
  const content = ({ card, ref, to }: Pick<Outgoing, 'card' | 'ref' | 'to'>) =>
    JSON.stringify(encodeCard(card, { ref, isGroup: to.chatId?.startsWith('oc_') ?? false, pageUrl }))

  /**
   * Sends once however often it is asked: within an hour the platform knows the key again. A send whose outcome is
   * unknown is remembered with its time, so that a later try does not make a second message of it.
   */
  async function send(to: Address, type: 'interactive' | 'post', body: string, key: string) {
    const target = to.externalId ?? to.chatId
    if (!target) throw failure('230001', { retryable: false })
    const uuid = uuidOf(key)
    const unknownKey = `feishu:unknown:${uuid}`
    const firstTry = await keys.get(unknownKey)
    const now = clock.now()
    if (firstTry !== null && now.getTime() - Number(firstTry) > keyLifeMs) throw failure('key_expired')
    try {
      return await calls.sendMessage({ to: target, type, content: body, uuid })
    } catch (error) {
      if (error instanceof PlatformError && error.code === 'timeout' && firstTry === null)
        await keys.put(unknownKey, String(now.getTime()), new Date(now.getTime() + unknownLifeMs))
      throw error
    }
  }

  async function wasRead({ platformMessageId, to }: SentMessage): Promise<boolean> {
    if (!to.externalId) return false
    try {
      return (await calls.readers(platformMessageId, to.externalId)).includes(to.externalId)
    } catch (error) {
      // Older than seven days, taken back, or the bot left: nothing is known, which is no news.
      if (error instanceof PlatformError && !error.retryable) return false
      throw error
    }
  }

  return {
    platform: 'feishu',
    capabilities: () => capabilities,

    async send(message) {
      const { messageId } = await send(message.to, 'interactive', content(message), message.idempotencyKey)
      await rememberCard(keys, clock.now(), messageId, message.ref)
      return { platformMessageId: messageId, state: 'sent' }
    },

    async update(platformMessageId, message) {
      // Drawn while the platform waits for the answer to a tap, the new state would be taken back by the answer.
      await gate.passed(platformMessageId)
      await calls.patchCard(platformMessageId, content(message))
    },

    async sendText(to, text, idempotencyKey) {
      const { messageId } = await send(to, 'post', JSON.stringify(encodeText(text)), idempotencyKey)
      return { platformMessageId: messageId, state: 'sent' }
    },

    async urge(platformMessageId, to, level) {
      if (!to.externalId) return false
      try {
        const missed = await calls.urge(platformMessageId, to.externalId, level)
        return !missed.includes(to.externalId)
      } catch (error) {
        if (error instanceof PlatformError && urgeRefusals.has(error.code)) return false
        throw error
      }
    },

    async recall(platformMessageId) {
      try {
        await calls.deleteMessage(platformMessageId)
        return true
      } catch (error) {
        if (error instanceof PlatformError && recallRefusals.has(error.code)) return false
        throw error
      }
    },

    async pollReceipts(sent) {
      const queue = sent.slice(0, 100)
      const read: { platformMessageId: string; state: 'read' }[] = []
      const work = async () => {
        for (let message = queue.shift(); message; message = queue.shift())
          if (await wasRead(message))
            read.push({ platformMessageId: message.platformMessageId, state: 'read' })
      }
      const lanes = await Promise.allSettled(Array.from({ length: pollLanes }, work))
      const failed = lanes.find((lane) => lane.status === 'rejected')
      // What was learnt counts; the rest is asked again next time.
      if (failed && read.length === 0) throw failed.reason
      return read
    },

    todos: createTodos({ calls, clock, pageUrl }),
  }
}
