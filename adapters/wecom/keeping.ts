import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../core/ports/clock.js'
import type { InboundAnswer, InboundEvent, InboundSink } from '../../core/ports/inbound.js'

/** How long a channel tries to have an event stored before it gives up, milliseconds between the tries. */
export const patience = { app: [200, 800, 2_000], bot: [200, 1_000, 5_000, 20_000] } as const

/**
 * Hands an event over until it is stored. A database that is away for a moment costs nothing this way, although WeCom
 * repeats callbacks rarely and the bot's frames never.
 *
 * @param budgetMs - within which an answer is of use, from `startedAt` on: what storing has cost is gone.
 * @throws what the sink threw last.
 */
export async function keepTrying(
  sink: InboundSink,
  event: InboundEvent,
  budgetMs: number,
  waits: readonly number[],
  startedAt = stopwatch(),
): Promise<InboundAnswer | null> {
  const left = () => Math.max(0, budgetMs - (stopwatch() - startedAt))
  for (const wait of waits) {
    try {
      return await sink(event, left())
    } catch {
      await pause(wait, undefined, { ref: false })
    }
  }
  return sink(event, left())
}
