import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { WireError } from '../shared/wire-error.js'

/** Key and token of an HTTP event subscription, and whom its messages are for. */
export interface CallbackKeys {
  token: string
  /** 43 characters: base64 of 32 bytes without its `=`. */
  aesKey: string
  /** Who a message must be addressed to: the app's key, or the company's id. */
  receivers: readonly string[]
}

export interface SealedQuery {
  signature: string
  timestamp: string
  nonce: string
}

/**
 * Opens the `encrypt` of an event: signature first, in constant time, then AES-256-CBC, then the receiver.
 *
 * @returns the plaintext; freshness of the timestamp is the caller's business.
 * @throws WireError `signature`, `cipher`, `padding`, `length`, `receiver`
 * @see https://open.dingtalk.com/document/orgapp/push-events
 */
export function openSealed(keys: CallbackKeys, query: SealedQuery, encrypt: string): string {
  const expected = sealSignature(keys.token, query.timestamp, query.nonce, encrypt)
  if (!equalText(expected, query.signature)) throw new WireError('signature')
  const plain = unpad(decipher(keys.aesKey, encrypt))
  if (plain.length < 20) throw new WireError('length')
  const length = plain.readUInt32BE(16)
  if (length > plain.length - 20) throw new WireError('length')
  const receiver = plain.subarray(20 + length).toString('utf8')
  if (!keys.receivers.some((known) => equalText(known, receiver))) throw new WireError('receiver')
  return plain.subarray(20, 20 + length).toString('utf8')
}

/** Seals an answer the same way. @param random - 16 bytes; given in tests only. */
export function seal(
  keys: { token: string; aesKey: string; receiver: string },
  text: string,
  stamp: { timestamp: string; nonce: string },
  random: Buffer = randomBytes(16),
): { msg_signature: string; timeStamp: string; nonce: string; encrypt: string } {
  const body = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const packed = Buffer.concat([random, length, body, Buffer.from(keys.receiver, 'utf8')])
  const pad = blockBytes - (packed.length % blockBytes)
  const key = keyOf(keys.aesKey)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([packed, Buffer.alloc(pad, pad)])
  const encrypt = Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64')
  return {
    msg_signature: sealSignature(keys.token, stamp.timestamp, stamp.nonce, encrypt),
    timeStamp: stamp.timestamp,
    nonce: stamp.nonce,
    encrypt,
  }
}

/** sha1 over token, timestamp, nonce and ciphertext in the order of their characters. */
export function sealSignature(token: string, timestamp: string, nonce: string, encrypt: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypt].sort().join('')).digest('hex')
}

/**
 * The `sign` header of a robot message in HTTP mode.
 *
 * @param timestamp - milliseconds, as it stands in the header.
 * @see https://open.dingtalk.com/document/orgapp/receive-message
 */
export function robotSign(timestamp: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(`${timestamp}\n${appSecret}`).digest('base64')
}

/**
 * The `x-ddpaas-signature` header of a card callback in HTTP mode.
 *
 * @see https://open.dingtalk.com/document/orgapp/event-callback-card
 */
export function cardSign(timestamp: string, apiSecret: string): string {
  return createHmac('sha256', apiSecret).update(timestamp).digest('base64')
}

/** The secret that card callbacks are signed with: ours to choose, so it follows from the app's secret. */
export function cardCallbackSecret(clientSecret: string): string {
  return createHmac('sha256', clientSecret).update('genjin card callback').digest('hex')
}

/** Compares in a time that does not tell how much was right. */
export function equalText(expected: string, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(given))
}

const blockBytes = 32

function keyOf(aesKey: string): Buffer {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  if (key.length !== 32) throw new WireError('key')
  return key
}

function decipher(aesKey: string, encrypt: string): Buffer {
  const bytes = Buffer.from(encrypt, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) throw new WireError('cipher')
  const key = keyOf(aesKey)
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

function unpad(bytes: Buffer): Buffer {
  const pad = bytes.at(-1) ?? 0
  if (pad < 1 || pad > blockBytes || pad > bytes.length) throw new WireError('padding')
  if (!bytes.subarray(bytes.length - pad).every((byte) => byte === pad)) throw new WireError('padding')
  return bytes.subarray(0, bytes.length - pad)
}
