import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../core/errors.js'

const reasons: Record<string, string> = {
  EROFS: 'is on a disk that cannot be written to',
  ENOSPC: 'is on a disk that is full',
  EDQUOT: 'is on a disk whose quota is used up',
  EACCES: 'may not be written to by this user',
  EPERM: 'may not be written to by this user',
  ENOTDIR: 'is not a folder',
  EEXIST: 'is not a folder',
}

/** Makes the data folder and writes to it, so that a disk that refuses is told before anything is half done. */
export function prepareDataFolder(folder: string): void {
  const probe = join(folder, `.write-test-${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true })
    // More than what fits beside the name in a directory entry: a full disk takes an empty file.
    writeFileSync(probe, Buffer.alloc(64 * 1024))
    rmSync(probe)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    try {
      rmSync(probe, { force: true })
    } catch {
      // There is none: the folder itself is what is wrong.
    }
    throw new ConfigError([
      { variable: 'DATA_DIR', problem: `${folder} ${reasons[code] ?? `cannot be used (${code})`}` },
    ])
  }
}
