import type { Pool } from 'mysql2'
import type { DataSource } from 'typeorm'

/**
 * READ COMMITTED for every connection of the pool, said once when it opens and not before every transaction.
 *
 * Why not the default, REPEATABLE READ: a conditional update that finds nothing is followed by a look at who won, and
 * a snapshot from before would still show the old row; and its gap locks make inserts of neighbours wait for each other.
 */
export async function readCommitted(source: DataSource): Promise<void> {
  const statement = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'
  const { pool } = source.driver as unknown as { pool: Pool }
  pool.on('connection', (connection: { query(sql: string): unknown }) => connection.query(statement))
  // The one that is open already: nobody else has asked for a connection yet.
  await source.query(statement)
}
