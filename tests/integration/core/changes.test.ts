import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { ChangeEntity, ChangeValueEntity } from '../../../core/changes/change.js'
import { sealDay, verifyAll, verifyChain, verifySeal } from '../../../core/changes/verify.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const actor = systemActor('test')
const day = { from: new Date('2026-03-10T16:00:00Z'), to: new Date('2026-03-11T16:00:00Z') }

describe('the chain of changes', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const lead = (id: string) => ({ type: 'lead' as const, id: id.padEnd(26, '0') })
  const append = (id: string, fields: Record<string, [unknown, unknown]> = {}, data = {}) =>
    run.core.write((tx) =>
      run.core.changes.append(tx, actor, { subject: lead(id), kind: 'lead.edited', fields, data }),
    )
  const verify = (id: string) => run.core.read((tx) => verifyChain(tx, lead(id)))

  it('verifies, whatever was edited in whatever order', async () => {
    const edit = fc.record({
      id: fc.constantFrom('A', 'B', 'C'),
      fields: fc.dictionary(
        fc.constantFrom('name', 'phone', 'state', 'ownerId', 'score'),
        fc.tuple(fc.jsonValue(), fc.jsonValue()),
      ),
      data: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
        for (const { id, fields, data } of edits) await append(id, fields, data)
        const { breaks } = await run.core.read((tx) => verifyAll(tx))
        expect(breaks).toEqual([])
      }),
      { numRuns: 15 },
    )
  })

  it('counts from one without a gap and links every change to the one before', async () => {
    const first = await append('A')
    const second = await append('A')
    expect([first.seq, second.seq]).toEqual([1, 2])
    expect(second.prevHash).toBe(first.hash)
  })

  it.each([
    { what: 'an edited field', change: { fields: { state: [null, 'closed'] } }, problem: 'hash' },
    { what: 'another actor', change: { actorId: 'somebody else' }, problem: 'hash' },
    { what: 'an earlier time', change: { at: new Date('2020-01-01T00:00:00Z') }, problem: 'hash' },
    { what: 'a new hash that hides an edit', change: { hash: 'f'.repeat(64) }, problem: 'hash' },
  ])('names the change when somebody writes $what into the table', async ({ change, problem }) => {
    await append('A', { state: [null, 'new'] })
    const target = await append('A', { state: ['new', 'owned'] })
    await append('A', { state: ['owned', 'closed'] })
    await run.core.write((tx) => tx.getRepository(ChangeEntity).update({ id: target.id }, change as never))
    expect(await verify('A')).toEqual({ changeId: target.id, seq: 2, problem })
  })

  it('misses a change that somebody deleted', async () => {
    await append('A')
    const gone = await append('A')
    const after = await append('A')
    await run.core.write((tx) => tx.getRepository(ChangeEntity).delete({ id: gone.id }))
    expect(await verify('A')).toEqual({ changeId: after.id, seq: 3, problem: 'sequence' })
  })

  it('keeps personal values out of the chain and puts them back where they are read', async () => {
    const change = await append('A', { phone: [null, '13800138000'], state: [null, 'new'] })
    const stored = await run.core.read((tx) =>
      tx.getRepository(ChangeEntity).findOneByOrFail({ id: change.id }),
    )
    expect(JSON.stringify(stored)).not.toContain('13800138000')
    const [read] = await run.core.read((tx) => run.core.changes.timeLine(tx, [lead('A')]))
    expect(read?.fields['phone']).toEqual([null, '13800138000'])
  })

  it('still verifies after a person was erased, and notices a forged value', async () => {
    const change = await append('A', { name: [null, '张伟'], phone: [null, '13800138000'] })
    await run.core.write((tx) =>
      tx.getRepository(ChangeValueEntity).update({ changeId: change.id, field: 'name' }, { after: '李伟' }),
    )
    expect(await verify('A')).toMatchObject({ problem: 'value', changeId: change.id })
    await run.core.write((tx) => tx.getRepository(ChangeValueEntity).delete({ changeId: change.id }))
    expect(await verify('A')).toBeNull()
  })

  it('commits the same value differently each time, so that a commitment betrays nothing', async () => {
    const one = await append('A', { phone: [null, '13800138000'] })
    const other = await append('B', { phone: [null, '13800138000'] })
    expect(one.fields['phone']?.[1]).not.toBe(other.fields['phone']?.[1])
  })

  it('takes twenty writers at once, each exactly once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => append('A', {}, { n })))
    const line = await run.core.read((tx) => run.core.changes.timeLine(tx, [lead('A')], { limit: 200 }))
    expect(line.map((change) => change.seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
    expect(new Set(line.map((change) => change.data['n'])).size).toBe(20)
    expect(await verify('A')).toBeNull()
  })

  it('tells listeners after the commit only, and nothing of what was rolled back', async () => {
    const heard: string[] = []
    run.core.changes.onCommitted((change) => heard.push(change.kind))
    await run.core.write(async (tx) => {
      await run.core.changes.append(tx, actor, { subject: lead('A'), kind: 'lead.kept' })
      expect(heard).toEqual([])
    })
    const failed = run.core.write(async (tx) => {
      await run.core.changes.append(tx, actor, { subject: lead('A'), kind: 'lead.lost' })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(heard).toEqual(['lead.kept'])
  })

  it('seals a day once, and shows when a sealed change was altered or removed', async () => {
    const change = await append('A')
    await append('B')
    const seal = () =>
      run.core.write((tx) => sealDay(tx, { day: '2026-03-11', ...day, now: run.core.clock.now() }))
    const sealed = await seal()
    expect(sealed.changes).toBe(2)
    run.clock.advance(86_400_000)
    await append('A')
    expect(await seal()).toEqual(sealed)
    const holds = () => run.core.read((tx) => verifySeal(tx, '2026-03-11', day))
    expect(await holds()).toBe(true)
    await run.core.write((tx) => tx.getRepository(ChangeEntity).delete({ id: change.id }))
    expect(await holds()).toBe(false)
  })
})
