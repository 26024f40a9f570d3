import type { Binding } from '../org/person.js'
import { platforms, type Platform } from '../ports/platform.js'

/** A way to one person: which account on which platform. */
export interface Route {
  platform: Platform
  externalId: string
}

/** Why there is none, in the order in which an admin would look. */
export type NoRoute = 'unbound' | 'broken' | 'not-running'

/** A platform that refused an account is asked again after this long: people come back, scopes are widened. */
export const retryBrokenAfterMs = 24 * 3_600_000

const rank: Record<Binding['state'], number> = { verified: 0, bound: 1, broken: 2 }

/**
 * The first of a person's accounts that can take a message: verified ones before bound ones, each in the order of
 * binding; one that was refused only when nothing else is left and a day has passed.
 *
 * @param running - the platforms that this installation is connected to.
 */
export function chooseRoute(
  accounts: readonly Binding[],
  running: ReadonlySet<Platform>,
  now: Date,
): { route: Route } | { route: null; why: NoRoute } {
  if (accounts.length === 0) return { route: null, why: 'unbound' }
  const reachable = accounts.filter(({ platform }) => running.has(platform))
  if (reachable.length === 0) return { route: null, why: 'not-running' }
  const [best] = reachable
    .filter(
      ({ state, brokenSince }) =>
        state !== 'broken' || now.getTime() - (brokenSince?.getTime() ?? 0) >= retryBrokenAfterMs,
    )
    .sort(
      (a, b) =>
        rank[a.state] - rank[b.state] ||
        a.boundAt.getTime() - b.boundAt.getTime() ||
        platforms.indexOf(a.platform) - platforms.indexOf(b.platform),
    )
  return best
    ? { route: { platform: best.platform, externalId: best.externalId } }
    : { route: null, why: 'broken' }
}
