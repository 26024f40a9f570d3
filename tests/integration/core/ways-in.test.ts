import { afterEach, beforeEach, expect, it } from 'vitest'
import { readWayIn } from '../../../core/reports/ways-in.js'
import { startCore, type TestCore } from '../../support/test-core.js'

let run: TestCore
beforeEach(async () => {
  run = await startCore()
})
afterEach(() => run.close())

const accept = (channel: string, event: object) =>
  run.core.inbox.accept({ channel, eventId: run.core.ids.next(), body: JSON.stringify(event) })
const read = () => run.core.read((tx) => readWayIn(tx, 'wecom', run.clock.now()))

it('knows when the newest event of each type came, whoever took it, and of no other platform', async () => {
  await accept('wecom', { platform: 'wecom', type: 'tap' })
  run.clock.advance(60_000)
  const at = run.clock.now()
  await accept('wecom', { type: 'tap' })
  run.clock.advance(60_000)
  await accept('feishu', { type: 'tap' })
  await accept('wecom', { type: 'message', text: 'the words "type":"directory" are no event' })
  expect((await read()).lastAt).toEqual({ tap: at, message: run.clock.now() })
})

it('knows who holds the long connection, until the lease ends', async () => {
  await run.core.leases.hold('connection:wecom', 'crm-1:4711', 4000)
  expect((await read()).connectionHolder).toBe('crm-1:4711')
  run.clock.advance(4001)
  expect((await read()).connectionHolder).toBeNull()
})
