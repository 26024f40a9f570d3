import { afterEach, beforeEach, expect, it } from 'vitest'
import { createNeighbours } from '../../../bot/wiring/neighbours.js'
import { startCore, type TestCore } from '../../support/test-core.js'

/** Two processes: a core each on one database. */
let one: TestCore
let other: TestCore
let lines: string[]
beforeEach(async () => {
  one = await startCore()
  other = await startCore({ url: one.url })
  lines = []
})
afterEach(async () => {
  await other.close()
  await one.close()
})

function neighbour({ core }: TestCore, place: string, isShared = false) {
  const say = (_fields: object, line: string) => void lines.push(`${place}: ${line}`)
  const log = { info: say, warn: say }
  return createNeighbours({ leases: core.leases, self: core.ids.next(), place, isShared, log })
}
const seconds = (n: number) => {
  one.clock.advance(n * 1000)
  other.clock.advance(n * 1000)
}

it('says once in each of two processes that the other is there, and what to do, until it is gone', async () => {
  const [a, b] = [neighbour(one, 'host-a:1'), neighbour(other, 'host-b:2')]
  for (let n = 0; n < 4; n += 1) {
    await a.look()
    await b.look()
    seconds(10)
  }
  expect(lines.toSorted()).toEqual([
    expect.stringMatching(/^host-a:1: another process runs .* set REDIS_URL/),
    expect.stringMatching(/^host-b:2: another process runs .* set REDIS_URL/),
  ])
  expect(a.findings()).toMatchObject([{ state: 'warning', found: expect.stringContaining('host-b:2') }])
  expect(b.findings()).toMatchObject([{ mend: expect.stringContaining('REDIS_URL') }])
  await b.stop()
  await a.look()
  expect(a.findings()).toEqual([])
  expect(lines.at(-1)).toBe('host-a:1: this process is alone on its database again')
})

it('says nothing of what a crash left behind', async () => {
  await neighbour(one, 'host-a:1').look()
  const next = neighbour(other, 'host-a:2')
  for (let n = 0; n < 5; n += 1) {
    await next.look()
    seconds(10)
  }
  expect([lines, next.findings()]).toEqual([[], []])
})

it('says nothing of processes that share Redis, but of one that does not', async () => {
  const shared = [neighbour(one, 'a:1', true), neighbour(other, 'b:2', true)]
  const alone = neighbour(other, 'c:3')
  const round = async (all: typeof shared) => {
    for (const each of all) await each.look()
    seconds(10)
  }
  for (let n = 0; n < 3; n += 1) await round(shared)
  expect(shared.map((each) => each.findings())).toEqual([[], []])
  for (let n = 0; n < 3; n += 1) await round([...shared, alone])
  expect(shared.map((each) => each.findings()[0]?.found.includes('c:3'))).toEqual([true, true])
  expect(alone.findings()[0]?.found).toContain('a:1、b:2')
})
