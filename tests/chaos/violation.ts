/** Something that must never be. */
export interface Violation {
  /** `lost`: an acknowledged event or a queued message had no effect. `doubled`: it had more than one. `stale`: a card shows an old state. */
  kind: 'lost' | 'doubled' | 'broken' | 'stale'
  what: string
  /** Of the row, event or message that shows it. */
  id: string
}

export const lost = (what: string, id: string): Violation => ({ kind: 'lost', what, id })
export const doubled = (what: string, id: string): Violation => ({ kind: 'doubled', what, id })
export const stale = (what: string, id: string): Violation => ({ kind: 'stale', what, id })
export const broken = (what: string, id: string): Violation => ({ kind: 'broken', what, id })

/** None when something happened as often as it must; else lost or doubled. */
export function exactly(
  times: { least: number; most: number },
  count: number,
  what: string,
  id: string,
): Violation[] {
  if (count < times.least) return [lost(`${what}: ${count} times instead of ${times.least}`, id)]
  if (count > times.most) return [doubled(`${what}: ${count} times instead of ${times.most}`, id)]
  return []
}

export const once = { least: 1, most: 1 }
