import { setTimeout as pause } from 'node:timers/promises'
import type { InboundEvent } from '../../core/ports/inbound.js'
import { createRandom } from './random.js'
import type { Callback } from './ledger.js'
import { hookPath } from './wire.js'

const longestDelayMs = 400
const answerWithinMs = 8000
const repeating = 0.1

export type Callbacks = ReturnType<typeof createCallbacks>

/**
 * Hands events over as platforms do: each a little late and so in another order, again until it is acknowledged, and
 * one in ten once more although it was.
 */
export function createCallbacks(seed: number, origins: () => string[]) {
  const random = createRandom(seed ^ 0xca11)
  const underWay = new Set<Promise<void>>()

  async function offer(event: InboundEvent): Promise<boolean> {
    const listening = origins()
    const origin = listening[random.whole(Math.max(1, listening.length))]
    if (!origin) return false
    try {
      const response = await fetch(`${origin}${hookPath(event.platform)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(answerWithinMs),
      })
      await response.arrayBuffer()
      return response.status === 200
    } catch {
      return false
    }
  }

  async function bring(event: InboundEvent, entry: Callback): Promise<void> {
    await pause(random.whole(longestDelayMs))
    while (!(await offer(event))) await pause(100 + random.whole(700))
    entry.acked = true
  }

  function track(work: Promise<void>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  return {
    /** Starts handing over; `entry` says when it was acknowledged. */
    send(event: InboundEvent, entry: Callback): void {
      const copies = random.chance(repeating) ? 2 : 1
      for (let copy = 0; copy < copies; copy++) track(bring(event, entry))
    },
    /** Resolves when everything is acknowledged. */
    async allTaken(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
