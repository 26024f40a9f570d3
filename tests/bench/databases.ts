import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'

export type Engine = 'SQLite' | 'MariaDB'

/** The engines that can be measured here: the embedded one always, MariaDB where a server is named. */
export const engines: Engine[] = process.env['TEST_MYSQL_URL'] ? ['SQLite', 'MariaDB'] : ['SQLite']

export interface BenchDatabase {
  url: string
  /** A folder of its own, for whatever else is stored. */
  folder: string
  drop(): Promise<void>
}

let made = 0

/** An empty database without tables, and a folder; both are gone after `drop`. */
export async function makeDatabase(engine: Engine): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-bench-'))
  const clear = () => rmSync(folder, { recursive: true, force: true })
  const server = process.env['TEST_MYSQL_URL']
  if (engine === 'SQLite' || !server) {
    return { url: `sqlite:${join(folder, 'genjin.db')}`, folder, drop: async () => clear() }
  }
  const name = `genjin_bench_${process.pid}_${++made}`
  const run = async (sql: string) => {
    const connection = await createConnection(server)
    await connection.query(sql)
    await connection.end()
  }
  await run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.toString(),
    folder,
    async drop() {
      await run(`DROP DATABASE ${name}`)
      clear()
    },
  }
}
