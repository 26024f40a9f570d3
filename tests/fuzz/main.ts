import { parseArgs } from 'node:util'
import { z } from 'zod'
import { stopwatch } from '../../core/ports/clock.js'
import { runFuzz } from './run.js'

/** `npm run fuzz -- [--seconds 60] [--seed 1] [--inputs 1000000] [--only form]`; exit code 1 when a decoder throws what is not typed. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    inputs: { type: 'string' },
    only: { type: 'string' },
  },
})
const { seconds, seed, inputs, only } = z
  .strictObject({
    seconds: z.coerce.number().positive().default(3_600),
    seed: z.coerce.number().int().default(1),
    inputs: z.coerce.number().int().positive().default(1_000_000),
    only: z.string().default(''),
  })
  .parse(values)

const startedAt = stopwatch()
const result = await runFuzz({ seed, inputs, only, until: startedAt + seconds * 1000 })
for (const fault of result.faults) process.stdout.write(`${fault}\n`)
process.stdout.write(
  `fuzz: inputs=${result.inputs} refused=${result.refused} seconds=${Math.round((stopwatch() - startedAt) / 1000)} ` +
    `slowest=${result.slowestMs.toFixed(1)} ms (${result.slowest}) heap=${result.grownMb.toFixed(1)} MB ` +
    `faults=${result.faults.length} seed=${seed}\n`,
)
if (result.faults.length > 0) process.exitCode = 1
