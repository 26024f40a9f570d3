/** The address is `#/p/<account>/<chat>`; without a chat a phone shows the list. */
export interface Route {
  accountId: string | null
  chatId: string | null
}

export function parseRoute(hash: string): Route {
  const [, accountId, chatId] = /^#\/p\/([^/]+)(?:\/([^/]+))?\/?$/.exec(hash) ?? []
  return { accountId: decode(accountId), chatId: decode(chatId) }
}

export function routeHash({ accountId, chatId }: Route): string {
  if (!accountId) return '#/'
  const base = `#/p/${encodeURIComponent(accountId)}`
  return chatId ? `${base}/${encodeURIComponent(chatId)}` : base
}

/** Writes the address without a round through `hashchange`. */
export function writeRoute(route: Route, mode: 'push' | 'replace'): void {
  const hash = routeHash(route)
  if (hash === location.hash) return
  if (mode === 'push') history.pushState(null, '', hash)
  else history.replaceState(null, '', hash)
}

function decode(part: string | undefined): string | null {
  if (!part) return null
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}
