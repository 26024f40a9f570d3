/** Numbers that look random and come out the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Whole, from 0 to `below` - 1. */
  whole(below: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
}

/**
 * A generator with 32 bits of state.
 *
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md (mulberry32, public domain)
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number) => Math.floor(next() * below)
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (from) => from[whole(from.length)] ?? from[0],
  }
}
