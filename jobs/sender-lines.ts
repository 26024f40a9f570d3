import type { Claimed } from '../core/deliveries/claims.js'
import type { Settle, Turn } from './sender-cards.js'

export interface Prepared {
  delivery: Claimed
  turn: Turn
}

interface Line {
  waiting: Prepared[]
  /** Whoever is at the head of the line takes long: nobody else waits for this line. */
  isSlow: boolean
}

interface LinesDeps {
  /**
   * Its turn has come. Never rejects.
   *
   * @returns how to write down what came of it, null when that is done; and whether the next one would hang as well.
   */
  serve: (one: Prepared) => Promise<{ settle: Settle | null; isStuck: boolean }>
  /** Never rejects. */
  written: (delivery: Claimed, settle: Settle) => Promise<void>
  /** Whether it is not to be begun any more: too little of its lease is left. */
  isLate: (delivery: Claimed) => boolean
  /** Puts them back where they were. Never rejects. */
  giveBack: (deliveries: Claimed[]) => Promise<void>
  /** A line whose head takes longer than this is slow, ms. */
  patienceMs: number
}

export type Lines = ReturnType<typeof createLines>

/**
 * What is in this process's hands: one line for each recipient and way, served side by side, each in its order. A slow
 * line takes up nobody's room.
 */
export function createLines({ serve, written, isLate, giveBack, patienceMs }: LinesDeps) {
  const lines = new Map<string, Line>()
  /** What was taken last is to stay alone until there is nothing in hand any more. */
  let hasSuspect = false
  /** Handed over; what became of them is being written down. */
  let writing = 0
  let stirred = Promise.withResolvers<void>()
  const stir = () => {
    stirred.resolve()
    stirred = Promise.withResolvers()
  }
  const all = () => [...lines.values()]
  const sum = (some: Line[]) => some.reduce((n, { waiting }) => n + waiting.length + 1, 0)

  async function write(delivery: Claimed, settle: Settle): Promise<void> {
    writing += 1
    await written(delivery, settle)
    writing -= 1
    stir()
  }

  async function walk(key: string, line: Line): Promise<void> {
    for (let next = line.waiting.shift(); next; next = line.waiting.shift()) {
      if (isLate(next.delivery)) {
        await giveBack([next, ...line.waiting.splice(0)].map(({ delivery }) => delivery))
        continue
      }
      const timer = setTimeout(() => {
        line.isSlow = true
        stir()
      }, patienceMs)
      const { settle, isStuck } = await serve(next)
      clearTimeout(timer)
      line.isSlow = false
      // What follows it is written down while the next one is served.
      if (settle) void write(next.delivery, settle)
      if (isStuck && line.waiting.length > 0)
        await giveBack(line.waiting.splice(0).map(({ delivery }) => delivery))
    }
    lines.delete(key)
    stir()
  }

  return {
    /** Adds to the lines; an urgent one goes before those of its line that are not. */
    take(prepared: readonly Prepared[]): void {
      hasSuspect = prepared.some(({ delivery }) => delivery.isAlone)
      for (const [key, group] of Map.groupBy(prepared, lineOf)) {
        const line = lines.get(key)
        if (line) for (const one of group) join(line.waiting, one)
        else {
          const fresh = { waiting: group, isSlow: false }
          lines.set(key, fresh)
          void walk(key, fresh)
        }
      }
    },
    /** Deliveries that others have to wait for. */
    busy: (): number => sum(all().filter(({ isSlow }) => !isSlow)) + writing,
    /** Those that stand behind a slow one. */
    behindSlow: (): number => sum(all().filter(({ isSlow }) => isSlow)),
    isAlone: (): boolean => hasSuspect && (lines.size > 0 || writing > 0),
    isServing: (): boolean => lines.size > 0,
    isEmpty: (): boolean => lines.size === 0 && writing === 0,
    /** Resolves at the next thing that happens here, or that `stir` tells of. */
    change: (): Promise<void> => stirred.promise,
    stir,
  }
}

const isUrgent = ({ delivery }: Prepared): boolean => delivery.lane === 'urgent'

function join(waiting: Prepared[], one: Prepared): void {
  const place = isUrgent(one) ? waiting.findIndex((other) => !isUrgent(other)) : -1
  waiting.splice(place < 0 ? waiting.length : place, 0, one)
}

/** A person's list, and what rings outside of the messenger, are nothing that their cards wait for. */
function lineOf({ delivery: { personId, chatId, channel } }: Prepared): string {
  const way = apart.has(channel) ? channel : 'card'
  return `${way} to ${personId ?? chatId ?? ''}`
}

const apart: ReadonlySet<string> = new Set(['todo', 'sms', 'voice', 'mail'])
