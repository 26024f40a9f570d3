import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { loadHttp, type Load } from './http-load.js'
import { median } from './report.js'
import { startServer } from './servers.js'

/** What a bare Node HTTP server in a process of its own answers per second under the given load. */
export async function measureBareHttp(load: Omit<Load, 'url'> = {}): Promise<number> {
  const server = await startServer('./bare-server.ts')
  try {
    await loadHttp({ ...load, url: server.url, seconds: 1 })
    return (await loadHttp({ ...load, url: server.url })).perSecond
  } finally {
    await server.stop()
  }
}

export interface InsertFloor {
  /** One value for each column; the first must be unique. */
  row: (index: number) => (string | number | null)[]
  rows?: number
  rowsPerStatement?: number
}

/**
 * Rows per second of one prepared multi-row insert on Node's SQLite, each statement committed by itself with the
 * product's durability (WAL, `synchronous = FULL`). The median of three runs on fresh files.
 */
export function measurePreparedInsert({ row, rows = 50_000, rowsPerStatement = 500 }: InsertFloor): number {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-floor-'))
  try {
    return median(
      [0, 1, 2].map((run) => insertInto(join(folder, `${run}.db`), { row, rows, rowsPerStatement })),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function insertInto(file: string, { row, rows, rowsPerStatement }: Required<InsertFloor>): number {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  const columns = row(0).map((value, i) => `c${i} ${typeof value === 'number' ? 'integer' : 'text'}`)
  db.exec(`CREATE TABLE floor (${columns.join(', ')}, PRIMARY KEY (c0)) WITHOUT ROWID`)
  const tuple = `(${columns.map(() => '?').join(', ')})`
  const insert = db.prepare(
    `INSERT INTO floor VALUES ${Array.from({ length: rowsPerStatement }, () => tuple).join(', ')}`,
  )
  const batches = Array.from({ length: Math.ceil(rows / rowsPerStatement) }, (_, batch) =>
    Array.from({ length: rowsPerStatement }, (_, i) => row(batch * rowsPerStatement + i)).flat(),
  )
  const startedAt = performance.now()
  for (const batch of batches) insert.run(...batch)
  const seconds = (performance.now() - startedAt) / 1000
  db.close()
  return (batches.length * rowsPerStatement) / seconds
}
