import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import { WireError } from '../shared/wire-error.js'

const blockBytes = 16

/**
 * The signature of a webhook request: hex sha256 over timestamp, nonce, Encrypt Key and the body's raw bytes. Parsed
 * and printed again, the same JSON has other bytes and another signature.
 *
 * @see https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/encrypt-key-encryption-configuration-case
 */
export function signatureOf(input: {
  timestamp: string
  nonce: string
  encryptKey: string
  rawBody: Uint8Array
}): string {
  return createHash('sha256')
    .update(`${input.timestamp}${input.nonce}${input.encryptKey}`)
    .update(input.rawBody)
    .digest('hex')
}

/**
 * Decrypts the `encrypt` field: base64 of a 16-byte IV and AES-256-CBC text under sha256 of the Encrypt Key.
 *
 * @throws WireError `ciphertext` when it is no such thing, `padding` when the key is another one, `utf8`.
 */
export function decrypt(encryptKey: string, encrypted: string): string {
  const bytes = Buffer.from(encrypted, 'base64')
  // Buffer.from drops what is not base64; a text that lost something is not one that was encrypted for us.
  if (bytes.toString('base64').replace(/=+$/, '') !== encrypted.replace(/=+$/, ''))
    throw new WireError('ciphertext')
  if (bytes.length < 2 * blockBytes || bytes.length % blockBytes !== 0) throw new WireError('ciphertext')
  const key = createHash('sha256').update(encryptKey).digest()
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, blockBytes))
  let plain: Buffer
  try {
    plain = Buffer.concat([decipher.update(bytes.subarray(blockBytes)), decipher.final()])
  } catch (cause) {
    throw new WireError('padding', cause)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch (cause) {
    throw new WireError('utf8', cause)
  }
}

/** Compares in constant time; the time tells the length at most. */
export function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
