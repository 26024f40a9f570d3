import { DatabaseSync } from 'node:sqlite'
import { createConnection, type Connection } from 'mysql2'
import type { Cell } from './archive.js'

/**
 * The tables as the engine keeps them, without entities: a backup must not depend on the version of the program that
 * makes it. Instants come as text `YYYY-MM-DD HH:MM:SS.mmm` on both engines, flags as 0 and 1.
 */
export interface Snapshot {
  tables(): Promise<{ name: string; columns: string[] }[]>
  rows(table: string, columns: readonly string[]): AsyncIterable<Cell[]>
  close(): Promise<void>
}

/** All that is read through a snapshot was true at one instant, whatever is written meanwhile. */
export function openSnapshot(url: string): Promise<Snapshot> {
  return url.startsWith('sqlite:') ? sqliteSnapshot(url.slice('sqlite:'.length)) : mysqlSnapshot(url)
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '')}\``
const list = (columns: readonly string[]): string => columns.map(quoted).join(', ')

async function sqliteSnapshot(file: string): Promise<Snapshot> {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  // The first read after BEGIN fixes what this connection sees in the write-ahead log.
  db.exec('BEGIN')
  const names = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all()
  return {
    tables: async () =>
      names.map(({ name }) => ({
        name: String(name),
        columns: db
          .prepare(`PRAGMA table_info(${quoted(String(name))})`)
          .all()
          .map((column) => String(column['name'])),
      })),
    async *rows(table, columns) {
      for (const row of db.prepare(`SELECT ${list(columns)} FROM ${quoted(table)}`).iterate())
        yield columns.map((column) => cellOf(row[column]))
    },
    close: async () => db.close(),
  }
}

async function mysqlSnapshot(url: string): Promise<Snapshot> {
  const connection = connectRaw(url)
  const ask = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      connection.query(sql, values, (error, rows) =>
        error ? reject(error) : resolve(rows as unknown as Row[]),
      )
    })
  await ask('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await ask('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  return {
    async tables() {
      const found = await ask<[string, string]>(
        `SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c
         JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
         WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE'
         ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
      )
      return [...Map.groupBy(found, ([table]) => table)].map(([name, columns]) => ({
        name,
        columns: columns.map(([, column]) => column),
      }))
    },
    async *rows(table, columns) {
      const stream = connection
        .query(`SELECT ${list(columns)} FROM ${quoted(table)}`)
        .stream({ highWaterMark: 500 })
      for await (const row of stream as AsyncIterable<unknown[]>) yield row.map(cellOf)
    },
    close: () => new Promise((resolve) => connection.end(() => resolve())),
  }
}

/** Rows as arrays, instants as text: nothing is converted between reading and writing. */
export function connectRaw(url: string): Connection {
  return createConnection({
    uri: url,
    charset: 'utf8mb4_bin',
    dateStrings: true,
    rowsAsArray: true,
    supportBigNumbers: true,
  })
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number') return value
  throw new TypeError(`a column holds ${typeof value}, which a backup does not carry`)
}
