import type { Card } from '../../core/ports/card.js'
import type { ReceiptEvent } from '../../core/ports/inbound.js'
import type { Ids } from '../../core/ports/ids.js'
import type { AccountBook } from './accounts.js'
import type { CallbackBook } from './callbacks.js'
import type { Storage } from './storage.js'
import type { MessageState } from './wire.js'

export interface MessageRow {
  seq: number
  id: string
  chat_id: string
  sender_id: string | null
  at: number
  text: string
  card: string | null
  ref: string | null
  client_id: string | null
  state: MessageState
  urgent: number
  revision: number
  updated_at: number | null
}

export interface NewMessage {
  chatId: string
  senderId: string | null
  at: number
  text: string
  card?: Card
  ref?: string
  /** Unique over all messages; the same key finds the message that is there. */
  sendKey: string
  clientId?: string
  state: MessageState
  urgent?: boolean
}

export interface Tick {
  id: string
  chatId: string
  state: MessageState
}

/** Messages, what became of them, and who has read how far. */
export function createMessageLog(deps: {
  storage: Storage
  ids: Ids
  accounts: AccountBook
  callbacks: CallbackBook
}) {
  const { storage, ids, accounts, callbacks } = deps
  const get = (id: string): MessageRow | undefined =>
    storage.one<MessageRow>('SELECT * FROM messages WHERE id = ?', id)
  const bySendKey = (key: string): MessageRow | undefined =>
    storage.one<MessageRow>('SELECT * FROM messages WHERE send_key = ?', key)

  /** Reports to the product what became of cards; must run in the transaction that changed them. */
  function report(rows: MessageRow[], accountId: string, at: number): void {
    const account = accounts.get(accountId)
    for (const row of rows) {
      if (row.ref === null || row.state === 'sent' || !account) continue
      const event: ReceiptEvent = {
        type: 'receipt',
        platform: 'sandbox',
        eventId: ids.next(),
        at: new Date(at).toISOString(),
        sender: { externalId: account.id, name: account.name, internal: account.internal === 1 },
        cardRef: row.ref,
        state: row.state,
      }
      callbacks.enqueue(row.chat_id, event, null)
    }
  }

  return {
    get,
    bySendKey,
    /** Stores a message once per key, counts it as unread for the others, and runs `also` in the same unit. */
    add(message: NewMessage, also?: (row: MessageRow) => void): { row: MessageRow; isNew: boolean } {
      return storage.transaction(() => {
        const known = bySendKey(message.sendKey)
        if (known) return { row: known, isNew: false }
        const [row] = storage.all<MessageRow>(
          `INSERT INTO messages (id, chat_id, sender_id, at, text, card, ref, send_key, client_id, state, urgent)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
          ids.next(),
          message.chatId,
          message.senderId,
          message.at,
          message.text,
          message.card ? JSON.stringify(message.card) : null,
          message.ref ?? null,
          message.sendKey,
          message.clientId ?? null,
          message.state,
          message.urgent ? 1 : 0,
        )
        if (!row) throw new Error('an inserted message was not returned')
        storage.run('UPDATE chats SET last_seq = ? WHERE id = ?', row.seq, row.chat_id)
        storage.run(
          'UPDATE members SET unread = unread + 1 WHERE chat_id = ? AND account_id IS NOT ?',
          row.chat_id,
          row.sender_id,
        )
        also?.(row)
        return { row, isNew: true }
      })
    },
    /** Newest `limit` messages before `beforeSeq`, oldest first. */
    page(chatId: string, beforeSeq: number, limit: number): { rows: MessageRow[]; more: boolean } {
      const rows = storage.all<MessageRow>(
        'SELECT * FROM messages WHERE chat_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
        chatId,
        beforeSeq,
        limit + 1,
      )
      return { rows: rows.slice(0, limit).reverse(), more: rows.length > limit }
    },
    last: (chatId: string): MessageRow | undefined =>
      storage.one<MessageRow>(
        'SELECT * FROM messages WHERE seq = (SELECT last_seq FROM chats WHERE id = ?)',
        chatId,
      ),
    /** @returns the changed message; undefined when there is none or it already looks so. */
    replaceCard(id: string, card: Card, at: number): MessageRow | undefined {
      const json = JSON.stringify(card)
      const [row] = storage.all<MessageRow>(
        `UPDATE messages SET card = ?, text = ?, revision = revision + 1, updated_at = ?
         WHERE id = ? AND card IS NOT ? RETURNING *`,
        json,
        card.title,
        at,
        id,
        json,
      )
      return row
    },
    markUrgent(id: string): MessageRow | undefined {
      return storage.all<MessageRow>('UPDATE messages SET urgent = 1 WHERE id = ? RETURNING *', id)[0]
    },
    /** Moves one message forward; never back. */
    advance(id: string, to: MessageState): Tick | undefined {
      const from = to === 'read' ? ['sent', 'delivered'] : ['sent', 'sent']
      const [row] = storage.all<MessageRow>(
        'UPDATE messages SET state = ? WHERE id = ? AND state IN (?, ?) RETURNING *',
        to,
        id,
        ...from,
      )
      return row && tick(row)
    },
    /** A console opened for this account: everything that waited for it is delivered. */
    deliverTo(accountId: string, at: number): Tick[] {
      return storage.transaction(() => {
        const rows = storage.all<MessageRow>(
          `UPDATE messages SET state = 'delivered' WHERE state = 'sent' AND sender_id IS NOT ?
             AND chat_id IN (SELECT chat_id FROM members WHERE account_id = ?) RETURNING *`,
          accountId,
          accountId,
        )
        report(rows, accountId, at)
        return rows.map(tick)
      })
    },
    /** The chat was shown up to `upToSeq`. With receipts off, messages count as delivered, not as read. */
    markRead(chatId: string, accountId: string, upToSeq: number, receipts: boolean, at: number): Tick[] {
      return storage.transaction(() => {
        const before = storage.one<{ read_seq: number }>(
          'SELECT read_seq FROM members WHERE chat_id = ? AND account_id = ?',
          chatId,
          accountId,
        )
        if (!before || before.read_seq >= upToSeq) return []
        storage.run(
          `UPDATE members SET read_seq = ?1, unread = (SELECT count(*) FROM messages
             WHERE chat_id = ?2 AND seq > ?1 AND sender_id IS NOT ?3) WHERE chat_id = ?2 AND account_id = ?3`,
          upToSeq,
          chatId,
          accountId,
        )
        const rows = storage.all<MessageRow>(
          `UPDATE messages SET state = ? WHERE chat_id = ? AND seq > ? AND seq <= ? AND sender_id IS NOT ?
             AND state IN ('sent', ?) RETURNING *`,
          receipts ? 'read' : 'delivered',
          chatId,
          before.read_seq,
          upToSeq,
          accountId,
          receipts ? 'delivered' : 'sent',
        )
        report(rows, accountId, at)
        return rows.map(tick)
      })
    },
    readers: (row: MessageRow): number =>
      storage.one<{ n: number }>(
        'SELECT count(*) AS n FROM members WHERE chat_id = ? AND account_id IS NOT ? AND read_seq >= ?',
        row.chat_id,
        row.sender_id,
        row.seq,
      )?.n ?? 0,
    unreadByAccount: (): Record<string, number> =>
      Object.fromEntries(
        storage
          .all<{ id: string; n: number }>(
            'SELECT account_id AS id, sum(unread) AS n FROM members GROUP BY account_id',
          )
          .map(({ id, n }) => [id, n]),
      ),
    unreadByChat: (accountId: string): Record<string, number> =>
      Object.fromEntries(
        storage
          .all<{ id: string; n: number }>(
            'SELECT chat_id AS id, unread AS n FROM members WHERE account_id = ?',
            accountId,
          )
          .map(({ id, n }) => [id, n]),
      ),
  }
}

export type MessageLog = ReturnType<typeof createMessageLog>

const tick = (row: MessageRow): Tick => ({ id: row.id, chatId: row.chat_id, state: row.state })
