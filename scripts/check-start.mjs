/**
 * Does what a stranger does: clones the last commit into an empty folder, lets it set itself up, runs `npm start` and
 * waits for an answer on the port. Fails when that takes longer, or the idle process is larger, than promised.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root } from './setup/main.mjs'

const READY_WITHIN_MS = 3000
const RESIDENT_AT_MOST_MB = 200
const GIVE_UP_AFTER_MS = 30_000
// Long enough for start-up garbage to be collected and for first rounds of the runners.
const IDLE_MS = 5000

const clone = mkdtempSync(join(tmpdir(), 'genjin-start-'))
let server

try {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone])
  const setUpMs = await timed(() =>
    execFileSync('npm', ['run', '-s', 'prestart'], { cwd: clone, stdio: 'inherit' }),
  )
  const port = await freePort()
  let output = ''
  const readyMs = await timed(async () => {
    server = spawn('npm', ['start'], {
      cwd: clone,
      // A group of its own, so that npm, its shell and the server can be ended together.
      detached: true,
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), NODE_ENV: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (part) => (output += part))
    await answer(port, () => output)
  })
  await pause(IDLE_MS)
  const residentMb = residentOf(server.pid)
  report('set up in', setUpMs / 1000, 's')
  report('npm start answers after', readyMs / 1000, 's', READY_WITHIN_MS / 1000)
  report('resident when idle', residentMb, 'MB', RESIDENT_AT_MOST_MB)
  const leftovers = execFileSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' })
  if (leftovers !== '') fail(`set-up and start left files that git does not ignore:\n${leftovers}`)
} catch (error) {
  fail(error.message)
} finally {
  if (server?.pid) await end(server)
  rmSync(clone, { recursive: true, force: true, maxRetries: 5 })
}

async function timed(work) {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

async function answer(port, output) {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS
  while (performance.now() < giveUpAt) {
    if (server.exitCode !== null)
      throw new Error(`npm start ended with code ${server.exitCode}:\n${output()}`)
    const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => null)
    if (response) {
      if (response.status < 400) return
      throw new Error(`the first page answers ${response.status}:\n${await response.text()}`)
    }
    await pause(20)
  }
  throw new Error(`no answer on port ${port} after ${GIVE_UP_AFTER_MS / 1000} s:\n${output()}`)
}

// npm and its shell belong to the same process group; only the server runs the built file.
function residentOf(group) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // pid (name) state parent group …; the name may contain spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const processGroup = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[3])
      const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (processGroup !== group || !/node$/.test(program) || !args.includes('dist/bot/main.js')) continue
      return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
    } catch {
      continue // It ended between the listing and the look.
    }
  }
  throw new Error('the server process was not found')
}

function report(what, value, unit, limit) {
  const ok = limit === undefined || value <= limit
  const allowed = limit === undefined ? '' : ` (at most ${limit} ${unit})`
  process.stdout.write(
    `check-start: ${what} ${value.toFixed(2)} ${unit}${allowed}${ok ? '' : '  TOO MUCH'}\n`,
  )
  if (!ok) process.exitCode = 1
}

function fail(message) {
  process.stderr.write(`check-start: ${message}\n`)
  process.exitCode = 1
}

async function end(child) {
  const gone =
    child.exitCode !== null ? Promise.resolve() : new Promise((resolve) => child.on('close', resolve))
  kill(child.pid, 'SIGTERM')
  await Promise.race([gone, pause(5000)])
  kill(child.pid, 'SIGKILL')
}

function kill(group, signal) {
  try {
    process.kill(-group, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
