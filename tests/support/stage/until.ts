import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../../core/ports/clock.js'

/** Waits until something that another process or connection brings about is so. @throws Error after `mostMs`. */
export async function until(
  check: () => boolean | Promise<boolean>,
  what: string,
  mostMs = 8_000,
): Promise<void> {
  const startedAt = stopwatch()
  while (!(await check())) {
    if (stopwatch() - startedAt > mostMs) throw new Error(`not within ${mostMs} ms: ${what}`)
    await pause(mostMs > 60_000 ? 200 : 5)
  }
}
