import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Webhook } from '../../../core/ports/webhook.js'

/** The product's ways in on loopback, without the product: raw bytes in, the channel's answer out. */
export async function hostHooks(
  webhooks: readonly Webhook[],
): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const webhook = webhooks.find(({ path }) => url.pathname === `/hooks/${path}`)
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      if (!webhook || body.length > webhook.maxBytes)
        return void response.writeHead(webhook ? 413 : 404).end()
      const answer = await webhook.handle({
        ...{
          method: request.method === 'POST' ? ('POST' as const) : ('GET' as const),
          query: url.searchParams,
        },
        ...{ headers: {}, body, ip: '127.0.0.1' },
      })
      response
        .writeHead(answer.status, { 'content-type': answer.type ?? 'text/plain' })
        .end(answer.body ?? '')
    })()
  })
  const origin = await listen(server)
  return {
    origin: `${origin}/hooks`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
