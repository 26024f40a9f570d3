import { Router } from '@koa/router'
import type { Webhook, WebhookRequest } from '../core/ports/webhook.js'
import { readBytes } from './body.js'

/** The platforms' HTTP ways in, below `/hooks/`. The channel sees raw bytes: it verifies before anything is read. */
export function createWebhooks(webhooks: readonly Webhook[]): Router {
  const router = new Router({ prefix: '/hooks' })
  for (const webhook of webhooks) {
    router.register(`/${webhook.path}`, ['GET', 'POST'], async (ctx) => {
      const body = ctx.method === 'POST' ? await readBytes(ctx, webhook.maxBytes) : Buffer.alloc(0)
      if (!body) {
        ctx.status = 413
        return
      }
      const answer = await webhook.handle({
        method: ctx.method === 'POST' ? 'POST' : 'GET',
        query: new URLSearchParams(ctx.querystring),
        headers: headersOf(ctx.headers),
        body,
        ip: ctx.ip,
      })
      ctx.status = answer.status
      ctx.type = answer.type ?? 'text/plain'
      ctx.body = answer.body ?? ''
    })
  }
  return router
}

/** A header that comes twice is taken as its first value. */
function headersOf(headers: Record<string, string | string[] | undefined>): WebhookRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}
