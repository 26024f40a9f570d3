import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const loader = new URL('../support/typescript.mjs', import.meta.url).href

/**
 * Starts a server of this folder as a process of its own. It runs as the product does, without a compiler in between.
 *
 * @param entry - its file; it prints its port when it listens.
 */
export async function startServer(entry: string, args: string[] = []) {
  const file = fileURLToPath(new URL(entry, import.meta.url))
  const options = ['--disable-warning=ExperimentalWarning', '--import', loader]
  const child = spawn(process.execPath, [...options, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const [port] = (await Promise.race([once(child.stdout, 'data'), ended.then(endedEarly)])) as [Buffer]
  return {
    url: `http://127.0.0.1:${port.toString().trim()}/`,
    async stop() {
      child.kill()
      await ended
    },
  }
}

function endedEarly(): never {
  throw new Error('the server ended before it listened')
}
