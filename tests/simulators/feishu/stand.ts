import { createFeishu, type FeishuAdapter } from '../../../adapters/feishu/adapter.js'
import { createInProcessState } from '../../../adapters/shared-state/in-process.js'
import type { AdjustableClock } from '../../../core/ports/clock.js'
import { createIds } from '../../../core/ports/ids.js'
import type { InboundAnswer, InboundEvent } from '../../../core/ports/inbound.js'
import type { KeyStore } from '../../../core/ports/key-store.js'
import type { FeishuSettings } from '../../../core/ports/platform-settings.js'
import type { WebhookAnswer } from '../../../core/ports/webhook.js'
import { startFeishu, type FeishuSim, type FeishuSimOptions } from './start.js'

export interface FeishuStand {
  sim: FeishuSim
  adapter: FeishuAdapter
  /** What the product was handed, in order. */
  events: InboundEvent[]
  /** What the product says to a tap, or does with an event; may throw as a database that is away does. */
  onEvent: (take: (event: InboundEvent) => Promise<InboundAnswer | null>) => void
  /** Lines of the adapter's log, as they would be written. */
  logged: string[]
  post(path: 'event' | 'card', body: Buffer, headers?: Record<string, string>): Promise<WebhookAnswer>
  stop(): Promise<void>
}

/** The adapter against the simulator, over its real wires. */
export async function startFeishuStand(
  options: FeishuSimOptions & {
    settings?: Partial<FeishuSettings>
    connect?: boolean
    publicUrl?: string
  } = {},
): Promise<FeishuStand> {
  let take: (event: InboundEvent) => Promise<InboundAnswer | null> = async () => null
  const events: InboundEvent[] = []
  const logged: string[] = []
  const post: FeishuStand['post'] = async (path, body, headers = {}) => {
    const webhook = adapter.channel.webhooks?.find((one) => one.path === `feishu/${path}`)
    if (!webhook) throw new Error(`no webhook ${path}`)
    return webhook.handle({ method: 'POST', query: new URLSearchParams(), headers, body, ip: '127.0.0.1' })
  }
  const sim = await startFeishu({
    webhook: async (path, body, headers) => {
      const answer = await post(path, body, headers)
      return { status: answer.status, body: answer.body ?? '' }
    },
    ...options,
  })
  const { clock } = sim
  const write = (fields: object, message: string) =>
    void logged.push(
      `${message} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.message : value))}`,
    )
  const adapter = createFeishu(
    { ...sim.settings, ...options.settings },
    {
      publicUrl: options.publicUrl ?? 'https://crm.example.com',
      clock,
      ids: createIds(clock),
      state: createInProcessState(() => clock.now().getTime()),
      keys: createMemoryKeys(clock),
      log: { info: write, warn: write, error: write },
    },
  )
  await adapter.channel.start(async (event) => {
    events.push(event)
    return take(event)
  })
  if (options.connect !== false) await adapter.channel.connect?.()
  return {
    sim,
    adapter,
    events,
    onEvent: (next) => void (take = next),
    logged,
    post,
    async stop() {
      await adapter.channel.stop()
      await sim.stop()
    },
  }
}

export function createMemoryKeys(clock: AdjustableClock): KeyStore {
  const rows = new Map<string, { value: string; expiresAt: Date | null }>()
  const live = (key: string): string | null => {
    const row = rows.get(key)
    return row && (row.expiresAt === null || row.expiresAt > clock.now()) ? row.value : null
  }
  return {
    get: async (key) => live(key),
    put: async (key, value, expiresAt) => void rows.set(key, { value, expiresAt }),
    take: async (key) => {
      const value = live(key)
      rows.delete(key)
      return value
    },
  }
}
