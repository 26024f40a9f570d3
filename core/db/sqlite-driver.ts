import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

const mostStatements = 300

/**
 * Node's own SQLite in the shape that TypeORM's `better-sqlite3` driver expects, so that no native package is needed.
 *
 * TypeORM opens deferred transactions; with a second process on the file (backup, command line) those that read first
 * fail at once with SQLITE_BUSY_SNAPSHOT whatever the busy timeout. `BEGIN IMMEDIATE` takes the write lock up front.
 */
export class SqliteDatabase {
  readonly db: DatabaseSync
  open = true
  readonly #prepared = new Map<string, StatementSync>()

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
        const result = statement.run(...params)
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
