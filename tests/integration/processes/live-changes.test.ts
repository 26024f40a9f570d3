import { afterEach, beforeEach, expect, it } from 'vitest'
import { createInProcessState } from '../../../adapters/shared-state/in-process.js'
import { createLiveChanges } from '../../../bot/live-changes.js'
import { silentLog } from '../../../bot/log.js'
import { systemActor } from '../../../core/actor.js'
import { startCore, type TestCore } from '../../support/test-core.js'

/** Two processes: a core each on one database, and one way to tell each other. */
let one: TestCore
let other: TestCore
const state = createInProcessState(() => 0)
const ends: (() => void)[] = []
beforeEach(async () => {
  one = await startCore()
  other = await startCore({ url: one.url })
})
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await other.close()
  await one.close()
})

function live({ core }: TestCore, self: string) {
  const changes = createLiveChanges({ core, state, self, log: silentLog })
  ends.push(() => changes.stop())
  return changes
}
const actor = systemActor('test')

it('tells pages of every process what was committed in any, once and within a second', async () => {
  const heard: string[] = []
  live(one, 'one').onChange((change) => heard.push(`one ${change.kind}`))
  live(other, 'other').onChange((change) => heard.push(`other ${change.kind}`))
  const subject = { type: 'installation', id: 'x' } as const
  await one.core.write((tx) => one.core.changes.append(tx, actor, { subject, kind: 'thing.done' }))
  await expect.poll(() => heard, { timeout: 1000 }).toEqual(['one thing.done', 'other thing.done'])
})

it('tells nothing of what was rolled back', async () => {
  const heard: string[] = []
  live(one, 'one')
  live(other, 'other').onChange((change) => heard.push(change.kind))
  const subject = { type: 'installation', id: 'x' } as const
  const failing = one.core.write(async (tx) => {
    await one.core.changes.append(tx, actor, { subject, kind: 'thing.undone' })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await one.core.write((tx) => one.core.changes.append(tx, actor, { subject, kind: 'thing.done' }))
  await expect.poll(() => heard).toEqual(['thing.done'])
})

it('puts published rules in force in every process', async () => {
  live(one, 'one')
  live(other, 'other')
  const pointsIn = ({ core }: TestCore) => core.read((tx) => core.playbook.get(tx, 'assignment'))
  const before = await pointsIn(other)
  const body = { ...before, openLeadCap: before.openLeadCap + 7 }
  await one.core.write(async (tx) => {
    const draft = await one.core.playbook.saveDraft(tx, actor, 'assignment', body, '')
    await one.core.playbook.publish(tx, actor, 'assignment', draft.version)
  })
  await expect.poll(async () => (await pointsIn(other)).openLeadCap).toBe(before.openLeadCap + 7)
})
