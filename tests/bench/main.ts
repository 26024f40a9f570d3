/**
 * `npm run bench`: runs the benches one after the other and prints value, target and the floor of the same run.
 *
 *   npm run bench                 all
 *   npm run bench -- webhook tap  those whose name contains one of the words
 *
 * Exit code 1 when a target is missed.
 */
import { cpus } from 'node:os'
import { engines } from './databases.js'
import { floorBenches } from './floor-benches.js'
import { deadlineBenches } from './deadline-benches.js'
import { leadBenches } from './lead-benches.js'
import { listBenches } from './list-benches.js'
import { tapBenches } from './tap-benches.js'
import { webhookBenches } from './webhook-benches.js'
import { isReached, renderReport, type Bench, type Row } from './report.js'

const benches: Bench[] = [
  ...floorBenches,
  ...engines.flatMap((engine) => [
    ...webhookBenches(engine),
    ...tapBenches(engine),
    ...leadBenches(engine),
    ...listBenches(engine),
    ...deadlineBenches(engine),
  ]),
]

const words = process.argv.slice(2)
const chosen = benches.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
const rows: Row[] = []
for (const bench of chosen) {
  process.stderr.write(`running ${bench.name} …\n`)
  const found = await bench.run()
  if (Array.isArray(found)) rows.push(...found.map((row) => ({ ...row, name: `${bench.name}, ${row.name}` })))
  else rows.push({ name: bench.name, ...found })
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
console.log(renderReport(rows))
if (rows.some((row) => !isReached(row))) process.exitCode = 1
