import { getRandomValues, randomBytes } from 'node:crypto'
import { encodeTime, monotonicFactory } from 'ulid'
import type { Clock } from './clock.js'

/** Makes identifiers. ULIDs sort by time of making within one process; they do not follow commit order. */
export interface Ids {
  /** A ULID: 26 characters, upper case. */
  next(): string
  /** An unguessable token for links, sessions and codes: 43 characters, URL-safe, 256 bits. */
  secret(): string
}

/**
 * @param clock - its time is the ULID's time, so that ids follow a clock that was pushed forward.
 * @param random - in [0, 1), for ids that come out the same every time (the demo company). Default: secure chance.
 */
export function createIds(clock: Clock, random: () => number = secureChance()): Ids {
  const ulid = monotonicFactory(random)
  return {
    next: () => ulid(clock.now().getTime()),
    secret: () => randomBytes(32).toString('base64url'),
  }
}

/** Secure chance by the pool: asking the system for every character of an id cost more than the rest of it. */
function secureChance(): () => number {
  const pool = new Uint32Array(256)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      getRandomValues(pool)
      used = 0
    }
    const value = pool[used] ?? 0
    used += 1
    return value / 2 ** 32
  }
}

/** The lowest id that could have been made at this instant: ids after it are younger. For ranges over the primary key. */
export const firstIdAt = (at: Date): string => encodeTime(at.getTime(), 10).padEnd(26, '0')
