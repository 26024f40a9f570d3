import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InboxEntity, mostAttempts } from '../../../core/inbox/inbox.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('the inbox', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const accept = (eventId: string, channel = 'sandbox') =>
    run.core.inbox.accept({ channel, eventId, body: JSON.stringify({ eventId }) })
  const claim = async (holder: string, limit = 500) =>
    (await run.core.write((tx) => run.core.inbox.claim(tx, { holder, limit }))).ids
  const load = async (id: string) => {
    const [row] = await run.core.read((tx) => run.core.inbox.load(tx, [id]))
    if (!row) throw new Error('the event is not there')
    return row
  }

  it('stores a hundred events that arrive at once, each durably before it is acknowledged', async () => {
    const accepted = await Promise.all(Array.from({ length: 100 }, (_, n) => accept(`e${n}`)))
    expect(accepted.every((one) => one.isNew)).toBe(true)
    expect(new Set(accepted.map((one) => one.id)).size).toBe(100)
    expect(await run.core.read((tx) => tx.getRepository(InboxEntity).count())).toBe(100)
  })

  it('names the first one’s row for a repeat, also when both arrive in one breath', async () => {
    const [first, second] = await Promise.all([accept('same'), accept('same')])
    const third = await accept('same')
    expect([first?.isNew, second?.isNew, third.isNew]).toEqual([true, false, false])
    expect(new Set([first?.id, second?.id, third.id]).size).toBe(1)
  })

  it('tells the same id on two channels apart', async () => {
    const [one, other] = [await accept('7', 'wecom'), await accept('7', 'feishu')]
    expect([one.isNew, other.isNew]).toEqual([true, true])
  })

  it('leaves a new event to the process that took it, and to the sweeper after half a minute', async () => {
    const { id } = await accept('e')
    expect(await claim('sweeper')).toEqual([])
    run.clock.advance(30_000)
    expect(await claim('sweeper')).toEqual([id])
    expect(await claim('other sweeper')).toEqual([])
  })

  it('is finished once: a second worker is told to undo what it did', async () => {
    const { id } = await accept('e')
    const finish = () => run.core.write((tx) => run.core.inbox.finish(tx, id, { leadId: 'L' }))
    expect(await finish()).toBe(true)
    expect(await finish()).toBe(false)
    expect((await load(id)).result).toEqual({ leadId: 'L' })
  })

  it('tries a failing event again with growing pauses, then keeps it as dead for somebody to look at', async () => {
    const { id } = await accept('e')
    const pauses: number[] = []
    for (let attempt = 1; attempt < mostAttempts; attempt++) {
      const row = await load(id)
      expect(await run.core.write((tx) => run.core.inbox.fail(tx, row, 'no'))).toBe('later')
      const { workAt } = await load(id)
      pauses.push((workAt?.getTime() ?? 0) - run.clock.now().getTime())
      run.clock.set(workAt ?? run.clock.now())
    }
    expect(pauses.every((pause) => pause > 0)).toBe(true)
    expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0)
    const last = await load(id)
    expect(await run.core.write((tx) => run.core.inbox.fail(tx, last, 'no'))).toBe('dead')
    run.clock.advance(365 * 86_400_000)
    expect(await claim('sweeper')).toEqual([])
    expect(await run.core.read((tx) => run.core.inbox.depth(tx))).toEqual({ received: 0, dead: 1 })
  })

  it('keeps what people write as it was: emoji, quotes, zero bytes, a hundred kilobytes', async () => {
    const body = JSON.stringify({ text: `😀'";--<b>\u0000\u0007${'长'.repeat(100_000)}` })
    const { id } = await run.core.inbox.accept({ channel: 'sandbox', eventId: 'odd', body })
    expect((await load(id)).body).toBe(body)
  })
})
