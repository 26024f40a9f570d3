import type { Clock } from '../../core/ports/clock.js'
import type { Card } from '../../core/ports/card.js'
import type { Address, Messenger, Sent } from '../../core/ports/messenger.js'
import { PlatformError } from '../../core/errors.js'
import { degrade } from '../shared/degrade.js'
import type { ChatBook, ChatRow } from './chats.js'
import type { MessageLog, MessageRow } from './message-log.js'
import type { Settings } from './settings.js'

interface MessengerDeps {
  clock: Clock
  chats: ChatBook
  messages: MessageLog
  settings: Settings
  /** A console is open for this account. */
  isOnline: (accountId: string) => boolean
  onMessage: (row: MessageRow) => void
  onUpdate: (row: MessageRow) => void
  onRing: (row: MessageRow) => void
}

/**
 * The way out: cards and words of the product's bot. A message is `delivered` at once when its receiver has a
 * console open; otherwise a receipt follows. Cards are fitted to the limits that are imitated.
 */
export function createMessenger(deps: MessengerDeps): Messenger {
  const { clock, chats, messages, settings, isOnline, onMessage, onUpdate, onRing } = deps
  const capabilities = () => settings.limits().capabilities

  function chatFor({ externalId, chatId }: Address): ChatRow {
    const chat =
      chatId !== undefined
        ? chats.get(chatId)
        : externalId !== undefined
          ? chats.withBot(externalId)
          : undefined
    if (!chat) throw failure(chatId === undefined ? 'unknown_recipient' : 'unknown_chat')
    if (chat.has_bot === 0) throw failure('bot_not_in_chat')
    return chat
  }

  interface Content {
    text: string
    key: string
    card?: Card
    ref?: string
    urgent?: boolean
  }

  function post(to: Address, { key, ...content }: Content): Sent {
    const chat = chatFor(to)
    if (content.card && chat.kind === 'group' && !capabilities().groupCards)
      throw failure('no_cards_in_groups')
    const state = chats.memberIds(chat.id).some(isOnline) ? 'delivered' : 'sent'
    const { row, isNew } = messages.add({
      ...content,
      chatId: chat.id,
      senderId: null,
      at: clock.now().getTime(),
      sendKey: `bot:${key}`,
      state,
    })
    if (isNew) {
      onMessage(row)
      if (row.urgent) onRing(row)
    }
    return { platformMessageId: row.id, state: row.state === 'sent' ? 'sent' : 'delivered' }
  }

  return {
    platform: 'sandbox',
    capabilities,
    send: async ({ to, card, ref, idempotencyKey, urgent }) => {
      const fitted = degrade(card, capabilities())
      return post(to, { text: fitted.title, key: idempotencyKey, card: fitted, ref, urgent })
    },
    update: async (platformMessageId, { card }) => {
      const fitted = degrade(card, capabilities())
      if (!messages.get(platformMessageId)) throw failure('unknown_message')
      const row = messages.replaceCard(platformMessageId, fitted, clock.now().getTime())
      if (row) onUpdate(row)
    },
    sendText: async (to, text, idempotencyKey) =>
      post(to, { text: text.toWellFormed(), key: idempotencyKey }),
    urge: async (platformMessageId) => {
      if (capabilities().urges.length === 0) return false
      const row = messages.markUrgent(platformMessageId)
      if (row) {
        onUpdate(row)
        onRing(row)
      }
      return row !== undefined
    },
    recall: async () => false,
  }
}

const failure = (code: string): PlatformError =>
  new PlatformError({ platform: 'sandbox', code, retryable: false })
