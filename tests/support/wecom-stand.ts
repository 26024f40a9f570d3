import { createInProcessState } from '../../adapters/shared-state/in-process.js'
import { createWecom, type WecomOptions } from '../../adapters/wecom/adapter.js'
import { createManualClock, type AdjustableClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import type { InboundAnswer, InboundEvent, InboundSink } from '../../core/ports/inbound.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { Webhook } from '../../core/ports/webhook.js'
import { hostHooks } from '../simulators/wecom/hooks-host.js'
import { startWecom } from '../simulators/wecom/start.js'
import type { Options } from '../simulators/wecom/world.js'

/** A key store that forgets with its process. */
export function createMemoryKeys(clock: AdjustableClock): KeyStore {
  const rows = new Map<string, { value: string; until: number }>()
  const live = (key: string) => {
    const row = rows.get(key)
    return row && row.until > clock.now().getTime() ? row.value : null
  }
  return {
    get: async (key) => live(key),
    async put(key, value, expiresAt) {
      if (key.length > 190 || value.length > 4000) throw new RangeError('too long for the key store')
      rows.set(key, { value, until: expiresAt?.getTime() ?? Infinity })
    },
    async take(key) {
      const value = live(key)
      rows.delete(key)
      return value
    },
  }
}

export type WecomStand = Awaited<ReturnType<typeof startWecomStand>>

/** The adapter before WeCom's simulator, with its hooks on loopback and a clock that stands still. */
export async function startWecomStand(
  options: Omit<Options, 'clock'> & { settings?: Partial<WecomSettings>; wecom?: WecomOptions } = {},
) {
  const clock = createManualClock('2026-11-16T01:00:00.000Z')
  const sim = await startWecom({ clock, ...options })
  const logged: { fields: object; message: string }[] = []
  const write = (fields: object, message: string) => void logged.push({ fields, message })
  const keys = createMemoryKeys(clock)
  const state = createInProcessState(() => clock.now().getTime())
  const webhooks: Webhook[] = []
  const hooks = await hostHooks(webhooks)
  const process = () => {
    const adapter = createWecom(
      { ...sim.settings, ...options.settings },
      {
        publicUrl: hooks.origin.replace(/\/hooks$/, ''),
        ...{ clock, ids: createIds(clock), state, keys },
        log: { info: write, warn: write, error: write },
        isBound: async (_platform, account) => account === 'wang',
      },
      { waits: [20, 20], holdMs: 0, ...options.wecom },
    )
    const events: InboundEvent[] = []
    return {
      adapter,
      events,
      /** Starts the channel; events are collected and answered by `answer`. */
      async listen(answer: (event: InboundEvent) => Promise<InboundAnswer | null> = async () => null) {
        const sink: InboundSink = async (event) => {
          events.push(event)
          return answer(event)
        }
        await adapter.channel.start(sink)
      },
    }
  }
  const first = process()
  webhooks.push(...(first.adapter.channel.webhooks ?? []))
  sim.connect(hooks.origin)
  return {
    ...{ sim, clock, keys, logged, hooks },
    ...first,
    /** One more process of the same installation; WeCom's callbacks go to the first one. */
    another: process,
    async stop() {
      await first.adapter.channel.stop()
      await hooks.close()
      await sim.stop()
      await state.close()
    },
  }
}
