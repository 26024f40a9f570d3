import { connect } from 'node:tls'

const answerMs = 5000

/**
 * Until when the certificate is good that a server shows; null when there is none to be read: another scheme than
 * https, nobody answers within five seconds, the handshake fails.
 */
export function readCertificate(
  address: string,
  { timeoutMs = answerMs }: { timeoutMs?: number } = {},
): Promise<Date | null> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol !== 'https:') return Promise.resolve(null)
  // An address of numbers has brackets in a URL and none in a connection; TLS names no server by it.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isName = !/^[\d.]+$|:/.test(host)
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isName ? { servername: host } : {}),
      // Only the date is read and nothing is said: one that has run out already must be read as well.
      rejectUnauthorized: false,
    })
    const end = (expiresAt: Date | null) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(expiresAt)
    }
    // For the whole of it: a socket's own limit begins anew with every byte.
    const timer = setTimeout(end, timeoutMs, null)
    socket.once('error', () => end(null))
    socket.once('secureConnect', () => {
      const expiresAt = new Date(socket.getPeerCertificate().valid_to)
      end(Number.isNaN(expiresAt.getTime()) ? null : expiresAt)
    })
  })
}
