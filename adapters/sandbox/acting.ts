import type { Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { InboundChat, InboundSender, MessageEvent, TapEvent } from '../../core/ports/inbound.js'
import type { AccountBook } from './accounts.js'
import type { CallbackBook } from './callbacks.js'
import type { ChatBook, ChatRow } from './chats.js'
import type { Dispatcher } from './dispatcher.js'
import { readMention } from './limits.js'
import type { MessageLog, MessageRow, Tick } from './message-log.js'
import { RequestError } from './request-error.js'
import type { Settings } from './settings.js'
import type { TapResult } from './wire.js'

interface ActingDeps {
  clock: Clock
  ids: Ids
  accounts: AccountBook
  chats: ChatBook
  messages: MessageLog
  callbacks: CallbackBook
  dispatcher: Dispatcher
  settings: Settings
  isOnline: (accountId: string) => boolean
  onMessage: (row: MessageRow) => void
  onTicks: (ticks: Tick[]) => void
}

/** What somebody does in the console: write, tap, read. Each is stored together with the event that tells it. */
export function createActing(deps: ActingDeps) {
  const { clock, ids, accounts, chats, messages, callbacks, dispatcher, settings } = deps

  function enter(accountId: string, chatId: string): { chat: ChatRow; sender: InboundSender } {
    const account = accounts.get(accountId)
    const chat = chats.get(chatId)
    if (!account || !chat || !chats.isMember(chatId, accountId)) throw new RequestError(404, 'unknown_chat')
    return { chat, sender: { externalId: account.id, name: account.name, internal: account.internal === 1 } }
  }

  return {
    /**
     * Writes a message. The same `clientId` again is the same message.
     *
     * @throws RequestError `unknown_chat`.
     */
    say(input: { as: string; chatId: string; text: string; clientId: string }): MessageRow {
      const { chat, sender } = enter(input.as, input.chatId)
      // Half a surrogate pair cannot be stored as UTF-8; it becomes U+FFFD here, in the open.
      const text = input.text.toWellFormed()
      const now = clock.now()
      const others = chats.memberIds(chat.id).filter((id) => id !== input.as)
      const { row, isNew } = messages.add(
        {
          chatId: chat.id,
          senderId: input.as,
          at: now.getTime(),
          text,
          sendKey: `by:${input.as}:${input.clientId}`,
          clientId: input.clientId,
          state: others.some(deps.isOnline) ? 'delivered' : 'sent',
        },
        (stored) => {
          const address = readMention(text)
          const seen = chats.seen(chat, settings.limits())
          if (seen === 'none' || (seen === 'mentions' && !address.mentioned)) return
          const event: MessageEvent = {
            type: 'message',
            platform: 'sandbox',
            eventId: ids.next(),
            at: now.toISOString(),
            sender,
            chat: inboundChat(chat),
            messageId: stored.id,
            text: address.text,
            toBot: chat.kind === 'bot' || (chat.has_bot === 1 && address.mentioned),
          }
          callbacks.enqueue(chat.id, event, stored.id)
        },
      )
      if (isNew) deps.onMessage(row)
      dispatcher.wake(chat.id)
      return row
    },

    /**
     * Presses a button. An action that the card no longer shows is handed over too: a real client may be a moment
     * behind, and the product answers with today's card.
     *
     * @throws RequestError `unknown_chat`, `not_a_card`.
     */
    async tap(input: {
      as: string
      messageId: string
      actionId: string
      values: Record<string, string>
    }): Promise<TapResult> {
      const message = messages.get(input.messageId)
      const { chat, sender } = enter(input.as, message?.chat_id ?? '')
      if (!message || message.ref === null) throw new RequestError(422, 'not_a_card')
      const event: TapEvent = {
        type: 'tap',
        platform: 'sandbox',
        eventId: ids.next(),
        at: clock.now().toISOString(),
        sender,
        chat: inboundChat(chat),
        cardRef: message.ref,
        messageId: message.id,
        actionId: input.actionId,
        values: input.values,
        confirmed: settings.limits().capabilities.confirms,
      }
      const answer = dispatcher.answerTo(event.eventId, settings.limits().capabilities.answerBudgetMs)
      callbacks.enqueue(chat.id, event, message.id)
      dispatcher.wake(chat.id)
      const given = await answer
      if (given === undefined || given === null) return { outcome: 'pending', notice: null }
      return { outcome: 'answered', notice: given.notice ?? null }
    },

    /** The chat was shown up to this message. */
    read(input: { as: string; chatId: string; upToSeq: number }): void {
      const { chat } = enter(input.as, input.chatId)
      const upTo = Math.min(input.upToSeq, chat.last_seq)
      const receipts = settings.limits().capabilities.readReceipts
      const ticks = messages.markRead(chat.id, input.as, upTo, receipts, clock.now().getTime())
      deps.onTicks(ticks)
      dispatcher.wake(chat.id)
    },

    /** A console opened for this account. @returns false when there is no such account. */
    arrive(accountId: string): boolean {
      if (!accounts.get(accountId)) return false
      const ticks = messages.deliverTo(accountId, clock.now().getTime())
      deps.onTicks(ticks)
      for (const chatId of new Set(ticks.map((tick) => tick.chatId))) dispatcher.wake(chatId)
      return true
    },
  }
}

export type Acting = ReturnType<typeof createActing>

function inboundChat(chat: ChatRow): InboundChat {
  const type = chat.kind === 'group' ? 'group' : 'direct'
  return { id: chat.id, type, ...(chat.name ? { name: chat.name } : {}) }
}
