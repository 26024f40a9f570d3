import { createDecipheriv, createHash, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { fromBase64 } from '../shared/sealing.js'
import { WireError } from '../shared/wire-error.js'

const blockBytes = 16
const utf8 = new TextDecoder('utf-8', { fatal: true })

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

/** The key that an Encrypt Key stands for. Done once: making it costs more than decrypting an event. */
export const decryptionKey = (encryptKey: string): KeyObject =>
  createSecretKey(hash('sha256', encryptKey, 'buffer'))

/**
 * Decrypts the `encrypt` field: base64 of a 16-byte IV and AES-256-CBC text under sha256 of the Encrypt Key.
 *
 * @throws WireError `ciphertext` when it is no such thing, `padding` when the key is another one, `utf8`.
 */
export function decrypt(key: KeyObject, encrypted: string): string {
  const bytes = fromBase64(encrypted)
  if (!bytes || bytes.length < 2 * blockBytes || bytes.length % blockBytes !== 0)
    throw new WireError('ciphertext')
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, blockBytes))
  let plain: Buffer
  try {
    plain = Buffer.concat([decipher.update(bytes.subarray(blockBytes)), decipher.final()])
  } catch (cause) {
    throw new WireError('padding', cause)
  }
  try {
    return utf8.decode(plain)
  } catch (cause) {
    throw new WireError('utf8', cause)
  }
}
