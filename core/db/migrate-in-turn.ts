import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { ConfigError } from '../errors.js'

/** Longer than any migration so far, and than a patient operator waits without a word. */
const waitSeconds = 120

/**
 * Runs migrations of processes that start together one after the other: MySQL has no transaction around a CREATE TABLE.
 * The lock ends with its connection, however the process ends. It holds on one server, not across a Galera cluster:
 * there the first process is started alone.
 *
 * @throws ConfigError when another process is at it for longer than two minutes.
 */
export async function migrateInTurn(url: string, migrate: () => Promise<unknown>): Promise<void> {
  const connection = await createConnection(url)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT GET_LOCK(LEFT(CONCAT('genjin migrations ', DATABASE()), 64), ?) AS got",
      [waitSeconds],
    )
    if (Number(rows[0]?.['got']) !== 1) {
      throw new ConfigError([
        { variable: 'DATABASE_URL', problem: 'another process has been changing the tables for too long' },
      ])
    }
    await migrate()
  } finally {
    await connection.end()
  }
}
