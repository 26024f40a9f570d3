/**
 * `npm run bench`: runs the benches one after the other and prints value, target, by how much it is missed, and the
 * floor of the same run. Options: see `options.ts`. Exit code 1 when a target is missed, 2 for a wrong option.
 */
import { cpus, loadavg } from 'node:os'
import { deadlineBenches } from './deadline-benches.js'
import { floorBenches } from './floor-benches.js'
import { leadBenches } from './lead-benches.js'
import { listBenches } from './list-benches.js'
import { liveBenches } from './live-benches.js'
import { readOptions, usage, type Options } from './options.js'
import { isReached, renderReport, type Bench, type Row } from './report.js'
import { severalBenches } from './several-benches.js'
import { tapBenches } from './tap-benches.js'
import { webhookBenches } from './webhook-benches.js'

const options = chosenOptions()
const wanted = (bench: Bench) =>
  options.groups.includes(bench.group) &&
  (options.words.length === 0 || options.words.some((word) => bench.name.includes(word)))

const rows: Row[] = []
for (const bench of benchesOf(options).filter(wanted)) {
  process.stderr.write(`running ${bench.name} …\n`)
  const found = await bench.run()
  if (Array.isArray(found)) rows.push(...found.map((row) => ({ ...row, name: `${bench.name}, ${row.name}` })))
  else rows.push({ name: bench.name, ...found })
}

const load = loadavg()[0]?.toFixed(1)
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, load ${load}\n`,
)
console.log(renderReport(rows))
if (rows.some((row) => !isReached(row))) process.exitCode = 1

function benchesOf({ engines, processes }: Options): Bench[] {
  if (processes > 1) return severalBenches(options)
  return [
    ...floorBenches,
    ...engines.flatMap((engine) => [
      ...webhookBenches(engine),
      ...tapBenches(engine),
      ...leadBenches(engine, options),
      ...listBenches(engine, options),
      ...deadlineBenches(engine, options),
      ...liveBenches(engine),
    ]),
  ]
}

function chosenOptions(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}
