import type { Core } from '../app.js'
import type { Tx } from '../db/unit-of-work.js'

/** Something that goes on over days: it yields the instant at which it wants to go on. */
export type Story = AsyncGenerator<Date, void>

export interface WalkClock {
  set(at: Date): void
}

/**
 * Lets stories happen in the order of their instants, up to `until`. What falls due on the way fires at its own
 * instant, as the deadline runner would have done.
 */
export async function walk(
  tx: Tx,
  { core, clock, stories, until }: { core: Core; clock: WalkClock; stories: Story[]; until: Date },
): Promise<void> {
  const waiting: { at: Date; story: Story }[] = []
  const goOn = async (story: Story): Promise<void> => {
    const { done, value } = await story.next()
    if (done || value > until) return
    const at = waiting.findIndex((other) => other.at > value)
    waiting.splice(at < 0 ? waiting.length : at, 0, { at: value, story })
  }
  for (const story of stories) await goOn(story)
  for (;;) {
    const next = waiting[0]
    await fireUntil(tx, core, clock, next?.at ?? until)
    if (!next) break
    waiting.shift()
    clock.set(later(next.at, core.clock.now()))
    await goOn(next.story)
  }
  clock.set(until)
}

async function fireUntil(tx: Tx, core: Core, clock: WalkClock, until: Date): Promise<void> {
  for (;;) {
    const at = await core.deadlines.nextAt(tx)
    if (!at || at > until) return
    clock.set(later(at, core.clock.now()))
    for (const id of await core.deadlines.due(tx, at, 100)) await core.deadlines.fire(tx, id, at)
  }
}

const later = (one: Date, other: Date): Date => (one > other ? one : other)
