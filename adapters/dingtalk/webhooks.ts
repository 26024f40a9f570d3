import type { Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { Webhook, WebhookAnswer, WebhookRequest } from '../../core/ports/webhook.js'
import type { AdapterLog } from '../platforms.js'
import { isSameText } from '../shared/sealing.js'
import { WireError } from '../shared/wire-error.js'
import { countOne, type Counters } from './counters.js'
import { callbackKeys, openSealed, seal, type CallbackKeys } from './envelope.js'
import type { Intake } from './intake.js'
import { readObject, textOf } from './json.js'
import { cardCallbackSecret, cardSign, robotSign } from './signatures.js'

/** The platform allows an hour either way. */
export const maxAgeMs = 3_600_000
const maxBytes = 256 * 1024

/** HTTP mode: encrypted events, the robot's messages and card taps, each with its own signature. */
export function createWebhooks(deps: {
  settings: DingtalkSettings
  clock: Clock
  ids: Ids
  counters: Counters
  log: AdapterLog
  intake: Intake
  /** False before the sink is there and after the end. */
  isTaking: () => boolean
  track: <T>(work: Promise<T>) => Promise<T>
}): Webhook[] {
  const { settings, clock, ids, counters, log, intake } = deps
  const cardSecret = cardCallbackSecret(settings.clientSecret)

  function fresh(timestamp: string): void {
    const at = /^\d{13}$/.test(timestamp) ? Number(timestamp) : NaN
    const ageMs = clock.now().getTime() - at
    if (Number.isNaN(at)) throw new WireError('timestamp')
    if (Math.abs(ageMs) > maxAgeMs) throw new WireError(ageMs > 0 ? 'stale' : 'future')
  }

  /** @see https://open.dingtalk.com/document/orgapp/push-events */
  async function event(request: WebhookRequest, keys: CallbackKeys): Promise<WebhookAnswer> {
    const query = {
      signature: request.query.get('msg_signature') ?? request.query.get('signature') ?? '',
      timestamp: request.query.get('timestamp') ?? '',
      nonce: request.query.get('nonce') ?? '',
    }
    fresh(query.timestamp)
    const receivers = [settings.clientId, settings.corpId]
    const encrypt = textOf(readObject(request.body.toString('utf8')), 'encrypt')
    const plain = openSealed(keys, query, encrypt, receivers)
    const data = readObject(plain)
    const eventType = textOf(data, 'EventType') || textOf(data, 'eventType')
    if (eventType !== 'check_url') {
      const bornAt = textOf(data, 'TimeStamp') || textOf(data, 'timeStamp')
      const corpId = textOf(data, 'CorpId') || textOf(data, 'corpId')
      // Old-style bodies have no id: the signed bytes themselves are the event.
      const eventId =
        textOf(data, 'EventId') || textOf(data, 'eventId') || `body:${robotSign(plain, eventType)}`
      await intake.organisation({ eventType, eventId, corpId, bornAt }, data)
    }
    const stamp = { timestamp: String(clock.now().getTime()), nonce: ids.secret().slice(0, 12) }
    return json(seal(keys, 'success', settings.clientId, stamp))
  }

  /** @see https://open.dingtalk.com/document/orgapp/receive-message */
  async function robot(request: WebhookRequest): Promise<WebhookAnswer> {
    const timestamp = request.headers['timestamp'] ?? ''
    if (!isSameText(robotSign(timestamp, settings.clientSecret), request.headers['sign']))
      throw new WireError('signature')
    fresh(timestamp)
    await intake.message(readObject(request.body.toString('utf8')))
    return json({})
  }

  /** @see https://open.dingtalk.com/document/orgapp/event-callback-card */
  async function card(request: WebhookRequest): Promise<WebhookAnswer> {
    const timestamp = request.headers['x-ddpaas-signature-timestamp'] ?? ''
    if (!isSameText(cardSign(timestamp, cardSecret), request.headers['x-ddpaas-signature']))
      throw new WireError('signature')
    fresh(timestamp)
    return json((await intake.tap(readObject(request.body.toString('utf8')), '')) ?? {})
  }

  const route = (path: string, answer: (request: WebhookRequest) => Promise<WebhookAnswer>): Webhook => ({
    path: `dingtalk/${path}`,
    maxBytes,
    async handle(request) {
      if (!deps.isTaking()) return { status: 503 }
      if (request.method !== 'POST') return { status: 405 }
      try {
        return await deps.track(answer(request))
      } catch (error) {
        if (error instanceof WireError) {
          countOne(counters.refused, error.code)
          log.warn({ platform: 'dingtalk', path, code: error.code }, 'a callback was refused')
          return { status: 403 }
        }
        log.error({ platform: 'dingtalk', path, err: error }, 'a callback could not be stored')
        return { status: 500 }
      }
    },
  })

  const keys = settings.callback && callbackKeys(settings.callback)
  return [
    // No secret, no route.
    ...(keys ? [route('event', (request) => event(request, keys))] : []),
    route('robot', robot),
    route('card', card),
  ]
}

const json = (body: object): WebhookAnswer => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(body),
})
