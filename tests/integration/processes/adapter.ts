import type { InboundEvent, InboundSink } from '../../../core/ports/inbound.js'
import type { PlatformAdapter } from '../../../core/ports/platform-adapter.js'

/** The platform's adapter in each process: everything goes over a socket. */
export function createTestAdapter(origin: string): PlatformAdapter {
  let sink: InboundSink | null = null
  const platform = 'sandbox'
  const tell = async (path: string, body: object) => {
    await fetch(origin + path, { method: 'POST', body: JSON.stringify(body) })
  }
  return {
    platform,
    messenger: {
      platform,
      capabilities: () => ({
        inputs: { select: true, text: true, date: true },
        maxActions: 6,
        maxOptions: 50,
        maxFields: 50,
        maxTitle: 200,
        maxText: 4000,
        updatesCards: true,
        confirms: true,
        readReceipts: false,
        groupMessages: 'all',
        groupCards: true,
        answerBudgetMs: 1500,
        idempotentSend: true,
        urges: [],
      }),
      async send({ to, card, idempotencyKey: key }) {
        await tell('/send', { key, to: to.externalId ?? to.chatId ?? '', title: card.title })
        return { platformMessageId: key, state: 'sent' }
      },
      update: () => Promise.resolve(),
      async sendText(_to, _text, key) {
        return Promise.resolve({ platformMessageId: key, state: 'sent' })
      },
      urge: () => Promise.resolve(false),
      recall: () => Promise.resolve(false),
    },
    channel: {
      platform,
      webhooks: [
        {
          path: 'test/events',
          maxBytes: 64 * 1024,
          async handle({ body }) {
            if (!sink) return { status: 503 }
            try {
              await sink(JSON.parse(body.toString('utf8')) as InboundEvent, 1000)
              return { status: 200 }
            } catch {
              return { status: 503 }
            }
          },
        },
      ],
      async start(given) {
        sink = given
        return Promise.resolve()
      },
      connect: () => tell('/connect', { pid: process.pid }),
      disconnect: () => tell('/disconnect', { pid: process.pid }),
      async stop() {
        sink = null
        return Promise.resolve()
      },
    },
    identity: { platform, redeem: (code) => Promise.resolve({ externalId: code }) },
    directory: {
      platform,
      page: () => Promise.resolve({ departments: [], people: [], next: null }),
      scope: () => Promise.resolve({ totalPeople: null, isPartial: false, range: '全部' }),
    },
    bridge: null,
    doctor: null,
  }
}
