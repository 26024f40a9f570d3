import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepMs, type Delivery } from '../../../core/deliveries/delivery.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const lead = { type: 'lead' as const, id: 'L' }

describe('a delivery', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const deliveries = () => run.core.deliveries
  const queue = (dedupeKey: string, more: { urgent?: boolean } = {}) =>
    run.core.write((tx) =>
      deliveries().queue(tx, {
        card: 'plain',
        subject: lead,
        to: { personId: 'P' },
        dedupeKey,
        ...more,
      }),
    )
  const claim = () =>
    run.core.write((tx) => deliveries().claim(tx, { holder: run.core.ids.next(), limit: 50 }))
  const find = async (id: string | null): Promise<Delivery> => {
    const row = await run.core.read((tx) => deliveries().find(tx, id ?? ''))
    if (!row) throw new Error('the delivery is not there')
    return row
  }
  const receipt = (id: string, state: 'delivered' | 'read' | 'acted') =>
    run.core.write((tx) => deliveries().receipt(tx, id, state))

  /** Queued, taken by a sender, sent and shown. */
  async function sent(key = 'k'): Promise<Delivery> {
    await queue(key)
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await run.core.write(async (tx) => {
      await deliveries().markSent(tx, delivery, {
        platform: 'sandbox',
        platformMessageId: `m-${key}`,
        state: 'sent',
      })
      await deliveries().markShown(tx, delivery)
    })
    return find(delivery.id)
  }

  it('is made once for one cause, however often the cause is handled', async () => {
    expect(await queue('change 1')).not.toBeNull()
    expect(await queue('change 1')).toBeNull()
    expect(await claim()).toHaveLength(1)
  })

  it('goes out before older ones when it is urgent', async () => {
    const calm = await queue('calm')
    run.clock.advance(1000)
    const urgent = await queue('urgent', { urgent: true })
    expect((await claim()).map((one) => one.id)).toEqual([urgent, calm])
  })

  it.each([
    { told: ['delivered', 'read', 'acted'], ends: 'acted' },
    { told: ['read', 'delivered'], ends: 'read' },
    { told: ['acted', 'read', 'delivered'], ends: 'acted' },
    { told: ['delivered', 'delivered', 'delivered'], ends: 'delivered' },
  ] as const)('never moves back: told $told, it is $ends', async ({ told, ends }) => {
    const { id } = await sent()
    for (const state of told) await receipt(id, state)
    expect((await find(id)).state).toBe(ends)
  })

  it('says that a doubled receipt is no news', async () => {
    const { id } = await sent()
    expect([await receipt(id, 'read'), await receipt(id, 'read')]).toEqual([true, false])
  })

  it('stays read when the receipt overtakes the answer to the sending', async () => {
    await queue('k')
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await receipt(delivery.id, 'read')
    await run.core.write((tx) =>
      deliveries().markSent(tx, delivery, { platform: 'sandbox', platformMessageId: 'm', state: 'sent' }),
    )
    expect(await find(delivery.id)).toMatchObject({ state: 'read', platformMessageId: 'm' })
  })

  it('is sent by somebody else when its sender dies', async () => {
    const id = await queue('k')
    expect(await claim()).toHaveLength(1)
    expect(await claim()).toEqual([])
    run.clock.advance(30_000)
    expect((await claim()).map((one) => one.id)).toEqual([id])
  })

  it('waits longer after each failure and holds nobody else up', async () => {
    const bad = await queue('bad')
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await run.core.write((tx) => deliveries().markFailed(tx, delivery, { reason: '502', retryable: true }))
    const good = await queue('good')
    expect((await claim()).map((one) => one.id)).toEqual([good])
    expect(await find(bad)).toMatchObject({ state: 'queued', attempts: 1, failure: '502' })
  })

  it('honours the pause that the platform asks for', async () => {
    await queue('k')
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await run.core.write((tx) =>
      deliveries().markFailed(tx, delivery, { reason: 'rate limit', retryable: true, retryAfterMs: 90_000 }),
    )
    run.clock.advance(89_999)
    expect(await claim()).toEqual([])
    run.clock.advance(1)
    expect(await claim()).toHaveLength(1)
  })

  it('expires after 72 hours of failing, and fails at once when a retry is of no use', async () => {
    const late = await queue('late')
    run.clock.advance(keepMs + 1)
    const [first] = await claim()
    if (!first) throw new Error('nothing to send')
    await run.core.write((tx) => deliveries().markFailed(tx, first, { reason: 'down', retryable: true }))
    const refused = await queue('refused')
    const [second] = await claim()
    if (!second) throw new Error('nothing to send')
    await run.core.write((tx) =>
      deliveries().markFailed(tx, second, { reason: 'no such user', retryable: false }),
    )
    expect([(await find(late)).state, (await find(refused)).state]).toEqual(['expired', 'failed'])
    run.clock.advance(keepMs)
    expect(await claim()).toEqual([])
  })

  it('is drawn anew once for many changes of its subject', async () => {
    const delivery = await sent()
    for (let n = 0; n < 5; n++) await run.core.write((tx) => deliveries().refresh(tx, lead))
    const [work, ...others] = await claim()
    expect(others).toEqual([])
    expect(work).toMatchObject({ id: delivery.id, state: 'sent', wantedRev: 6, shownRev: 1 })
    if (work) await run.core.write((tx) => deliveries().markShown(tx, work))
    expect(await claim()).toEqual([])
    expect((await find(delivery.id)).shownRev).toBe(6)
  })

  it('has work again when its subject changes while it is being sent', async () => {
    await queue('k')
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await run.core.write((tx) => deliveries().refresh(tx, lead))
    await run.core.write(async (tx) => {
      await deliveries().markSent(tx, delivery, {
        platform: 'sandbox',
        platformMessageId: 'm',
        state: 'sent',
      })
      await deliveries().markShown(tx, delivery)
    })
    expect((await claim()).map((one) => one.id)).toEqual([delivery.id])
  })

  it('keeps its state when a later update of the card fails for good', async () => {
    const { id } = await sent()
    await receipt(id, 'read')
    await run.core.write((tx) => deliveries().refresh(tx, lead))
    const [work] = await claim()
    if (!work) throw new Error('nothing to update')
    await run.core.write((tx) => deliveries().markFailed(tx, work, { reason: 'too old', retryable: false }))
    expect(await find(id)).toMatchObject({ state: 'read', workAt: null, failure: 'too old' })
  })

  const refused = { reason: '502', retryable: true }

  it('keeps what its recipient did while an update of it failed', async () => {
    const { id } = await sent()
    await run.core.write((tx) => deliveries().refresh(tx, lead))
    const [work] = await claim()
    if (!work) throw new Error('nothing to update')
    await receipt(id, 'acted')
    await run.core.write((tx) => deliveries().markFailed(tx, work, refused))
    expect((await find(id)).state).toBe('acted')
    run.clock.advance(600_000)
    expect((await claim()).map((one) => one.id)).toEqual([id])
  })

  it('is not sent again when a receipt came and the answer to the sending was no', async () => {
    await queue('k')
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await receipt(delivery.id, 'delivered')
    await run.core.write((tx) => deliveries().markFailed(tx, delivery, refused))
    expect((await find(delivery.id)).state).toBe('delivered')
  })

  it('is drawn anew however old it is, and not left as it was after one refusal', async () => {
    const { id } = await sent()
    run.clock.advance(keepMs + 1)
    await run.core.write((tx) => deliveries().refresh(tx, lead))
    const [work] = await claim()
    if (!work) throw new Error('nothing to update')
    await run.core.write((tx) => deliveries().markFailed(tx, work, refused))
    run.clock.advance(600_000)
    expect((await claim()).map((one) => one.id)).toEqual([id])
  })

  it('remembers when it was handed over first, whatever the tries after that were told', async () => {
    await queue('k')
    const [first] = await claim()
    if (!first) throw new Error('nothing to send')
    await run.core.write((tx) => deliveries().markHanded(tx, first))
    const handedAt = run.clock.now()
    await run.core.write((tx) =>
      deliveries().markFailed(tx, first, { reason: 'timeout', retryable: true, mayHaveArrived: true }),
    )
    run.clock.advance(600_000)
    const [second] = await claim()
    if (!second) throw new Error('nothing to send')
    await run.core.write((tx) => deliveries().markHanded(tx, second))
    await run.core.write((tx) => deliveries().markFailed(tx, second, refused))
    expect((await find(first.id)).handedAt).toEqual(handedAt)
  })

  it('is not sent again by itself when nobody knows whether it arrived; a receipt settles it', async () => {
    await queue('k')
    const [delivery] = await claim()
    if (!delivery) throw new Error('nothing to send')
    await run.core.write((tx) => deliveries().markUnknown(tx, delivery, 'timed out'))
    run.clock.advance(keepMs)
    expect(await claim()).toEqual([])
    await receipt(delivery.id, 'delivered')
    expect((await find(delivery.id)).state).toBe('delivered')
  })
})
