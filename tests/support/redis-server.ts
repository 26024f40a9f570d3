import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A Redis of one test's own, that may be stopped, started again on the same port and emptied. */
export interface RedisServer {
  url: string
  start(): Promise<void>
  stop(): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

export async function startRedis({ password }: { password?: string } = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-redis-'))
  const port = await freePort()
  let child: ChildProcess | null = null
  const server: RedisServer = {
    url: `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}/0`,
    async start() {
      const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '']
      if (password) options.push('--requirepass', password)
      child = spawn('redis-server', options, { stdio: 'ignore' })
      while (!(await answers(port))) await pause(20)
    },
    async stop() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    async remove() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const answer = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return answer
}
