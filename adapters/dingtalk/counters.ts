/** What came in since the process started, by what became of it. Never the content. */
export interface Counters {
  /** Taken by the product. */
  accepted: number
  /** Of no use to the product: kinds of events, other makers' cards, by reason. */
  ignored: Record<string, number>
  /** Not what the platform sends, by the code of the broken rule. */
  refused: Record<string, number>
  /** Times that the product could not take one. */
  failed: number
  connected: number
  /** Events of the organisation among the accepted ones: they come only when they are ticked in the console. */
  orgEvents: number
}

export const createCounters = (): Counters => ({
  accepted: 0,
  ignored: {},
  refused: {},
  failed: 0,
  connected: 0,
  orgEvents: 0,
})

/** Most reasons that are told apart: an attacker cannot make this grow. */
const mostReasons = 100

export function countOne(counts: Record<string, number>, reason: string): void {
  const key = Object.hasOwn(counts, reason) || Object.keys(counts).length < mostReasons ? reason : 'other'
  counts[key] = (Object.hasOwn(counts, key) ? (counts[key] ?? 0) : 0) + 1
}
