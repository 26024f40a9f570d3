import type { KeyStore } from '../../core/ports/key-store.js'

/** A card can be read, tapped and updated for 14 days; then nobody asks for it. */
const lifeMs = 14 * 86_400_000

const keyOf = (messageId: string): string => `feishu:card:${messageId}`

/** Read receipts name the message only; this is how its card is found again. */
export const rememberCard = (keys: KeyStore, now: Date, messageId: string, ref: string): Promise<void> =>
  keys.put(keyOf(messageId), ref, new Date(now.getTime() + lifeMs))

/** @returns the card's `ref`; null for plain words, and for messages that are not ours. */
export const recallCard = (keys: KeyStore, messageId: string): Promise<string | null> =>
  keys.get(keyOf(messageId))
