import type { KeyObject } from 'node:crypto'
import { WireError } from '../shared/wire-error.js'
import { decrypt } from './crypto.js'
import { parseObject, textField, type Json } from './json.js'

/**
 * The JSON of a webhook's body. With an Encrypt Key only an encrypted body is one: a bare body would pass by the
 * signature's secret.
 *
 * @throws WireError `json`, `unencrypted`, `ciphertext`, `padding`, `utf8`.
 */
export function openBody(raw: string, key: KeyObject | null): Json {
  const body = parseObject(raw)
  if (key === null) return body
  const encrypted = textField(body, 'encrypt')
  if (!encrypted) throw new WireError(body['encrypt'] === undefined ? 'unencrypted' : 'ciphertext')
  return parseObject(decrypt(key, encrypted))
}

/** The answer to the check of a request address (within 1 s); null when the body is something else. */
export function challengeOf(body: Json): { challenge: string } | null {
  if (textField(body, 'type') !== 'url_verification') return null
  const challenge = textField(body, 'challenge')
  if (!challenge) throw new WireError('challenge')
  return { challenge }
}
