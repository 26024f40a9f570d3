import { decodeAesKey, decryptMessage, encryptMessage, isSameText, signParts } from '../shared/sealing.js'
import type { SealingKey } from '../shared/sealing.js'
import { WireError } from '../shared/wire-error.js'

/** What protects an HTTP event subscription. */
export interface CallbackKeys {
  token: string
  key: SealingKey
}

/** @param aesKey - 43 characters: base64 of 32 bytes without its `=`. @throws WireError `key`. */
export const callbackKeys = ({ token, aesKey }: { token: string; aesKey: string }): CallbackKeys => ({
  token,
  key: decodeAesKey(aesKey),
})

export interface SealedQuery {
  signature: string
  timestamp: string
  nonce: string
}

/**
 * Opens the `encrypt` of an event: signature first, in constant time, then the cipher, then the receiver.
 *
 * @param receivers - who a message may be addressed to: the app's key, or the company's id.
 * @returns the plaintext; freshness of the timestamp is the caller's business.
 * @throws WireError `signature`, `cipher`, `receiver`
 * @see https://open.dingtalk.com/document/orgapp/push-events
 */
export function openSealed(
  { token, key }: CallbackKeys,
  query: SealedQuery,
  encrypt: string,
  receivers: readonly string[],
): string {
  const expected = signParts(token, query.timestamp, query.nonce, encrypt)
  if (!isSameText(expected, query.signature)) throw new WireError('signature')
  return decryptMessage(key, encrypt, receivers)
}

/** Seals an answer the same way. */
export function seal(
  { token, key }: CallbackKeys,
  text: string,
  receiver: string,
  { timestamp, nonce }: { timestamp: string; nonce: string },
): { msg_signature: string; timeStamp: string; nonce: string; encrypt: string } {
  const encrypt = encryptMessage(key, text, receiver)
  return {
    msg_signature: signParts(token, timestamp, nonce, encrypt),
    ...{ timeStamp: timestamp, nonce, encrypt },
  }
}
