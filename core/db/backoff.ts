const firstMs = 500
const longestMs = 10 * 60_000

/** How long to wait after the nth failed try: 0.5 s doubling to 10 min, with ±25 % jitter so that a herd spreads out. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const plain = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 20))
  return Math.round(plain * (0.75 + random() * 0.5))
}
