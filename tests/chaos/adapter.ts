import { PlatformError } from '../../core/errors.js'
import type { InboundEvent, InboundSink } from '../../core/ports/inbound.js'
import type { Capabilities } from '../../core/ports/messenger.js'
import type { PlatformAdapter } from '../../core/ports/platform-adapter.js'
import { isIdempotent } from './double.js'
import type { ChaosPlatform } from './plan.js'
import { hookPath } from './wire.js'

const patienceMs = 1000
const answerBudgetMs = 1500

const capabilities = (platform: ChaosPlatform): Capabilities => ({
  inputs: { select: true, text: true, date: true },
  maxActions: 6,
  maxOptions: 50,
  maxFields: 50,
  maxTitle: 200,
  maxText: 4000,
  updatesCards: true,
  confirms: true,
  readReceipts: true,
  groupMessages: 'all',
  groupCards: true,
  answerBudgetMs,
  idempotentSend: isIdempotent(platform),
  urges: ['app'],
})

/** A platform of the double, as the product sees it: everything goes over a real socket. */
export function createChaosAdapter(platform: ChaosPlatform, doubleOrigin: string): PlatformAdapter {
  let sink: InboundSink | null = null

  async function call(action: string, body: object): Promise<{ id?: string }> {
    let response: Response
    try {
      response = await fetch(`${doubleOrigin}/${platform}/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(patienceMs),
      })
    } catch (cause) {
      const isTimeout = cause instanceof DOMException && cause.name === 'TimeoutError'
      throw new PlatformError({ platform, code: isTimeout ? 'timeout' : 'network', retryable: true, cause })
    }
    if (!response.ok)
      throw new PlatformError({ platform, code: String(response.status), retryable: response.status >= 500 })
    return (await response.json()) as { id?: string }
  }

  return {
    platform,
    messenger: {
      platform,
      capabilities: () => capabilities(platform),
      async send({ to, card, ref, idempotencyKey }) {
        const { id = '' } = await call('send', { key: idempotencyKey, ref, to, card })
        return { platformMessageId: id, state: 'sent' }
      },
      async update(platformMessageId, { card, idempotencyKey }) {
        await call('update', { id: platformMessageId, key: idempotencyKey, card })
      },
      async sendText(to, text, idempotencyKey) {
        const { id = '' } = await call('text', { key: idempotencyKey, to, text })
        return { platformMessageId: id, state: 'sent' }
      },
      async urge(platformMessageId) {
        await call('urge', { id: platformMessageId })
        return true
      },
      recall: () => Promise.resolve(false),
    },
    channel: {
      platform,
      webhooks: [
        {
          path: hookPath(platform).slice('/hooks/'.length),
          maxBytes: 64 * 1024,
          async handle({ body }) {
            if (!sink) return { status: 503 }
            try {
              const answer = await sink(JSON.parse(body.toString('utf8')) as InboundEvent, answerBudgetMs)
              return { status: 200, type: 'application/json', body: JSON.stringify({ answer }) }
            } catch {
              // Not stored, not acknowledged: the platform brings it again.
              return { status: 503 }
            }
          },
        },
      ],
      start(given) {
        sink = given
        return Promise.resolve()
      },
      stop() {
        sink = null
        return Promise.resolve()
      },
    },
    identity: {
      platform,
      redeem: (code) => Promise.resolve({ externalId: code.replace(/^sign-in:/, '') }),
    },
    directory: {
      platform,
      page: () => Promise.resolve({ departments: [], people: [], next: null }),
      scope: () => Promise.resolve({ totalPeople: null, isPartial: false, range: '全部' }),
    },
    bridge: null,
    doctor: null,
  }
}
