import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'

/** A server of one's own that may be stopped, killed and started again; its data stays in between. */
export interface ThrowAwayServer {
  url: string
  start(): Promise<void>
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

export const hasMariadb = (): boolean => has('mariadbd') && has('mariadb-install-db')
export const hasRedis = (): boolean => has('redis-server')

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { env: { PATH: path } }).status === 0
}

/**
 * MariaDB with its data in `folder`. What it has committed survives its own death: the log is written at every commit
 * (flushing it to disk would matter only when the machine dies).
 */
export async function makeMariadb(folder: string): Promise<ThrowAwayServer> {
  const port = await freePort()
  const data = join(folder, 'mariadb')
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const install = [
    '--no-defaults',
    ...asRoot,
    `--datadir=${data}`,
    // Two installations at once would take each other's temporary tables for their own.
    `--tmpdir=${folder}`,
    '--auth-root-authentication-method=normal',
  ]
  const made = spawnSync('mariadb-install-db', [...install, '--skip-test-db', '--skip-name-resolve'], {
    env: { PATH: path },
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stdout}${made.stderr}`)
  const init = join(folder, 'init.sql')
  writeFileSync(
    init,
    [
      'CREATE DATABASE IF NOT EXISTS chaos CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;',
      "CREATE USER IF NOT EXISTS 'chaos'@'127.0.0.1' IDENTIFIED BY 'chaos';",
      "GRANT ALL ON *.* TO 'chaos'@'127.0.0.1';",
    ].join('\n'),
  )
  const url = `mysql://chaos:chaos@127.0.0.1:${port}/chaos`
  const options = [
    ...['--no-defaults', ...asRoot, `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
    ...[`--socket=${join(folder, 'db.sock')}`, `--pid-file=${join(folder, 'db.pid')}`, `--init-file=${init}`],
    ...['--character-set-server=utf8mb4', '--collation-server=utf8mb4_bin', '--skip-name-resolve'],
    ...['--skip-log-bin', '--innodb-flush-log-at-trx-commit=2', '--innodb-buffer-pool-size=96M'],
    ...['--innodb-log-file-size=48M', '--max-connections=200', '--performance-schema=OFF'],
  ]
  return makeServer(url, ['mariadbd', options], async () => {
    const connection = await createConnection(url)
    await connection.query('SELECT 1')
    await connection.end()
  })
}

/** Redis without a file: what it holds is gone when it stops. */
export async function makeRedis(folder: string): Promise<ThrowAwayServer> {
  const port = await freePort()
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '']
  const policy = ['--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  return makeServer(`redis://127.0.0.1:${port}`, ['redis-server', [...options, ...policy]], async () => {
    if (!(await say(port, 'PING\r\n')).startsWith('+PONG')) throw new Error('no answer')
  })
}

/** Throws away everything that a Redis holds. */
export async function emptyRedis(url: string): Promise<void> {
  await say(Number(new URL(url).port), 'FLUSHALL\r\n')
}

function makeServer(
  url: string,
  [program, options]: [string, string[]],
  answers: () => Promise<void>,
): ThrowAwayServer {
  let child: ChildProcess | null = null
  let output = ''
  return {
    url,
    async start() {
      const started = spawn(program, options, { env: { PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (chunk: Buffer) => {
          output = (output + chunk.toString('utf8')).slice(-20_000)
        })
      for (let tries = 0; tries < 600; tries++) {
        if (started.exitCode !== null) break
        try {
          return await answers()
        } catch {
          await pause(100)
        }
      }
      throw new Error(`${program} does not answer:\n${output}`)
    },
    async stop(signal) {
      const running = child
      child = null
      if (!running || running.exitCode !== null) return
      const ended = once(running, 'exit')
      running.kill(signal)
      await ended
    },
  }
}

async function say(port: number, words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(words)
  try {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    return chunk.toString('utf8')
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  await new Promise((done) => probe.close(done))
  if (typeof address !== 'object' || !address) throw new Error('no free port')
  return address.port
}
