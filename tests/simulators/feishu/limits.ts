/** Counts in windows of the simulator's clock. */
export function createLimits(now: () => number) {
  const used = new Map<string, number[]>()
  return {
    /** @returns false beyond `points` in the last `windowMs`. */
    take(key: string, points: number, windowMs: number): boolean {
      const recent = (used.get(key) ?? []).filter((at) => at > now() - windowMs)
      const isWithin = recent.length < points
      used.set(key, isWithin ? [...recent, now()] : recent)
      return isWithin
    },
  }
}
