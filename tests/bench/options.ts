import { parseArgs } from 'node:util'
import { engines, type Engine } from './databases.js'

export const groups = ['floor', 'ack', 'burst', 'deadlines', 'list', 'tap', 'live'] as const
/** What a bench is about; `--only` chooses by it. */
export type Group = (typeof groups)[number]

export interface Options {
  engines: Engine[]
  groups: readonly Group[]
  /** The product as one process, or as three on one MariaDB and one Redis. */
  processes: 1 | 3
  /** In a burst. */
  leads: number
  /** In the table that lists are read from. */
  rows: number
  /** Waiting while others fall due. */
  deadlines: number
  /** Only benches whose name contains one of these. */
  words: string[]
}

export const usage = `npm run bench -- [words] [options]
  --db sqlite|mysql        one database; both where TEST_MYSQL_URL names a server
  --only ${groups.join(',')}
  --processes 1|3          three processes need TEST_MYSQL_URL and TEST_REDIS_URL
  --leads 10000            in a burst
  --rows 100000            among which a list page is read
  --deadlines 100000       waiting while others fall due`

/** Groups that drive real processes, so that they can be measured with several of them. */
const ofSeveral: readonly Group[] = ['burst', 'live']

/** @throws Error that says which option is wrong, or what is missing for it. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv = process.env): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      db: { type: 'string' },
      only: { type: 'string' },
      processes: { type: 'string', default: '1' },
      leads: { type: 'string', default: '10000' },
      rows: { type: 'string', default: '100000' },
      deadlines: { type: 'string', default: '100000' },
    },
  })
  const processes = Number(values.processes)
  if (processes !== 1 && processes !== 3) throw new Error('--processes is 1 or 3')
  const engine = values.db === undefined ? null : engineOf(values.db)
  if (processes === 3 && engine === 'SQLite') throw new Error('SQLite has one process')
  if (processes === 3 && !(env['TEST_MYSQL_URL'] && env['TEST_REDIS_URL']))
    throw new Error('three processes need TEST_MYSQL_URL and TEST_REDIS_URL: scripts/services up')
  if (engine === 'MariaDB' && !engines.includes(engine))
    throw new Error('--db mysql needs TEST_MYSQL_URL: scripts/services up')
  const wanted = values.only?.split(',').map(groupOf)
  return {
    engines: processes === 3 ? ['MariaDB'] : engine ? [engine] : engines,
    groups: wanted ?? (processes === 3 ? ofSeveral : groups),
    processes,
    leads: count('leads', values.leads),
    rows: count('rows', values.rows),
    deadlines: count('deadlines', values.deadlines),
    words: positionals,
  }
}

function engineOf(name: string): Engine {
  if (name === 'sqlite') return 'SQLite'
  if (name === 'mysql') return 'MariaDB'
  throw new Error('--db is sqlite or mysql')
}

function groupOf(name: string): Group {
  const found = groups.find((group) => group === name)
  if (!found) throw new Error(`--only takes ${groups.join(', ')}`)
  return found
}

function count(name: string, text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new Error(`--${name} is a whole number from 1`)
  return n
}
