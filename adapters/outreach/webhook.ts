import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { OutreachWebhookSettings } from '../../core/ports/outreach-settings.js'
import type { OutreachReceiptSink } from '../../core/ports/outreach.js'
import type { Webhook } from '../../core/ports/webhook.js'
import { connectionError, providerTimeoutMs, type Provider } from './provider.js'

const name = 'webhook'
const mostBytes = 256 * 1024
/** A signed request is good for this long, so that one that was caught is of no use later. */
const freshMs = 300_000

const answerSchema = z.object({ id: z.string().max(128).optional() })
const receiptsSchema = z.object({
  receipts: z
    .array(
      z.object({
        id: z.string().min(1).max(128),
        state: z.enum(['delivered', 'read', 'failed']),
        code: z.string().max(100).optional(),
      }),
    )
    .max(1000),
})

/**
 * The company's own gateway: we post an order to it, it reports to `/hooks/outreach/webhook`. Both ways carry
 * `x-genjin-timestamp` (seconds) and `x-genjin-signature`, which is the hexadecimal HMAC-SHA256 of
 * `<timestamp>.<body>` under the shared secret.
 */
export function createOutreachWebhook(settings: OutreachWebhookSettings, clock: Clock): Provider {
  const { url, secret, channels } = settings
  const sign = (timestamp: string, body: string | Buffer): string =>
    createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')

  function isGenuine(timestamp: string, signature: string, body: Buffer): boolean {
    const age = Math.abs(clock.now().getTime() - Number(timestamp) * 1000)
    if (!/^\d{1,12}$/.test(timestamp) || age > freshMs) return false
    const wanted = Buffer.from(sign(timestamp, body))
    const given = Buffer.from(signature)
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  }

  function receiptWebhook(sink: () => OutreachReceiptSink): Webhook {
    return {
      path: 'outreach/webhook',
      maxBytes: mostBytes,
      async handle({ method, headers, body }) {
        const timestamp = headers['x-genjin-timestamp'] ?? ''
        const signature = headers['x-genjin-signature'] ?? ''
        if (method !== 'POST' || !isGenuine(timestamp, signature, body)) return { status: 403 }
        const parsed = receiptsSchema.safeParse(parse(body))
        if (!parsed.success) return { status: 400 }
        try {
          await sink()(
            parsed.data.receipts.map(({ id, state, code }) => ({
              provider: name,
              providerMessageId: id,
              state,
              ...(code === undefined ? {} : { code }),
            })),
          )
        } catch {
          return { status: 503 }
        }
        return { status: 200, type: 'application/json', body: '{"ok":true}' }
      },
    }
  }

  return {
    name,
    channels,
    async send({ channel, to, subject, text, idempotencyKey }) {
      const body = JSON.stringify({ channel, to, subject, text, idempotencyKey })
      const timestamp = String(Math.floor(clock.now().getTime() / 1000))
      const response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(providerTimeoutMs),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          'x-genjin-timestamp': timestamp,
          'x-genjin-signature': sign(timestamp, body),
        },
      }).catch((error: unknown) => {
        throw connectionError(name, error)
      })
      const said: unknown = await response.json().catch(() => ({}))
      if (!response.ok) throw refusal(response)
      const answer = answerSchema.safeParse(said)
      return { provider: name, providerMessageId: (answer.success ? answer.data.id : undefined) ?? null }
    },
    webhooks: (sink) => [receiptWebhook(sink)],
  }
}

/** 429 and 5xx go away; every other refusal stays one. */
function refusal(response: Response): PlatformError {
  const seconds = Number(response.headers.get('retry-after'))
  return new PlatformError({
    platform: name,
    code: `http_${response.status}`,
    retryable: response.status === 429 || response.status >= 500,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3600) * 1000 } : {}),
  })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}
