import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../bot/main.ts', import.meta.url))
const loader = new URL('typescript.mjs', import.meta.url).href

export interface End {
  code: number | null
  signal: NodeJS.Signals | null
}

/** The product as a process of its own, as `npm start` runs it. */
export interface ProductProcess {
  /** Where it listens. Rejects when it ended before it said so. */
  origin: Promise<string>
  ended: Promise<End>
  pid: number
  /** What it has written so far, both streams. */
  output(): string
  kill(signal?: NodeJS.Signals): void
}

/**
 * Starts `bot/main.ts` with these variables and nothing of the caller's configuration.
 *
 * @param cwd - a folder without a `.env` file.
 */
export function startProcess(cwd: string, env: Record<string, string>): ProductProcess {
  return startEntry([main], cwd, env)
}

/** The same for another entry that says where it listens as `npm start` does: its file and its arguments. */
export function startEntry(entry: string[], cwd: string, env: Record<string, string>): ProductProcess {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env
  const options = ['--disable-warning=ExperimentalWarning', '--import', loader]
  const child = spawn(process.execPath, [...options, ...entry], {
    cwd,
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  const ended = new Promise<End>((done) =>
    child.once('close', (code, signal) => {
      done({ code, signal })
    }),
  )
  const origin = new Promise<string>((found, fail) => {
    const collect = (chunk: Buffer) => {
      written += chunk.toString('utf8')
      const address = /Genjin is running, (?:open|health): (\S+)/.exec(written)?.[1]
      if (address) found(address)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    void ended.then(({ code, signal }) => {
      fail(new Error(`ended with ${signal ?? code} before it listened: ${written}`))
    })
  })
  // Whoever waits for the end alone must not be told of the missing address.
  origin.catch(() => undefined)
  return {
    origin,
    ended,
    pid: child.pid ?? 0,
    output: () => written,
    kill: (signal = 'SIGKILL') => child.kill(signal),
  }
}

/** Resolves with what `promise` gives, or throws with `what` after `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(new Error(`${what} took over ${ms} ms`))
    }, ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
