import { setTimeout as pause } from 'node:timers/promises'
import { insertRows } from '../../core/db/rows.js'
import { DeadlineEntity, type Deadline } from '../../core/deadlines/deadline.js'
import type { Engine } from './databases.js'
import type { Options } from './options.js'
import { startProduct } from './product.js'
import { percentile, type Bench } from './report.js'

const dueWithinMs = 4000
const due = 200
const overdue = 2000
/** Of those that fall due, so many do so at one and the same instant. */
const atOnce = 1000

/** Steps that fall due while many others wait, and those that fell due while nobody was there. */
export const deadlineBenches = (
  engine: Engine,
  { deadlines: waiting }: Pick<Options, 'deadlines'>,
): Bench[] => [
  {
    name: `${engine}: overdue step fires, ${waiting.toLocaleString('en')} waiting`,
    group: 'deadlines',
    async run() {
      const product = await startProduct(engine)
      const { core } = product
      const lateness: number[] = []
      core.deadlines.on('task.due', 'remind', async (_tx, { step }) => {
        lateness.push(core.clock.now().getTime() - new Date(step.at).getTime())
      })
      const hour = core.clock.now().getTime() + 3_600_000
      await fill(
        product,
        Array.from({ length: waiting }, (_, i) => hour + i * 1000),
      )
      const now = core.clock.now().getTime()
      const spread = Array.from({ length: due }, (_, i) => now + 1500 + (i * dueWithinMs) / due)
      const together = Array.from({ length: atOnce }, () => now + 1500 + dueWithinMs / 2)
      await fill(product, [...spread, ...together])
      await waitUntil(() => lateness.length >= due + atOnce)
      await product.stop()
      return [
        { name: 'p50', value: percentile(lateness, 0.5), unit: 'ms late', target: null },
        { name: 'p99', value: percentile(lateness, 0.99), unit: 'ms late', target: { atMost: 1000 } },
      ]
    },
  },
  {
    name: `${engine}: ${overdue.toLocaleString('en')} steps overdue at the start`,
    group: 'deadlines',
    async run() {
      const product = await startProduct(engine)
      const { core } = product
      let fired = 0
      core.deadlines.on('task.due', 'remind', async () => {
        fired += 1
      })
      const now = core.clock.now().getTime()
      await fill(
        product,
        Array.from({ length: overdue }, () => now - 1000),
      )
      const startedAt = performance.now()
      product.wake()
      await waitUntil(() => fired >= overdue)
      const value = overdue / ((performance.now() - startedAt) / 1000)
      await product.stop()
      return { value, unit: 'steps/s', target: null }
    },
  },
]

async function fill({ core }: Awaited<ReturnType<typeof startProduct>>, instants: number[]): Promise<void> {
  const rows = instants.map((ms): Deadline => {
    const at = new Date(ms)
    const id = core.ids.next()
    return {
      id,
      kind: 'task.due',
      subjectType: 'task',
      subjectId: id,
      startedAt: core.clock.now(),
      dueAt: at,
      dueGiven: true,
      time: 'clock',
      personId: null,
      steps: [{ at: at.toISOString(), do: 'remind' }],
      nextStep: 0,
      nextAt: at,
      pausedAt: null,
      heldMs: 0,
      state: 'waiting',
      attempts: 0,
      lastError: null,
      openKey: `task.due ${id}`,
      closedAt: null,
    }
  })
  await core.write((tx) => insertRows(tx, DeadlineEntity, rows))
}

async function waitUntil(isDone: () => boolean): Promise<void> {
  for (const endsAt = performance.now() + 60_000; !isDone(); await pause(5)) {
    if (performance.now() > endsAt) throw new Error('not everything fired within a minute')
  }
}
