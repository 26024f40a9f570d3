import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** One line to the person at the terminal. Standard output stays free for what the command itself prints. */
export function say(line) {
  process.stderr.write(`setup: ${line}\n`)
}

/** An error whose message is all that the person needs; no stack is printed. */
export function expected(message) {
  return Object.assign(new Error(message), { expected: true })
}

/** The pinned runtime once it is installed. The script itself may still run on an older Node. */
export function pinnedNode(root) {
  const file = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(file) ? file : null
}

/** Runs a command to its end. @returns {Promise<{code: number, output: string}>} both streams, in order. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const parts = []
    child.stdout.on('data', (part) => parts.push(part))
    child.stderr.on('data', (part) => parts.push(part))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(parts).toString() }))
  })
}
