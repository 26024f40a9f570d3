import { ConfigError } from '../errors.js'
import type { DataSource } from 'typeorm'

/** What is wrong when a database cannot be opened, in words that say what to do. Keys are the drivers' codes. */
const mysqlProblems: Record<string, string> = {
  ECONNREFUSED: 'no database server listens at this address',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host could not be looked up',
  ETIMEDOUT: 'the database server does not answer',
  EHOSTUNREACH: 'the host of the database cannot be reached',
  ECONNRESET: 'the database server hung up: is it MySQL or MariaDB?',
  PROTOCOL_CONNECTION_LOST: 'the database server hung up: is it starting or stopping?',
  ER_ACCESS_DENIED_ERROR: 'the database refuses this user or password',
  ER_DBACCESS_DENIED_ERROR: 'this user may not use this database',
  ER_BAD_DB_ERROR: 'the server has no database of this name: CREATE DATABASE … CHARACTER SET utf8mb4',
  ER_CON_COUNT_ERROR: 'the database server has no connection left: raise max_connections',
  ER_OPTION_PREVENTS_STATEMENT: 'the database server takes no writes (read-only)',
  ER_TABLEACCESS_DENIED_ERROR: 'this user may not change the tables',
}

/** @see https://www.sqlite.org/rescode.html */
const sqliteProblems: Record<number, string> = {
  5: 'the database file is locked by another program',
  8: 'the database file may not be written to',
  10: 'the disk of the database file does not work',
  11: 'the database file is damaged: restore a backup',
  13: 'the disk of the database file is full',
  14: 'the database file cannot be opened',
  26: 'the file is no SQLite database',
}

/** @returns one clear line for a database that cannot be opened; what is no such thing comes back as it is. */
export function explainOpening(error: unknown): unknown {
  const { code, errcode } = driverError(error)
  // Extended codes carry the plain one in their low byte.
  const problem =
    (code && mysqlProblems[code]) ?? (errcode === undefined ? undefined : sqliteProblems[errcode & 0xff])
  if (!problem) return error
  return new ConfigError([{ variable: errcode === undefined ? 'DATABASE_URL' : 'DATA_DIR', problem }])
}

/**
 * Refuses tables of a later version: this one would write rows that the other misreads.
 *
 * @param known - names of the migrations of this version.
 * @throws ConfigError naming the first migration that is not known.
 */
export async function refuseNewerTables(source: DataSource, known: readonly string[]): Promise<void> {
  const runner = source.createQueryRunner()
  try {
    if (!(await runner.hasTable('migrations'))) return
    const rows = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[]
    const stranger = rows.find(({ name }) => !known.includes(name))
    if (!stranger) return
    const problem = `its tables are of a newer version of this program (${stranger.name}): start that one, or restore a backup made before it`
    throw new ConfigError([{ variable: 'DATABASE_URL', problem }])
  } finally {
    await runner.release()
  }
}

/** Stands in a MySQL database while a restore fills it: tables are made and filled in many commits there. */
export const unfinishedRestore = 'unfinished_restore'

/** @throws ConfigError when a restore was cut off: half of the rows would look like all of them. */
export async function refuseHalfRestored(source: DataSource): Promise<void> {
  const runner = source.createQueryRunner()
  try {
    if (!(await runner.hasTable(unfinishedRestore))) return
    const problem = 'a restore into this database was cut off: run npm run restore again, it begins anew'
    throw new ConfigError([{ variable: 'DATABASE_URL', problem }])
  } finally {
    await runner.release()
  }
}

function driverError(error: unknown): { code?: string; errcode?: number } {
  if (typeof error !== 'object' || error === null) return {}
  const inner = 'driverError' in error ? error.driverError : error
  return typeof inner === 'object' && inner !== null ? inner : {}
}
