/** How many callbacks came and what became of them, since the process began. */
export interface FeishuCounters {
  received: number
  stored: number
  /** Events that the product has no use for. */
  ignored: number
  /** Could not be stored; the platform sends them again, but for taps. */
  failed: number
  /** By the reason: `signature`, `stale`, `padding`, `receiver`, … */
  refused: Record<string, number>
}

export const createCounters = (): FeishuCounters => ({
  received: 0,
  stored: 0,
  ignored: 0,
  failed: 0,
  refused: {},
})
