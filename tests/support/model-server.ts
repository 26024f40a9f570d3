import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** How the endpoint behaves. `draft` is what it understands, in the modes in which it answers at all. */
export type ModelMode =
  | 'good'
  | 'slow'
  | 'garbage'
  | 'code fence'
  | 'wrong schema'
  | 'empty answer'
  | 'no json_schema'
  | '401'
  | '429'
  | '500'
  | 'hangs'
  | 'closes the connection'

export interface ModelRequest {
  authorization: string
  body: {
    model: string
    max_tokens: number
    messages: { role: string; content: string }[]
    response_format: { type: string }
  }
}

export const tokensPerAnswer = 120
const slowMs = 60_000

/**
 * An OpenAI-compatible endpoint on a real port.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export async function startModelServer() {
  const requests: ModelRequest[] = []
  const timers = new Set<NodeJS.Timeout>()
  let mode: ModelMode = 'good'
  let draft: unknown = {}

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ModelRequest['body']
    requests.push({ authorization: request.headers.authorization ?? '', body })
    const json = JSON.stringify(draft)
    switch (mode) {
      case 'good':
        return say(response, json)
      case 'slow':
        timers.add(
          setTimeout(() => {
            say(response, json)
          }, slowMs),
        )
        return
      case 'garbage':
        return say(response, '好的，我来帮你整理：{"persons": [')
      case 'code fence':
        return say(response, `\`\`\`json\n${json}\n\`\`\``)
      case 'wrong schema':
        return say(
          response,
          JSON.stringify({ ...(draft as object), action: 'delete-everything', extra: true }),
        )
      case 'empty answer':
        return say(response, '')
      case 'no json_schema':
        return body.response_format.type === 'json_schema'
          ? refuse(response, 400, 'response_format json_schema is not supported')
          : say(response, json)
      case '401':
        return refuse(response, 401, 'invalid api key')
      case '429':
        return refuse(response, 429, 'rate limit reached')
      case '500':
        return refuse(response, 500, 'overloaded')
      case 'hangs':
        // Headers and half a body, then nothing.
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"id":"chatcmpl-1","choices":[')
        return
      case 'closes the connection':
        request.socket.destroy()
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the server listens on no port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    behave(as: ModelMode, understands: unknown = draft) {
      mode = as
      draft = understands
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer)
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type ModelServer = Awaited<ReturnType<typeof startModelServer>>

function say(response: ServerResponse, content: string): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: tokensPerAnswer },
    }),
  )
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message, type: 'error' } }))
}
