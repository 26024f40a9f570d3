import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDingtalk, type DingtalkTiming } from '../../../adapters/dingtalk/adapter.js'
import { createInProcessState } from '../../../adapters/shared-state/in-process.js'
import { createManualClock } from '../../../core/ports/clock.js'
import { createIds } from '../../../core/ports/ids.js'
import type { KeyStore } from '../../../core/ports/key-store.js'
import type { DingtalkSettings } from '../../../core/ports/platform-settings.js'
import type { Webhook } from '../../../core/ports/webhook.js'
import { startDingtalk } from './start.js'

export const shortTiming: DingtalkTiming = {
  backoffMs: [20, 100],
  pingMs: 50,
  silenceMs: 2_000,
  openMs: 1_000,
  steadyMs: 0,
  retiredMs: 10_000,
  storeRetryMs: [5, 5, 5],
  receiptWaitsMs: [1],
}

/** The product's adapter on the simulated platform. */
export async function startDingtalkStand({
  settings = {},
  timing = {},
}: { settings?: Partial<DingtalkSettings>; timing?: Partial<DingtalkTiming> } = {}) {
  const clock = createManualClock('2026-03-18T02:00:00Z')
  const sim = await startDingtalk({ clock })
  const webhooks: Webhook[] = []
  const hooks = await hostWebhooks(webhooks)
  const logged: { level: string; fields: object; message: string }[] = []
  const log = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message })
  const all = { ...sim.settings, ...settings }
  const keys = memoryKeys(() => clock.now().getTime())
  const adapter = createDingtalk(
    all,
    {
      publicUrl: hooks.origin,
      clock,
      ids: createIds(clock),
      state: createInProcessState(() => clock.now().getTime()),
      keys,
      log: { info: log('info'), warn: log('warn'), error: log('error') },
    },
    { ...shortTiming, ...timing },
  )
  webhooks.push(...(adapter.channel.webhooks ?? []))
  if (all.mode === 'http') sim.world.httpHooks = `${hooks.origin}/hooks/dingtalk`
  return {
    sim,
    adapter,
    clock,
    keys,
    logged,
    hooksOrigin: hooks.origin,
    /** The adapter's channel, opened with its connections at once: here is one process only. */
    channel: {
      ...adapter.channel,
      async start(sink: Parameters<typeof adapter.channel.start>[0]) {
        await adapter.channel.start(sink)
        await adapter.channel.connect?.()
      },
    },
    async stop() {
      await adapter.channel.stop()
      await hooks.stop()
      await sim.stop()
    },
  }
}

/** Keys in memory, by the platform's clock. */
function memoryKeys(nowMs: () => number): KeyStore {
  const rows = new Map<string, { value: string; until: number }>()
  const alive = (key: string) => {
    const row = rows.get(key)
    return row && row.until > nowMs() ? row.value : null
  }
  return {
    get: async (key) => alive(key),
    put: async (key, value, expiresAt) => {
      if (value.length > 4_000) throw new RangeError('a key holds 4,000 characters')
      rows.set(key, { value, until: expiresAt?.getTime() ?? Infinity })
    },
    take: async (key) => {
      const value = alive(key)
      rows.delete(key)
      return value
    },
  }
}

async function hostWebhooks(webhooks: Webhook[]) {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const url = new URL(request.url ?? '/', 'http://localhost')
      const webhook = webhooks.find(({ path }) => url.pathname === `/hooks/${path}`)
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[0] : value,
        ]),
      )
      const answer = (await webhook?.handle({
        method: request.method === 'POST' ? 'POST' : 'GET',
        query: url.searchParams,
        headers,
        body: Buffer.concat(chunks),
        ip: '127.0.0.1',
      })) ?? { status: 404 }
      response
        .writeHead(answer.status, { 'content-type': answer.type ?? 'text/plain' })
        .end(answer.body ?? '')
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
