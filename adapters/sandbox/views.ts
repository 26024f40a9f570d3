import type { Card } from '../../core/ports/card.js'
import type { AccountBook, AccountRow } from './accounts.js'
import type { ChatBook, ChatRow } from './chats.js'
import type { MessageLog, MessageRow } from './message-log.js'
import type { Settings } from './settings.js'
import type { WireAccount, WireChat, WireMessage } from './wire.js'

const previewLength = 60

/** Rows as the console sees them. */
export function createViews(deps: {
  accounts: AccountBook
  chats: ChatBook
  messages: MessageLog
  settings: Settings
  isOnline: (accountId: string) => boolean
}) {
  const { accounts, chats, messages, settings, isOnline } = deps

  const account = (row: AccountRow, unread: number): WireAccount => ({
    id: row.id,
    name: row.name,
    title: row.title,
    group: row.kind,
    internal: row.internal === 1,
    hue: row.hue,
    unread,
    online: isOnline(row.id),
  })

  function chat(row: ChatRow, viewerId: string, unread: number): WireChat {
    const memberIds = chats.memberIds(row.id)
    const last = messages.last(row.id)
    const other = memberIds.find((id) => id !== viewerId)
    return {
      id: row.id,
      kind: row.kind,
      name: row.kind === 'direct' && other ? (accounts.get(other)?.name ?? other) : row.name,
      memberIds,
      hasBot: row.has_bot === 1,
      seen: chats.seen(row, settings.limits()),
      unread,
      last: last
        ? { preview: preview(last), at: iso(last.at), senderId: last.sender_id, seq: last.seq }
        : null,
    }
  }

  return {
    preview,
    chat,
    accounts(): WireAccount[] {
      const unread = messages.unreadByAccount()
      return accounts.rows().map((row) => account(row, unread[row.id] ?? 0))
    },
    /** Chats of a person, the one with the newest message first. */
    chats(accountId: string): WireChat[] {
      const unread = messages.unreadByChat(accountId)
      return chats
        .idsOf(accountId)
        .flatMap((id) => chats.get(id) ?? [])
        .sort((a, b) => b.last_seq - a.last_seq || (a.id < b.id ? -1 : 1))
        .map((row) => chat(row, accountId, unread[row.id] ?? 0))
    },
    message(row: MessageRow): WireMessage {
      return {
        id: row.id,
        chatId: row.chat_id,
        seq: row.seq,
        senderId: row.sender_id,
        at: iso(row.at),
        text: row.text,
        // Stored by the messenger after it was fitted; nobody else writes this column.
        card: row.card === null ? null : (JSON.parse(row.card) as Card),
        state: row.state,
        readers: row.state === 'read' ? messages.readers(row) : 0,
        urgent: row.urgent === 1,
        revision: row.revision,
        updatedAt: row.updated_at === null ? null : iso(row.updated_at),
        clientId: row.client_id,
      }
    },
  }
}

export type Views = ReturnType<typeof createViews>

function preview(row: MessageRow): string {
  const text = Array.from(row.text.slice(0, previewLength * 2))
    .slice(0, previewLength)
    .join('')
  return row.card === null ? text : `[卡片] ${text}`
}

const iso = (at: number): string => new Date(at).toISOString()
