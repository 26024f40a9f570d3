import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a request comes from the console's own pages. A browser always says where a page comes from when it
 * writes or opens a socket; a program on the machine says nothing and is let through.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin, host } = headers
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}
