import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '../errors.js'

/**
 * Makes this the only process on a SQLite file: each believes that what is leased is its own. The lock is the
 * operating system's, on a file beside the database, and ends with the process however it ends.
 *
 * @returns how to give it up.
 * @throws ConfigError when another process has it.
 */
export function claimSqlite(url: string): () => void {
  const lock = new DatabaseSync(`${url.slice('sqlite:'.length)}.lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new ConfigError([
      {
        variable: 'DATA_DIR',
        problem:
          'another process is running on this SQLite database: stop it, or set DATABASE_URL to mysql:// for several',
      },
    ])
  }
  return () => lock.close()
}
