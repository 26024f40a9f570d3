import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.js'
import type { FeishuSettings } from '../../core/ports/platform-settings.js'
import type { Webhook, WebhookAnswer, WebhookRequest } from '../../core/ports/webhook.js'
import { isSameText } from '../shared/sealing.js'
import { WireError } from '../shared/wire-error.js'
import { decryptionKey, signatureOf } from './crypto.js'
import { objectField, textField, type Json } from './json.js'
import { challengeOf, openBody } from './webhook-body.js'

interface WebhookDeps {
  settings: Pick<FeishuSettings, 'encryptKey' | 'verificationToken'>
  clock: Clock
  /** Takes a genuine event. @returns the answer, or null. Throws where it is to be sent again. */
  take: (body: Json) => Promise<object | null>
  onRefused: (error: WireError) => void
  log: { warn(fields: object, message: string): void }
}

const maxBytes = 1024 * 1024
/**
 * How old a signed request may be: the platform sends an event again for up to 7 h 21 min, and does not say whether
 * it signs it anew. A replay within that time carries a known event id and changes nothing.
 */
const oldestMs = 8 * 3_600_000
/** How far ahead its clock may be. */
const aheadMs = 5 * 60_000

/** The HTTP ways in: events and card callbacks have an address each in the console and are told in one form. */
export function createWebhooks(deps: WebhookDeps): Webhook[] {
  const { encryptKey } = deps.settings
  const key = encryptKey === null ? null : decryptionKey(encryptKey)
  return ['feishu/event', 'feishu/card'].map((path) => ({
    path,
    maxBytes,
    handle: (request) => answer(deps, key, request),
  }))
}

async function answer(
  deps: WebhookDeps,
  key: KeyObject | null,
  request: WebhookRequest,
): Promise<WebhookAnswer> {
  if (request.method !== 'POST') return { status: 405 }
  let body: Json
  try {
    const opened = open(deps, key, request)
    if ('challenge' in opened) return json(200, opened)
    body = opened.body
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    deps.onRefused(error)
    return { status: unverified.has(error.code) ? 401 : 400 }
  }
  try {
    return json(200, (await deps.take(body)) ?? {})
  } catch (error) {
    deps.log.warn({ err: error }, 'feishu: an event was not taken')
    return { status: 500 }
  }
}

const unverified: ReadonlySet<string> = new Set([
  'closed',
  'unsigned',
  'signature',
  'stale',
  'token',
  'unencrypted',
])

const json = (status: number, body: object): WebhookAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
})

/** @throws WireError for everything that is not proven to come from the platform. */
function open(
  { settings, clock }: WebhookDeps,
  key: KeyObject | null,
  request: WebhookRequest,
): { body: Json } | { challenge: string } {
  const { encryptKey, verificationToken } = settings
  // With no secret nobody could be told from the platform.
  if (encryptKey === null && verificationToken === null) throw new WireError('closed')
  const isSigned = encryptKey !== null && verify(encryptKey, request, clock.now())
  const body = openBody(request.body.toString('utf8'), key)
  const challenge = challengeOf(body)
  const token = challenge ? textField(body, 'token') : textField(objectField(body, 'header'), 'token')
  if (verificationToken !== null && !isSameText(verificationToken, token)) throw new WireError('token')
  if (challenge) return challenge
  // The check of the address is not signed; events are.
  if (encryptKey !== null && !isSigned) throw new WireError('unsigned')
  return { body }
}

/** @returns false when the request bears no signature. @throws WireError `signature`, `stale`. */
function verify(encryptKey: string, request: WebhookRequest, now: Date): boolean {
  const given = request.headers['x-lark-signature']
  const timestamp = request.headers['x-lark-request-timestamp'] ?? ''
  if (given === undefined) return false
  const nonce = request.headers['x-lark-request-nonce'] ?? ''
  if (!isSameText(signatureOf({ timestamp, nonce, encryptKey, rawBody: request.body }), given))
    throw new WireError('signature')
  const age = now.getTime() - Number(timestamp) * 1000
  if (!/^\d{1,12}$/.test(timestamp) || age > oldestMs || age < -aheadMs) throw new WireError('stale')
  return true
}
