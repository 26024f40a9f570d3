import { setTimeout as pause } from 'node:timers/promises'
import type { InboundEvent } from '../../core/ports/inbound.js'
import type { Card } from '../../core/ports/card.js'
import type { Double } from './double.js'
import { createRandom } from './random.js'
import type { Callback } from './ledger.js'
import { hookPath } from './wire.js'

const longestDelayMs = 400
const answerWithinMs = 8000
const repeating = 0.1

export type Callbacks = ReturnType<typeof createCallbacks>

/**
 * Hands events over as platforms do: each a little late and so in another order, again until it is acknowledged, and
 * one in ten once more although it was. A tap's answer is the card as it looks from then on.
 */
export function createCallbacks(seed: number, origins: () => string[], double: Double) {
  const random = createRandom(seed ^ 0xca11)
  const underWay = new Set<Promise<void>>()

  async function offer(event: InboundEvent): Promise<boolean> {
    const listening = origins()
    const origin = listening[random.whole(Math.max(1, listening.length))]
    if (!origin) return false
    const cardRef = event.type === 'tap' ? event.cardRef : ''
    const drawn = double.drawings(cardRef)
    try {
      const response = await fetch(`${origin}${hookPath(event.platform)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(answerWithinMs),
      })
      if (response.status !== 200) return false
      const { answer } = (await response.json()) as { answer: { card?: Card } | null }
      // What was drawn after the tap had left is newer than what the tap is answered with.
      if (answer?.card && double.drawings(cardRef) === drawn) double.draw(cardRef, answer.card)
      return true
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
