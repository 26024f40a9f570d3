import { isUtf8 } from 'node:buffer'
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import { WireError } from './wire-error.js'

/**
 * The sealing of callbacks that WeCom and DingTalk share: AES-256-CBC, the IV is the first half of the key, the padding
 * is PKCS#7 to blocks of 32 bytes, the plain text is 16 random bytes, the length (big-endian), the message, the
 * receiver; and a signature over the sealed text beside it.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90968
 * @see https://open.dingtalk.com/document/orgapp/push-events
 */
export interface SealingKey {
  key: KeyObject
  iv: Buffer
}

const algorithm = 'aes-256-cbc'
const cipherBlock = 16
const paddingBlock = 32
const randomLength = 16
const lengthBytes = 4
const headLength = randomLength + lengthBytes

/**
 * Reads an EncodingAESKey. Done once for each address: making a key costs more than opening a message with it.
 *
 * @throws WireError `key` when it is not 43 characters of base64.
 */
export function decodeAesKey(encodingAesKey: string): SealingKey {
  // Node's decoder is lenient about the unused bits of the last character: some consoles give such keys.
  const bytes = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (encodingAesKey.length !== 43 || bytes.length !== 32) throw new WireError('key')
  return { key: createSecretKey(bytes), iv: bytes.subarray(0, cipherBlock) }
}

/** Signature over a callback's parts: hex SHA-1 of the sorted parts, joined. */
export const signParts = (token: string, timestamp: string, nonce: string, sealed: string): string =>
  hash('sha1', [token, timestamp, nonce, sealed].sort().join(''))

/** Compares in constant time; the time tells the length at most. A missing text is never the same. */
export function isSameText(expected: string, given: string | null | undefined): boolean {
  const a = Buffer.from(expected)
  const b = Buffer.from(given ?? '')
  return a.length === b.length && timingSafeEqual(a, b)
}

/** @param random - 16 bytes; given only by tests. @returns base64. */
export function encryptMessage(
  { key, iv }: SealingKey,
  message: string,
  receiver: string,
  random = randomBytes(randomLength),
): string {
  const body = Buffer.from(message)
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([random, length, body, Buffer.from(receiver)])
  const pad = paddingBlock - (plain.length % paddingBlock)
  const cipher = createCipheriv(algorithm, key, iv).setAutoPadding(false)
  // Whole blocks and no padding of its own: nothing is left for `final`.
  return cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])).toString('base64')
}

/**
 * Opens a sealed message. Its signature is the caller's business.
 *
 * @param receivers - who the message may be for, one of them: the company, the app, or empty for AI bots.
 * @throws WireError `cipher` when it was not sealed with this key, `receiver` when it is for somebody else.
 */
export function decryptMessage(
  { key, iv }: SealingKey,
  sealed: string,
  receivers: readonly string[],
): string {
  const bytes = fromBase64(sealed)
  if (!bytes || bytes.length === 0 || bytes.length % cipherBlock !== 0) throw new WireError('cipher')
  const plain = unpad(createDecipheriv(algorithm, key, iv).setAutoPadding(false).update(bytes))
  if (plain.length < headLength) throw new WireError('cipher')
  const end = headLength + plain.readUInt32BE(randomLength)
  if (end > plain.length) throw new WireError('cipher')
  const receiver = plain.toString('utf8', end)
  if (!receivers.includes(receiver)) throw new WireError('receiver')
  const message = fromUtf8(plain.subarray(headLength, end))
  if (message === null) throw new WireError('cipher')
  return message
}

/** Every byte of the padding counts: a lax check would let altered blocks through. */
function unpad(plain: Buffer): Buffer {
  const pad = plain.at(-1) ?? 0
  if (pad < 1 || pad > paddingBlock || pad > plain.length) throw new WireError('cipher')
  const padding = plain.subarray(plain.length - pad)
  if (!padding.every((byte) => byte === pad)) throw new WireError('cipher')
  return plain.subarray(0, plain.length - pad)
}

/**
 * The bytes of a base64 text; null when it is none. Node passes over characters that do not belong there: then fewer
 * bytes come out than the length promises.
 */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return text.length % 4 === 0 && bytes.length === Buffer.byteLength(text, 'base64') ? bytes : null
}

/** The text of UTF-8 bytes, a mark at its beginning included; null when they are none. */
export const fromUtf8 = (bytes: Buffer): string | null => (isUtf8(bytes) ? bytes.toString('utf8') : null)
