/**
 * Zones whose clocks have not moved since 1992: there a local time is plain arithmetic, a hundred times as fast as Intl.
 *
 * @see https://data.iana.org/time-zones/tzdb/asia (rules PRC and Shang end in 1991, HK and Taiwan in 1979, Singapore in 1982)
 */
const fixedOffsetMs: Record<string, number> = {
  'Asia/Shanghai': 8 * 3_600_000,
  'Asia/Chongqing': 8 * 3_600_000,
  'Asia/Hong_Kong': 8 * 3_600_000,
  'Asia/Macau': 8 * 3_600_000,
  'Asia/Taipei': 8 * 3_600_000,
  'Asia/Singapore': 8 * 3_600_000,
  UTC: 0,
}
const since = Date.UTC(1992, 0, 2)

/** How far a zone's clock is ahead of UTC at an instant (or a wall time near it); null when Intl must be asked. */
export const fixedOffset = (timeZone: string, ms: number): number | null =>
  ms >= since ? (fixedOffsetMs[timeZone] ?? null) : null
