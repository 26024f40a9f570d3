import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

const mostStatements = 300

/**
 * Node's own SQLite in the shape that TypeORM's `better-sqlite3` driver expects, so that no native package is needed.
 *
 * TypeORM opens deferred transactions; with a second process on the file (backup, command line) those that read first
 * fail at once with SQLITE_BUSY_SNAPSHOT whatever the busy timeout. `BEGIN IMMEDIATE` takes the write lock up front.
 *
 * When the disk is full SQLite rolls back by itself, and the `ROLLBACK` that TypeORM sends after it would fail. TypeORM
 * would then count one transaction too many, take every later one for a savepoint in it, and commits would never come:
 * what was acknowledged would be gone with the process. So a rollback of what is rolled back already succeeds.
 *
 * @see https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
 */
export class SqliteDatabase {
  readonly db: DatabaseSync
  open = true
  readonly #prepared = new Map<string, StatementSync>()
  /** Whether TypeORM has begun a transaction and not ended it; SQLite may have ended it on its own. */
  #isBegun = false

  constructor(file: string, options: { readonly?: boolean; timeout?: number } = {}) {
    this.db = new DatabaseSync(file, {
      readOnly: options.readonly ?? false,
      timeout: options.timeout ?? 5000,
    })
  }

  prepare(sql: string) {
    const statement = this.db.prepare(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql)
    return {
      reader: statement.columns().length > 0,
      all: (...params: SQLInputValue[]) => statement.all(...params),
      get: (...params: SQLInputValue[]) => statement.get(...params),
      run: (...params: SQLInputValue[]) => {
        if (sql === 'ROLLBACK' && this.#isBegun && !this.db.isTransaction) {
          this.#isBegun = false
          return { changes: 0, lastInsertRowid: 0 }
        }
        const result = statement.run(...params)
        if (sql === 'BEGIN TRANSACTION') this.#isBegun = true
        else if (sql === 'COMMIT' || sql === 'ROLLBACK') this.#isBegun = false
        return { changes: Number(result.changes), lastInsertRowid: result.lastInsertRowid }
      },
    }
  }

  /** A statement that is prepared once, for hot paths. The oldest ones are forgotten where texts keep changing. */
  statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known) return known
    const made = this.db.prepare(sql)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size >= mostStatements && oldest !== undefined) this.#prepared.delete(oldest)
    this.#prepared.set(sql, made)
    return made
  }

  exec(sql: string) {
    this.db.exec(sql)
    return this
  }

  pragma(sql: string) {
    return this.db.prepare(`PRAGMA ${sql}`).all()
  }

  close() {
    this.open = false
    this.db.close()
  }
}
