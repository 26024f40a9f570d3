import type { AccountBook } from './accounts.js'
import { botName, visibility, type Limits } from './limits.js'
import type { Storage } from './storage.js'
import type { WireChat } from './wire.js'

export interface ChatRow {
  id: string
  kind: WireChat['kind']
  name: string
  has_bot: number
  last_seq: number
}

/** The id of a person's direct chat with the product's bot. */
export const botChatId = (externalId: string): string => `bot:${externalId}`

/** Chats and who is in them. Putting the same one again changes its name and members; messages stay. */
export function createChats(storage: Storage, accounts: AccountBook) {
  const get = (id: string): ChatRow | undefined =>
    storage.one<ChatRow>('SELECT * FROM chats WHERE id = ?', id)
  const memberIds = (id: string): string[] =>
    storage
      .all<{ account_id: string }>('SELECT account_id FROM members WHERE chat_id = ? ORDER BY rowid', id)
      .map((row) => row.account_id)

  function put(
    id: string,
    kind: WireChat['kind'],
    name: string,
    hasBot: boolean,
    members: string[],
  ): ChatRow {
    return storage.transaction(() => {
      storage.run(
        `INSERT INTO chats (id, kind, name, has_bot) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, has_bot = excluded.has_bot`,
        id,
        kind,
        name,
        hasBot ? 1 : 0,
      )
      for (const gone of memberIds(id).filter((member) => !members.includes(member))) {
        storage.run('DELETE FROM members WHERE chat_id = ? AND account_id = ?', id, gone)
      }
      for (const member of members) {
        storage.run('INSERT OR IGNORE INTO members (chat_id, account_id) VALUES (?, ?)', id, member)
      }
      const row = get(id)
      if (!row) throw new Error(`chat ${id} vanished inside its own transaction`)
      return row
    })
  }

  return {
    get,
    memberIds,
    putGroup: (input: { id: string; name: string; memberIds: string[]; hasBot: boolean }): ChatRow =>
      put(input.id, 'group', input.name, input.hasBot, input.memberIds),
    /** The chat of two people; the same one whoever asks. */
    putDirect(one: string, other: string): ChatRow {
      const pair = [one, other].sort()
      return put(`direct:${pair.join(':')}`, 'direct', '', false, pair)
    },
    /** The person's chat with the bot. @returns undefined when there is no such account. */
    withBot(externalId: string): ChatRow | undefined {
      const known = get(botChatId(externalId))
      if (known || !accounts.get(externalId)) return known
      return put(botChatId(externalId), 'bot', botName, true, [externalId])
    },
    isMember: (chatId: string, accountId: string): boolean =>
      storage.one('SELECT 1 AS yes FROM members WHERE chat_id = ? AND account_id = ?', chatId, accountId) !==
      undefined,
    idsOf: (accountId: string): string[] =>
      storage
        .all<{ chat_id: string }>('SELECT chat_id FROM members WHERE account_id = ?', accountId)
        .map((row) => row.chat_id),
    /** What the product sees of this chat under the limits. */
    seen(chat: ChatRow, limits: Limits): WireChat['seen'] {
      const hasCustomer = memberIds(chat.id).some((id) => accounts.get(id)?.internal === 0)
      return visibility({ kind: chat.kind, hasBot: chat.has_bot === 1 }, hasCustomer, limits)
    },
  }
}

export type ChatBook = ReturnType<typeof createChats>
