import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** The sandbox's own SQLite file. It plays the platform's server, so it shares nothing with the product's data. */
export interface Storage {
  /** Rows are typed by the caller: the SQL beside it is the proof. */
  all<Row>(sql: string, ...params: SQLInputValue[]): Row[]
  one<Row>(sql: string, ...params: SQLInputValue[]): Row | undefined
  /** @returns how many rows changed. */
  run(sql: string, ...params: SQLInputValue[]): number
  /** Runs synchronous work as one unit; what throws is rolled back. Inside another unit it joins that. */
  transaction<Result>(work: () => Result): Result
  close(): void
}

/** @param file - path, or `:memory:`. The folder is made when missing. */
export function openStorage(file: string): Storage {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file)
  // FULL: what was answered with ok is on the disk, also after a power cut.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  db.exec(schema)

  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known) return known
    const made = db.prepare(sql)
    statements.set(sql, made)
    return made
  }
  let open = false

  return {
    all: <Row>(sql: string, ...params: SQLInputValue[]) => prepare(sql).all(...params) as Row[],
    one: <Row>(sql: string, ...params: SQLInputValue[]) => prepare(sql).get(...params) as Row | undefined,
    run: (sql, ...params) => Number(prepare(sql).run(...params).changes),
    transaction(work) {
      if (open) return work()
      db.exec('BEGIN IMMEDIATE')
      open = true
      try {
        const result = work()
        db.exec('COMMIT')
        return result
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      } finally {
        open = false
      }
    },
    close: () => db.close(),
  }
}

/** Times are milliseconds since 1970. Only additions: an older file is opened by a newer version. */
const schema = `
CREATE TABLE IF NOT EXISTS departments (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, parent_id TEXT, leaders TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL,
  internal INTEGER NOT NULL, hue INTEGER NOT NULL, departments TEXT NOT NULL, position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS chats (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, has_bot INTEGER NOT NULL,
  last_seq INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS members (
  chat_id TEXT NOT NULL REFERENCES chats(id), account_id TEXT NOT NULL REFERENCES accounts(id),
  read_seq INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat_id, account_id)
);
CREATE INDEX IF NOT EXISTS members_by_account ON members (account_id);
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, chat_id TEXT NOT NULL REFERENCES chats(id),
  sender_id TEXT, at INTEGER NOT NULL, text TEXT NOT NULL, card TEXT, ref TEXT, send_key TEXT UNIQUE,
  client_id TEXT, state TEXT NOT NULL, urgent INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 0, updated_at INTEGER
);
CREATE INDEX IF NOT EXISTS messages_by_chat ON messages (chat_id, seq);
CREATE INDEX IF NOT EXISTS messages_undelivered ON messages (chat_id) WHERE state = 'sent';
CREATE TABLE IF NOT EXISTS callbacks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, event TEXT NOT NULL,
  message_id TEXT, copies INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS callbacks_by_lane ON callbacks (lane, seq);
CREATE TABLE IF NOT EXISTS sign_in_codes (
  hash TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts(id), expires_at INTEGER NOT NULL, used_at INTEGER
);
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
`
