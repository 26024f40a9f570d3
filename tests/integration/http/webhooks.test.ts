import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createWebhooks, hooksFirst } from '../../../bot/webhooks.js'
import { InboxFullError } from '../../../core/inbox/inbox.js'
import type { Webhook, WebhookRequest } from '../../../core/ports/webhook.js'
import { ask } from '../../support/http-client.js'

let server: Server | undefined
afterEach(() => server?.closeAllConnections())

const seen: WebhookRequest[] = []
const answered: [string, number][] = []

async function host(handle: Webhook['handle'], { trustProxy = false, bodyMs = 5000 } = {}): Promise<string> {
  seen.length = answered.length = 0
  const webhook: Webhook = {
    path: 'test/events',
    maxBytes: 1000,
    handle(given) {
      seen.push(given)
      return handle(given)
    },
  }
  const hooks = createWebhooks({
    ...{ webhooks: [webhook], trustProxy, log: silentLog, nextId: () => 'the-id', bodyMs },
    onAnswer: (path, status) => answered.push([path, status]),
  })
  server = createServer(hooksFirst(hooks, (_request, response) => response.writeHead(404).end('others')))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const post = (origin: string, path: string, body: string, headers = {}) =>
  ask(origin, path, { method: 'POST', body, headers })

it('hands raw bytes, query and headers to the channel and its answer back', async () => {
  const origin = await host(async () => ({ status: 200, type: 'application/xml', body: '<好/>' }))
  const answer = await post(origin, '/hooks/test/events?sign=a%2Bb', 'bytes', { 'X-Mark': '1' })
  expect(answer).toMatchObject({ status: 200, text: '<好/>' })
  expect(answer.headers).toMatchObject({
    'x-request-id': 'the-id',
    'content-type': 'application/xml; charset=utf-8',
  })
  expect(seen[0]?.body.toString()).toBe('bytes')
  expect(seen[0]?.query.get('sign')).toBe('a+b')
  expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'x-mark': '1' }, ip: '127.0.0.1' })
  expect(answered).toEqual([['test/events', 200]])
})

it('leaves every other address to the pages', async () => {
  const origin = await host(async () => ({ status: 200 }))
  for (const path of ['/hooks/test', '/hooks/test/events/more', '/hooks/', '/api/hooks/test/events'])
    expect(await post(origin, path, '')).toMatchObject({ status: 404, text: 'others' })
  expect(await ask(origin, '/hooks/test/events', { method: 'DELETE' })).toMatchObject({ status: 405 })
  expect(seen).toEqual([])
})

it('gives no place to a body that trickles in', async () => {
  const origin = await host(async () => ({ status: 200 }), { bodyMs: 50 })
  const slow = request(`${origin}/hooks/test/events`, { method: 'POST' })
  slow.on('error', () => undefined)
  slow.write('<xml>')
  const [answer] = (await once(slow, 'response')) as [{ statusCode: number }]
  expect(answer.statusCode).toBe(408)
  slow.destroy()
  expect(seen).toEqual([])
})

it('refuses a body beyond the limit, said or not', async () => {
  const origin = await host(async () => ({ status: 200 }))
  expect((await post(origin, '/hooks/test/events', 'x'.repeat(1001))).status).toBe(413)
  const streamed = request(`${origin}/hooks/test/events`, { method: 'POST' })
  streamed.on('error', () => undefined)
  for (let i = 0; i < 20; i += 1) streamed.write('x'.repeat(100))
  const [answer] = (await once(streamed, 'response')) as [{ statusCode: number }]
  expect(answer.statusCode).toBe(413)
  streamed.destroy()
  expect(seen).toEqual([])
})

it('asks the platform to come again when the inbox is full, and says 500 to a mistake of ours', async () => {
  const full = await host(() => Promise.reject(new InboxFullError()))
  expect(await post(full, '/hooks/test/events', '{}')).toMatchObject({
    status: 503,
    headers: { 'retry-after': '5' },
  })
  server?.closeAllConnections()
  const broken = await host(() => Promise.reject(new Error('a mistake')))
  expect((await post(broken, '/hooks/test/events', '{}')).status).toBe(500)
})

it('holds no more requests than it says, and takes new ones when they are done', async () => {
  const gate = Promise.withResolvers<void>()
  const origin = await host(async () => {
    await gate.promise
    return { status: 200 }
  })
  const most = 2000
  const held = Array.from({ length: most }, () => post(origin, '/hooks/test/events', ''))
  await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(most)
  expect((await post(origin, '/hooks/test/events', '')).status).toBe(503)
  gate.resolve()
  expect((await Promise.all(held)).every(({ status }) => status === 200)).toBe(true)
  expect((await post(origin, '/hooks/test/events', '')).status).toBe(200)
})

it('believes a proxy about the address only where one is trusted', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.7, 10.0.0.1' }
  for (const [trustProxy, ip] of [
    [false, '127.0.0.1'],
    [true, '203.0.113.7'],
  ] as const) {
    const origin = await host(async () => ({ status: 200 }), { trustProxy })
    await post(origin, '/hooks/test/events', '', headers)
    expect(seen[0]?.ip).toBe(ip)
    server?.closeAllConnections()
  }
})
