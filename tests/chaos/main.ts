import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { runChaos } from './run.js'
import { clearStages } from './stage.js'

/**
 * `npm run chaos -- --seconds 300 --db sqlite|mysql --seed 1 [--processes 1|3] [--rate 12] [--quiet]`
 *
 * Ends with one line of sums and exit code 0, or with the first violations, their ids and the seed, and exit code 1.
 */
const most = 20

const options = z.strictObject({
  seconds: z.coerce.number().positive().max(86_400).default(60),
  db: z.enum(['sqlite', 'mysql']).default('sqlite'),
  seed: z.coerce.number().int().nonnegative().default(1),
  processes: z.union([z.literal('1'), z.literal('3')]).default('1'),
  rate: z.coerce.number().positive().max(500).default(12),
  quiet: z.boolean().default(false),
  /** A file for what the processes logged. */
  log: z.string().optional(),
})

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      db: { type: 'string' },
      seed: { type: 'string' },
      processes: { type: 'string' },
      rate: { type: 'string' },
      quiet: { type: 'boolean' },
      log: { type: 'string' },
    },
  })
  const { seconds, db, seed, processes, rate, quiet, log } = options.parse(values)
  if (db === 'sqlite' && processes === '3') throw new Error('SQLite is for one process: use --db mysql')
  const result = await runChaos({
    seed,
    seconds,
    db,
    processes: processes === '3' ? 3 : 1,
    perSecond: rate,
    say: (line) => (quiet ? undefined : say(`  ${line}`)),
  })
  if (log) {
    mkdirSync(new URL('.', `file://${log}`), { recursive: true })
    writeFileSync(log, result.output)
  }
  const { violations } = result
  for (const { kind, what, id } of violations.slice(0, most)) say(`${kind}: ${what} (${id})`)
  if (violations.length > most) say(`and ${violations.length - most} more`)
  if (violations.length > 0)
    say(`repeat with: --seconds ${seconds} --db ${db} --seed ${seed} --processes ${processes}`)
  const count = (kind: string) => violations.filter((violation) => violation.kind === kind).length
  if (!quiet)
    say(`died at: ${result.points.join(', ') || 'no named point'}; messages shown: ${result.messages}`)
  say(
    `chaos: events=${result.events} kills=${result.kills} restarts=${result.restarts} ` +
      `lost=${count('lost')} doubled=${count('doubled')} unknown=${result.unknown}`,
  )
  process.exitCode = violations.length > 0 ? 1 : 0
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

// The processes die with this one, the servers and the disk do not: they are put away first.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abandon(signal))

function abandon(signal: NodeJS.Signals): void {
  say(`chaos: given up (${signal})`)
  void clearStages().then(() => process.exit(130))
}

run().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
