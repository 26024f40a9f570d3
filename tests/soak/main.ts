import { parseArgs } from 'node:util'
import { z } from 'zod'
import { runSoak, soakPlatforms } from './run.js'

/**
 * `npm run soak -- --platform wecom|dingtalk|feishu|all [--events 10000] [--rate 100]`
 *
 * One line a platform; exit code 1 when an effect is missing or doubled, or acks take over a third of the deadline.
 */
const options = z.strictObject({
  platform: z.enum([...soakPlatforms, 'all']).default('all'),
  events: z.coerce.number().int().min(10).max(1_000_000).default(10_000),
  rate: z.coerce.number().positive().max(5_000).default(100),
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const { values } = parseArgs({
  options: { platform: { type: 'string' }, events: { type: 'string' }, rate: { type: 'string' } },
})
const { platform, events, rate } = options.parse(values)
for (const name of platform === 'all' ? soakPlatforms : [platform]) {
  const result = await runSoak({ platform: name, events, rate })
  const budgetMs = result.deadlineMs / 3
  const problems = [
    ...result.violations,
    ...(result.ackP99Ms > budgetMs
      ? [`acks p99 ${result.ackP99Ms} ms, over ${Math.round(budgetMs)} ms`]
      : []),
  ]
  for (const problem of problems) say(`${name}: ${problem}`)
  say(
    `soak ${name}: events=${result.acknowledged} tries=${result.tries} repeats=${result.repeats} ` +
      `breaks=${result.breaks} seconds=${result.seconds} ack p50=${result.ackP50Ms} ms p99=${result.ackP99Ms} ms ` +
      `(budget ${Math.round(budgetMs)} ms) violations=${problems.length}`,
  )
  if (problems.length > 0) process.exitCode = 1
}
