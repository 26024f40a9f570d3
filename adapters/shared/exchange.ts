import { Agent as HttpAgent, request as requestHttp, type IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'

/** A connection that is not there by then will hardly come, and what waits behind it could go another way. */
const defaultConnectMs = 5_000
/** Connections are used again for a short while; servers close idle ones, and a call on a closed one is lost. */
const idleMs = 4_000

const agents = {
  'http:': new HttpAgent({ keepAlive: true, timeout: idleMs }),
  'https:': new HttpsAgent({ keepAlive: true, timeout: idleMs }),
}

export interface Exchange {
  method: string
  url: string | URL
  headers?: Record<string, string>
  body?: string
  /** For the whole, from looking up the host to the last byte of the answer. */
  timeoutMs: number
  /** Of which to connect, with TLS; 5 s by default. A call that ends before it is connected has not left. */
  connectMs?: number
  /** Answers are cut off here. */
  mostBytes: number
}

/** There is no answer. */
export class NoAnswer extends Error {
  /**
   * Whether the request was on its way, so that the far side may have done what it asks for. False only when there
   * never was a connection.
   */
  readonly left: boolean
  /** The answer was larger than allowed. */
  readonly isTooLarge: boolean
  constructor(left: boolean, cause: unknown) {
    super(left ? 'no answer' : 'not connected', { cause })
    this.name = 'NoAnswer'
    this.left = left
    this.isTooLarge = cause instanceof RangeError
  }
}

/**
 * One HTTP call. Made on Node's own client because that one tells when the connection stands: whether a message may
 * have been sent must not be guessed from the kinds of failures. Redirects are answers like any other.
 *
 * @throws NoAnswer
 */
export function exchange(call: Exchange): Promise<{
  status: number
  headers: IncomingHttpHeaders
  text: string
}> {
  return new Promise((resolve, reject) => {
    const url = new URL(call.url)
    const isTls = url.protocol === 'https:'
    let left = false
    const fail = (cause: unknown) => {
      clearTimeout(connecting)
      reject(new NoAnswer(left, cause))
    }
    const request = (isTls ? requestHttps : requestHttp)(url, {
      method: call.method,
      headers: { accept: 'application/json', 'user-agent': 'genjin', ...call.headers },
      agent: isTls ? agents['https:'] : agents['http:'],
      signal: AbortSignal.timeout(call.timeoutMs),
    })
    const connecting = setTimeout(
      () => request.destroy(new Error('no connection in time')),
      call.connectMs ?? defaultConnectMs,
    )
    const connected = () => {
      left = true
      clearTimeout(connecting)
    }
    request.on('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) connected()
      else socket.once(isTls ? 'secureConnect' : 'connect', connected)
    })
    request.on('error', fail)
    request.on('response', (response) => {
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        size += part.length
        parts.push(part)
        if (size > call.mostBytes) response.destroy(new RangeError('the answer is too large'))
      })
      response.on('error', fail)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      )
    })
    request.end(call.body)
  })
}
