/** How often something happened since the start, by name, e.g. `refused.signature`. At most 200 names. */
export type Counters = ReturnType<typeof createCounters>

const mostNames = 200

export function createCounters() {
  const counts = new Map<string, number>()
  return {
    add(name: string): void {
      const known = counts.has(name) || counts.size < mostNames ? name : 'other'
      counts.set(known, (counts.get(known) ?? 0) + 1)
    },
    read: (): Readonly<Record<string, number>> => Object.fromEntries(counts),
  }
}
