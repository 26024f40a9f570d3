import { describe, expect, it } from 'vitest'
import { makePlan, reachablePoints } from './plan.js'
import { runChaos, type ChaosOptions } from './run.js'
import { hasMariadb } from './servers.js'

/** Long enough for some kills, a full disk or a stopped server and some jumps of the clock; three of them are a minute. */
const seconds = 20

/** A short storm; `npm run chaos` has long ones. */
async function survive(options: Pick<ChaosOptions, 'db' | 'seed' | 'processes'>): Promise<void> {
  const result = await runChaos({ ...options, seconds })
  expect(result.violations, `seed ${options.seed}`).toEqual([])
  expect(result.events).toBeGreaterThan(20)
  expect(result.messages).toBeGreaterThan(20)
  expect(result.kills).toBeGreaterThanOrEqual(2)
  expect(result.restarts).toBeGreaterThanOrEqual(2)
}

describe('a storm of faults loses nothing and does nothing twice', () => {
  it('on SQLite', () => survive({ db: 'sqlite', seed: 101, processes: 1 }))
  if (hasMariadb()) {
    it('on MariaDB', () => survive({ db: 'mysql', seed: 102, processes: 1 }))
    it('on MariaDB with Redis, in three processes', () => survive({ db: 'mysql', seed: 103, processes: 3 }))
  }
})

describe('the plan of a storm', () => {
  const input = { seconds: 300, db: 'mysql', processes: 3, perSecond: 12 } as const

  it('is the same for the same seed, and another for another', () => {
    expect(makePlan({ ...input, seed: 7 })).toEqual(makePlan({ ...input, seed: 7 }))
    expect(makePlan({ ...input, seed: 7 }).deeds).not.toEqual(makePlan({ ...input, seed: 8 }).deeds)
  })

  it('tells a process to die at every named point within five minutes', () => {
    const { faults } = makePlan({ ...input, seed: 1 })
    const named = faults.flatMap(({ fault }) =>
      fault.do === 'kill' && fault.dieAt ? [fault.dieAt.split(':')[0]] : [],
    )
    expect(reachablePoints.filter((point) => !named.includes(point))).toEqual([])
  })
})
