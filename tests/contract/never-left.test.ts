import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { callHttp } from '../../adapters/dingtalk/http.js'
import { exchange } from '../../adapters/shared/exchange.js'
import type { Messenger, Outgoing } from '../../core/ports/messenger.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'
import { startFeishuStand } from '../simulators/feishu/stand.js'
import { startWecomStand } from '../support/wecom-stand.js'

const outgoing = (to: Outgoing['to']): Outgoing => ({
  to,
  card: { kind: 'k', title: '新线索', tone: 'info', blocks: [] },
  ...{ ref: 'd1', idempotencyKey: 'd1', urgent: false },
})
const outage = 3 * 3_600_000

/** A platform whose token cannot be had once, and what it saw of messages. */
interface Case {
  messenger: Messenger
  to: Outgoing['to']
  breakToken: () => void
  messageCalls: () => number
  advance: (ms: number) => void
  stop: () => Promise<void>
}

const cases: Record<string, () => Promise<Case>> = {
  async feishu() {
    const { sim, adapter, stop } = await startFeishuStand({ connect: false })
    return {
      messenger: adapter.messenger,
      to: { externalId: sim.colleague },
      breakToken: () =>
        sim.fault('POST /auth/v3/tenant_access_token/internal', { kind: 'dropped', times: 1 }),
      messageCalls: () => sim.calls.filter(({ path }) => path === '/im/v1/messages').length,
      advance: (ms) => sim.clock.advance(ms),
      stop,
    }
  },
  async 'dingtalk without templates'() {
    const { sim, adapter, clock, stop } = await startDingtalkStand({
      settings: { templates: { notice: null, form: null } },
    })
    return {
      messenger: adapter.messenger,
      to: { externalId: 'u-wang' },
      breakToken: () => sim.fault('/v1.0/oauth2/accessToken', { kind: 'html', status: 504 }),
      messageCalls: () => sim.callsOf('/v1.0/robot/oToMessages/batchSend').length,
      advance: (ms) => clock.advance(ms),
      stop,
    }
  },
  async wecom() {
    const { sim, adapter, clock, stop } = await startWecomStand()
    return {
      messenger: adapter.messenger,
      to: { externalId: 'wang' },
      breakToken: () => sim.fail('/cgi-bin/gettoken', 'hang-up'),
      messageCalls: () => sim.callsTo('/cgi-bin/message/send').length,
      advance: (ms) => clock.advance(ms),
      stop,
    }
  },
}

describe.each(Object.entries(cases))('a message of %s whose token could not be had', (_name, open) => {
  let stand: Case
  afterEach(() => stand.stop())

  it('has not left, however long the outage lasts, and is sent after it', async () => {
    stand = await open()
    stand.breakToken()
    await expect(stand.messenger.send(outgoing(stand.to))).rejects.toMatchObject({
      ...{ code: 'unreachable', retryable: true },
    })
    expect(stand.messageCalls()).toBe(0)
    stand.advance(outage)
    await stand.messenger.send(outgoing(stand.to))
    expect(stand.messageCalls()).toBe(1)
  })
})

describe('a call to a place from which nothing comes back', () => {
  const open: { sockets: Socket[]; servers: Server[]; children: ChildProcess[] } = {
    ...{ sockets: [], servers: [], children: [] },
  }
  afterEach(() => {
    for (const socket of open.sockets.splice(0)) socket.destroy()
    for (const server of open.servers.splice(0)) server.close()
    for (const child of open.children.splice(0)) child.kill('SIGKILL')
  })
  const ask = (url: string, connectMs: number, timeoutMs: number) =>
    exchange({ method: 'POST', url, body: '{}', connectMs, timeoutMs, mostBytes: 1000 })

  /** Takes connections and says nothing. */
  async function mute(): Promise<number> {
    const server = createServer((socket) => void open.sockets.push(socket.on('error', () => undefined)))
    open.servers.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }

  /** A port whose queue is full and whose process is stopped: what knocks is not even refused. */
  async function blackHole(): Promise<number> {
    const program = `const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(s.address().port))`
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    open.children.push(child)
    const [port] = (await once(child, 'message')) as [number]
    child.kill('SIGSTOP')
    for (let taken = true; taken;) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      open.sockets.push(socket)
      taken = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket.setTimeout(200), 'timeout').then(() => false),
      ])
    }
    return port
  }

  it('has not left while there is no connection, whichever time runs out first', async () => {
    const port = await blackHole()
    const url = `http://127.0.0.1:${port}/x`
    await expect(ask(url, 50, 10_000)).rejects.toMatchObject({ left: false })
    await expect(ask(url, 10_000, 50)).rejects.toMatchObject({ left: false })
    const call = { method: 'POST' as const, url, headers: {}, body: {}, timeoutMs: 50 }
    await expect(callHttp(call)).rejects.toMatchObject({ code: 'unreachable', retryable: true })
  })

  it('has not left while TLS is not agreed on', async () => {
    const port = await mute()
    await expect(ask(`https://127.0.0.1:${port}/x`, 50, 10_000)).rejects.toMatchObject({ left: false })
  })

  it('has left once there is a connection', async () => {
    const port = await mute()
    await expect(ask(`http://127.0.0.1:${port}/x`, 10_000, 50)).rejects.toMatchObject({ left: true })
  })

  it('left, where the answer is larger than anybody reads', async () => {
    const { sim, stop } = await startDingtalkStand()
    const call = { method: 'POST', url: `${sim.origin}/v1.0/x`, body: '{}', timeoutMs: 5_000, mostBytes: 1 }
    await expect(exchange(call)).rejects.toMatchObject({ left: true, isTooLarge: true })
    await stop()
  })
})
