import { request, type IncomingHttpHeaders } from 'node:http'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The body as JSON; throws when it is none. */
  json(): unknown
}

export interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/**
 * Asks exactly what is said: unlike `fetch` it leaves paths such as `/a/../b` and headers such as Origin alone.
 *
 * @throws Error when the connection breaks before an answer came.
 */
export function ask(origin: string, path: string, { method = 'GET', headers = {}, body }: Ask = {}) {
  const { hostname, port } = new URL(origin)
  return new Promise<Answer>((done, fail) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', fail)
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        done({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text,
          json: () => JSON.parse(text) as unknown,
        })
      })
    })
    asked.once('error', fail)
    asked.end(body)
  })
}

/** Posts JSON. */
export const postJson = (
  origin: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  ask(origin, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
