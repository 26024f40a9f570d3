import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { WireError } from '../shared/wire-error.js'

/**
 * Encryption and signature of WeCom's callbacks: AES-256-CBC, the IV is the first half of the key, the padding is
 * PKCS#7 to blocks of 32 bytes, the plain text is 16 random bytes, the length (big-endian), the message, the receiver.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90968
 */
const paddingBlock = 32
const randomLength = 16
const lengthBytes = 4

/** @returns the 32 bytes of an EncodingAESKey. @throws WireError `key` when it is not 43 characters of base64. */
export function decodeAesKey(encodingAesKey: string): Buffer {
  // Node's decoder is lenient about the unused bits of the last character: some consoles give such keys.
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (encodingAesKey.length !== 43 || key.length !== 32) throw new WireError('key')
  return key
}

/** Signature over a callback's parts: hex SHA-1 of the sorted parts, joined. */
export function signParts(token: string, timestamp: string, nonce: string, cipherText: string): string {
  return createHash('sha1').update([token, timestamp, nonce, cipherText].sort().join('')).digest('hex')
}

/** Compares two signatures in constant time; a missing one is never equal. */
export function isSameSignature(expected: string, given: string | null | undefined): boolean {
  const a = Buffer.from(expected)
  const b = Buffer.from(given ?? '')
  return a.length === b.length && timingSafeEqual(a, b)
}

/** @param random - 16 bytes; given only by tests. @returns base64. */
export function encryptMessage(
  key: Buffer,
  message: string,
  receiver: string,
  random = randomBytes(randomLength),
): string {
  const body = Buffer.from(message)
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([random, length, body, Buffer.from(receiver)])
  const pad = paddingBlock - (plain.length % paddingBlock)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

/**
 * @param receiver - who the message must be for: the corp id, or empty for AI bots.
 * @throws WireError `decrypt` when key, padding or length are wrong, `receiver` when it is for somebody else.
 */
export function decryptMessage(key: Buffer, cipherText: string, receiver: string): string {
  if (!/^[0-9A-Za-z+/]+={0,2}$/.test(cipherText)) throw new WireError('decrypt')
  const bytes = Buffer.from(cipherText, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) throw new WireError('decrypt')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = unpad(Buffer.concat([decipher.update(bytes), decipher.final()]))
  const start = randomLength + lengthBytes
  if (plain.length < start) throw new WireError('decrypt')
  const end = start + plain.readUInt32BE(randomLength)
  if (end > plain.length) throw new WireError('decrypt')
  if (!plain.subarray(end).equals(Buffer.from(receiver))) throw new WireError('receiver')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain.subarray(start, end))
  } catch {
    throw new WireError('decrypt')
  }
}

/** Every byte of the padding counts: a lax check would let altered blocks through. */
function unpad(plain: Buffer): Buffer {
  const pad = plain.at(-1) ?? 0
  if (pad < 1 || pad > paddingBlock || pad > plain.length) throw new WireError('decrypt')
  const padding = plain.subarray(plain.length - pad)
  if (!padding.every((byte) => byte === pad)) throw new WireError('decrypt')
  return plain.subarray(0, plain.length - pad)
}

/**
 * Signature of a page's address for the JS-SDK.
 *
 * @param url - without its fragment.
 * @see https://developer.work.weixin.qq.com/document/path/90506
 */
export function signPage(input: { ticket: string; nonce: string; timestamp: number; url: string }): string {
  const text = `jsapi_ticket=${input.ticket}&noncestr=${input.nonce}&timestamp=${input.timestamp}&url=${input.url}`
  return createHash('sha1').update(text).digest('hex')
}
