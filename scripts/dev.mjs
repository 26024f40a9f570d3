/** Watch mode: the server restarts and the pages are built again when a source changes. One Ctrl-C ends all. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildsOf, toolOf } from './setup/builds.mjs'
import { root, setUp } from './setup/main.mjs'
import { pinnedNode, say } from './setup/run.mjs'

await setUp({ build: false })

const server = [join(root, 'node_modules/tsx/dist/cli.mjs'), 'watch', '--clear-screen=false', 'bot/main.ts']
const pages = buildsOf(root)
  .filter(({ name }) => name !== 'server')
  .map((item) => [...toolOf(root, item), '--watch'])

let stopping = false
const children = [server, ...pages].map((args) => {
  const child = spawn(pinnedNode(root), ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  child.on('exit', (code) => {
    // A watcher that ends by itself leaves half a dev mode behind; better none, with its exit code.
    if (!stopping) say(`${args[0].replace(root, '.')} ended`)
    stop(code ?? 1)
  })
  return child
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0))

function stop(code) {
  if (stopping) return
  stopping = true
  process.exitCode = code
  for (const child of children) child.kill('SIGTERM')
}
