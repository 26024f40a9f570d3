/** One fact's part in a score. `value` and the result are points in the caller's own scale. */
export interface Part {
  name: string
  /** 0 to 1: how far the fact holds. */
  fact: number
  weight: number
  /** Why the fact has this value, in the reader's words. */
  why: string
}

export interface Score {
  value: number
  reasons: { name: string; points: number; why: string }[]
}

/**
 * Facts × weights → a number with its reasons. The only way the product weighs anything.
 *
 * @param factor - applied to the sum at the end, with its own reason (a penalty, a decay); 1 leaves it alone.
 * @returns `value` rounded to 0.1; the reasons add up to it, the weightiest first.
 */
export function score(parts: readonly Part[], factor?: { by: number; why: string }): Score {
  const reasons = parts.map(({ name, fact, weight, why }) => ({
    name,
    points: round(clamp(fact) * weight),
    why,
  }))
  const sum = round(reasons.reduce((total, reason) => total + reason.points, 0))
  const sorted = reasons.sort((a, b) => b.points - a.points)
  if (!factor || factor.by === 1) return { value: sum, reasons: sorted }
  const value = round(sum * factor.by)
  return { value, reasons: [...sorted, { name: 'factor', points: round(value - sum), why: factor.why }] }
}

const clamp = (fact: number): number => Math.min(1, Math.max(0, Number.isFinite(fact) ? fact : 0))
const round = (points: number): number => Math.round(points * 10) / 10
