import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createConnections } from '../../../jobs/connections.js'
import { createLeader, leaseMs } from '../../../jobs/leader.js'
import type { Channel } from '../../../core/ports/inbound.js'
import { startCore, type TestCore } from '../../support/test-core.js'

let test: TestCore
const candidates: { stop(): Promise<void> }[] = []
beforeEach(async () => {
  test = await startCore()
})
afterEach(async () => {
  for (const candidate of candidates.splice(0)) await candidate.stop()
  await test.close()
})

const base = () => ({ leases: test.core.leases, log: silentLog })

it('lets one of two hold it, and the other when the first hands it back', async () => {
  const [one, other] = ['one', 'other'].map((holder) => createLeader({ ...base(), name: 'x', holder }))
  if (!one || !other) throw new Error('there are two')
  candidates.push(one, other)
  one.start()
  await expect.poll(() => one.isHolder()).toBe(true)
  other.start()
  await expect.poll(() => test.core.leases.hold('x', 'third', leaseMs)).toBeNull()
  expect(other.isHolder()).toBe(false)
  await one.stop()
  expect(one.isHolder()).toBe(false)
  await expect.poll(() => other.isHolder(), { timeout: 5000 }).toBe(true)
})

it('gives every new holder a higher epoch', async () => {
  const first = await test.core.leases.hold('x', 'one', leaseMs)
  expect(await test.core.leases.hold('x', 'one', leaseMs)).toBe(first)
  expect(await test.core.leases.hold('x', 'other', leaseMs)).toBeNull()
  test.clock.advance(leaseMs)
  expect(await test.core.leases.hold('x', 'other', leaseMs)).toBe((first ?? 0) + 1)
  expect(await test.core.leases.hold('x', 'one', leaseMs)).toBeNull()
})

it('closes the connections when the lease was lost, and opens them when it comes back', async () => {
  const calls: string[] = []
  const channel: Channel = {
    platform: 'feishu',
    start: async () => undefined,
    stop: async () => undefined,
    connect: async () => void calls.push('connect'),
    disconnect: async () => void calls.push('disconnect'),
  }
  const connections = createConnections({ ...base(), channels: [channel], holder: 'one' })
  candidates.push(connections)
  connections.start()
  await expect.poll(() => calls).toEqual(['connect'])
  // Another process took it: the lease had run out while this one was frozen.
  test.clock.advance(leaseMs)
  await test.core.leases.hold('connection:feishu', 'other', leaseMs)
  await expect.poll(() => calls, { timeout: 5000 }).toEqual(['connect', 'disconnect'])
  test.clock.advance(leaseMs)
  await expect.poll(() => calls, { timeout: 5000 }).toEqual(['connect', 'disconnect', 'connect'])
  await connections.stop()
  expect(calls).toEqual(['connect', 'disconnect', 'connect', 'disconnect'])
  expect(await test.core.leases.hold('connection:feishu', 'other', leaseMs)).not.toBeNull()
})

it('hands the lease to others when the platform refuses the connection here', async () => {
  const refused = createLeader({
    ...base(),
    name: 'x',
    holder: 'one',
    onHeld: () => Promise.reject(new Error('no way out of this machine')),
  })
  candidates.push(refused)
  refused.start()
  await expect.poll(() => test.core.leases.hold('x', 'other', leaseMs), { timeout: 5000 }).not.toBeNull()
  expect(refused.isHolder()).toBe(false)
})
