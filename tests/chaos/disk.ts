import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A folder whose disk can be filled up. */
export interface SmallDisk {
  folder: string
  /** Takes what room is left. @returns false where only the process itself can be told to take no more. */
  fill(): boolean
  free(): void
  remove(): void
}

const megabytes = 160
const chunk = Buffer.alloc(64 * 1024)

/** A small memory disk where mounting is allowed; else a plain folder that cannot be filled. */
export function makeSmallDisk(parent: string): SmallDisk {
  const folder = join(parent, 'disk')
  mkdirSync(folder)
  const mounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status === 0
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill() {
      if (!mounted) return false
      const file = openSync(ballast, 'w')
      try {
        for (let written = 0; written < 2 * megabytes * 1024 * 1024; written += chunk.length)
          writeSync(file, chunk)
      } catch {
        // No space left: that was the aim.
      } finally {
        closeSync(file)
      }
      return true
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      if (mounted) spawnSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
