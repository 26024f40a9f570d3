import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expected, say } from './run.mjs'

const PATIENCE_MS = 15 * 60_000

/** Runs `work` while holding `.setup.lock`. A lock whose process is gone is taken over. */
export async function withLock(root, work) {
  const file = join(root, '.setup.lock')
  await acquire(file)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

async function acquire(file) {
  for (let waitedMs = 0; ; waitedMs += 250) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (waitedMs === 0) say('another setup is at work here, waiting for it')
    if (waitedMs > PATIENCE_MS) throw expected(`gave up waiting; delete ${file} if no other setup is running`)
    // A process that was just let in has created the file but perhaps not yet written its id.
    if (waitedMs > 0 && !isAlive(Number(read(file)))) rmSync(file, { force: true })
    await pause(250)
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // Released between two looks; the next attempt to create it decides.
  }
}

function isAlive(pid) {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
