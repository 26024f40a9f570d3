import type { PanelState, SandboxHost } from '../../adapters/sandbox/host.js'
import type { AdjustableClock } from '../../core/ports/clock.js'

/** A host for trying the sandbox without the product: what the panel shows is set by hand. */
export function createTestHost(clock: AdjustableClock) {
  const listeners = new Set<() => void>()
  let state: Omit<PanelState, 'now' | 'clockOffsetMs'> = {
    deadlines: [],
    changes: [],
    deliveries: {},
    queueDepth: 0,
  }
  let refusal: string | null = null
  const host: SandboxHost = {
    pagesPath: '/app/',
    panel: async () => ({ ...state, now: clock.now().toISOString(), clockOffsetMs: clock.offsetMs() }),
    onPanel(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async advanceClock(ms) {
      if (refusal !== null) return { ok: false, reason: refusal }
      clock.advance(ms)
      return { ok: true }
    },
    personInfo: async () => null,
  }
  return {
    host,
    show(changes: Partial<typeof state>): void {
      state = { ...state, ...changes }
      for (const listener of listeners) listener()
    },
    state: () => state,
    refuseClock(reason: string | null): void {
      refusal = reason
    },
  }
}
