import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Koa from 'koa'
import { WebSocket } from 'ws'
import { createSandbox } from '../../adapters/sandbox/sandbox.js'
import type { Push } from '../../adapters/sandbox/wire.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import type { InboundAnswer, InboundEvent } from '../../core/ports/inbound.js'
import { createTestHost } from './sandbox-host.js'

/**
 * A sandbox on a port and a file of its own, with three people and a group. `product` decides what the sink does with
 * each event; what it took is in `events`. `restart` closes everything and opens the same file again.
 */
export async function startSandbox() {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const clock = createAdjustableClock()
  const ids = createIds(clock)
  const panel = createTestHost(clock)
  const events: InboundEvent[] = []
  const product: { handle: (event: InboundEvent) => Promise<InboundAnswer | null> } = {
    handle: async () => null,
  }
  const quiet = { warn: () => {}, error: () => {} }

  async function open() {
    const sandbox = createSandbox({
      file: join(folder, 'sandbox.db'),
      clock,
      ids,
      host: panel.host,
      log: quiet,
    })
    sandbox.accounts.put({ externalId: 'wang', name: '王小明', title: '销售', group: 'rep' })
    sandbox.accounts.put({ externalId: 'li', name: '李芳', title: '销售经理', group: 'manager' })
    sandbox.accounts.put({ externalId: 'zhang', name: '张总', title: '宏达机械', group: 'customer' })
    sandbox.accounts.putGroup({ id: 'g1', name: '宏达项目群', memberIds: ['wang', 'zhang'], hasBot: true })
    const app = new Koa()
    app.use(sandbox.router.routes())
    const server = createServer((request, response) => void app.callback()(request, response))
    sandbox.attach(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return { sandbox, server, port: address.port }
  }

  let running = await open()
  const sockets: WebSocket[] = []
  const sink = async (event: InboundEvent): Promise<InboundAnswer | null> => {
    const answer = await product.handle(event)
    events.push(event)
    return answer
  }

  async function close(): Promise<void> {
    for (const socket of sockets.splice(0)) socket.terminate()
    await running.sandbox.close()
    await new Promise((resolve) => running.server.close(resolve))
  }

  return {
    clock,
    ids,
    panel,
    events,
    product,
    get sandbox() {
      return running.sandbox
    },
    listen: () => running.sandbox.channel.start(sink),
    async restart(): Promise<void> {
      await close()
      running = await open()
    },
    async end(): Promise<void> {
      await close()
      rmSync(folder, { recursive: true })
    },
    async get<Shape>(path: string): Promise<{ status: number; body: Shape }> {
      const response = await fetch(`http://127.0.0.1:${running.port}/sandbox${path}`)
      return { status: response.status, body: (await response.json()) as Shape }
    },
    async post<Shape>(
      path: string,
      body: unknown,
      options: { method?: string; headers?: Record<string, string> } = {},
    ): Promise<{ status: number; body: Shape }> {
      const response = await fetch(`http://127.0.0.1:${running.port}/sandbox${path}`, {
        method: options.method ?? 'POST',
        headers: { 'content-type': 'application/json', ...options.headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Shape }
    },
    /** Opens a console as this person and collects what it is pushed. */
    async console(accountId: string, headers: Record<string, string> = {}) {
      const socket = new WebSocket(`ws://127.0.0.1:${running.port}/sandbox/ws`, { headers })
      sockets.push(socket)
      const pushes: Push[] = []
      const ready = new Promise<void>((resolve, reject) => {
        socket.on('error', reject)
        socket.on('message', (data) => {
          const push = JSON.parse(String(data)) as Push
          pushes.push(push)
          if (push.type === 'persona') resolve()
        })
      })
      socket.on('open', () => socket.send(JSON.stringify({ type: 'be', accountId })))
      await ready
      return { pushes, close: () => socket.terminate() }
    },
  }
}

export type SandboxStand = Awaited<ReturnType<typeof startSandbox>>
