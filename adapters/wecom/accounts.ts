import type { Address } from '../../core/ports/messenger.js'

/** Member ids are not case-sensitive and come back in lower case from some calls: one spelling everywhere. */
export const accountOf = (userId: string): string => userId.toLowerCase()

/**
 * Chats as addresses. WeCom's products do not share conversations, so a chat's id says whose it is:
 * `user:<member>` the app's own chat with a member; `bot:<chat or member>` the AI bot's; `kf:<account>:<customer>` a
 * customer in customer service; anything else is a group that the app made.
 */
export type Target =
  | { kind: 'member'; userId: string }
  | { kind: 'bot'; chatId: string }
  | { kind: 'customer'; openKfId: string; externalUserId: string }
  | { kind: 'app-group'; chatId: string }

export const memberChat = (userId: string): string => `user:${accountOf(userId)}`
export const botChat = (chatId: string): string => `bot:${chatId}`
export const customerChat = (openKfId: string, externalUserId: string): string =>
  `kf:${openKfId}:${externalUserId}`

/** @returns null for an address that leads nowhere here. */
export function targetOf({ externalId, chatId }: Address): Target | null {
  if (chatId === undefined) return externalId ? { kind: 'member', userId: externalId } : null
  const [kind = '', first = '', second = ''] = chatId.split(':')
  if (!chatId.includes(':')) return chatId ? { kind: 'app-group', chatId } : null
  if (kind === 'user' && first) return { kind: 'member', userId: first }
  if (kind === 'bot' && first) return { kind: 'bot', chatId: chatId.slice('bot:'.length) }
  if (kind === 'kf' && first && second)
    return { kind: 'customer', openKfId: first, externalUserId: chatId.slice(`kf:${first}:`.length) }
  return null
}
