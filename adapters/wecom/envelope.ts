import { decodeAesKey, decryptMessage, encryptMessage, isSameText, signParts } from '../shared/sealing.js'
import type { SealingKey } from '../shared/sealing.js'
import { WireError } from '../shared/wire-error.js'
import { parseXml, textOf, writeXml } from './xml.js'

/** What protects one callback address, and who its messages are for. */
export interface EnvelopeKeys {
  token: string
  key: SealingKey
  receiver: string
}

/** @param aesKey - the 43 characters of an EncodingAESKey. @throws WireError `key` when it is none. */
export const envelopeKeys = ({
  token,
  aesKey,
  receiver,
}: {
  token: string
  aesKey: string
  receiver: string
}): EnvelopeKeys => ({ token, key: decodeAesKey(aesKey), receiver })

/** Clocks of two machines and a repeat after a minute fit in; a request recorded yesterday does not. */
export const freshnessMs = 10 * 60_000

/**
 * Opens the echo of an address check.
 *
 * @param query - of the GET request, decoded.
 * @returns what to answer with.
 * @throws WireError `signature`, `cipher`, `receiver`.
 */
export function openEcho(keys: EnvelopeKeys, query: URLSearchParams): string {
  return open(keys, query, query.get('echostr') ?? '')
}

/**
 * Opens an encrypted message.
 *
 * @param body - of the POST request: XML with an `Encrypt` element.
 * @returns the XML inside.
 * @throws WireError `malformed`, `signature`, `cipher`, `receiver`.
 */
export function openMessage(keys: EnvelopeKeys, query: URLSearchParams, body: string): string {
  return open(keys, query, textOf(parseXml(body), 'Encrypt'))
}

function open(keys: EnvelopeKeys, query: URLSearchParams, cipherText: string): string {
  const expected = signParts(keys.token, query.get('timestamp') ?? '', query.get('nonce') ?? '', cipherText)
  if (!isSameText(expected, query.get('msg_signature'))) throw new WireError('signature')
  return decryptMessage(keys.key, cipherText, [keys.receiver])
}

/** @throws WireError `stale` when the request was signed too long ago, or in the future. */
export function checkFreshness(query: URLSearchParams, now: Date): void {
  const seconds = Number(query.get('timestamp') ?? 'none')
  if (!(Math.abs(now.getTime() - seconds * 1000) <= freshnessMs)) throw new WireError('stale')
}

/** Seals an answer to a callback, with a signature of its own. */
export function sealAnswer(keys: EnvelopeKeys, xml: string, now: Date, nonce: string): string {
  const sealed = encryptMessage(keys.key, xml, keys.receiver)
  const timestamp = Math.floor(now.getTime() / 1000)
  return writeXml('xml', {
    Encrypt: sealed,
    MsgSignature: signParts(keys.token, String(timestamp), nonce, sealed),
    TimeStamp: timestamp,
    Nonce: nonce,
  })
}
