import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { noOutreach } from '../../../core/ports/outreach.js'
import { createSender } from '../../../jobs/sender.js'
import { makeCompany } from '../../support/company.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'

const subject = { type: 'lead' as const, id: 'one' }

describe('updates of one card', () => {
  let test: TestCore
  let fake: ReturnType<typeof createFakeMessenger>
  let version = 1
  beforeEach(async () => {
    test = await startCore()
    fake = createFakeMessenger()
    version = 1
    const { people } = await makeCompany(test.core)
    await test.core.write((tx) =>
      test.core.deliveries.queue(tx, {
        card: 'card',
        subject,
        to: { personId: people.wang.id },
        dedupeKey: 'one',
      }),
    )
    await sender().run()
  })
  afterEach(() => test.close())

  /** Each is what one process has. */
  const sender = () =>
    createSender({
      core: test.core,
      messengers: new Map([['sandbox', fake.messenger]]),
      outreach: noOutreach,
      log: silentLog,
      render: (_tx, { card }) =>
        Promise.resolve({ kind: card, title: `v${version}`, tone: 'info', blocks: [] }),
    })
  const change = (to: number) => {
    version = to
    return test.core.write((tx) => test.core.deliveries.refresh(tx, subject))
  }
  const titles = () => fake.updates.map(({ title }) => title)
  const row = () => test.core.read((tx) => tx.getRepository(DeliveryEntity).findOneByOrFail({}))

  /** The update to v2 hangs past its lease; another sender shows v3 and waits for `later` before it is told so. */
  async function overtake(later: Promise<void>) {
    const [v2Leaves, v2Left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const v3Landed = Promise.withResolvers<void>()
    fake.onUpdate({
      async before(title) {
        if (title !== 'v2') return
        v2Left.resolve()
        await v2Leaves.promise
      },
      async after(title) {
        if (title !== 'v3') return
        v3Landed.resolve()
        await later
      },
    })
    await change(2)
    const first = sender()
    const slow = first.run()
    await v2Left.promise
    // It is at this call and nothing else: what comes now is the other one's.
    first.stop()
    test.clock.advance(31_000)
    await change(3)
    const quick = sender().run()
    await v3Landed.promise
    return { v2Lands: () => (v2Leaves.resolve(), slow), quick }
  }

  it('end with the newest state when an old one lands last and is noted first', async () => {
    const v3Noted = Promise.withResolvers<void>()
    const { v2Lands, quick } = await overtake(v3Noted.promise)
    await v2Lands()
    v3Noted.resolve()
    await quick
    fake.onUpdate({})
    await sender().run()
    expect(titles().slice(0, 2)).toEqual(['v3', 'v2'])
    expect(titles().at(-1)).toBe('v3')
  })

  it('end with the newest state when an old one lands after the newer one is done', async () => {
    const { v2Lands, quick } = await overtake(Promise.resolve())
    await quick
    await v2Lands()
    await sender().run()
    expect(titles().slice(0, 2)).toEqual(['v3', 'v2'])
    expect(titles().at(-1)).toBe('v3')
  })

  it('are not taken from whoever has the card now by one whose lease ran out', async () => {
    const v3Noted = Promise.withResolvers<void>()
    const { v2Lands, quick } = await overtake(v3Noted.promise)
    const holder = (await row()).leaseHolder
    await v2Lands()
    expect((await row()).leaseHolder).toBe(holder)
    v3Noted.resolve()
    await quick
  })

  it('are followed by one more when a process died with one on its way', async () => {
    fake.onUpdate({ before: () => new Promise(() => undefined) })
    await change(2)
    const dead = sender()
    void dead.run()
    await expect.poll(async () => (await row()).leaseHolder).not.toBeNull()
    dead.stop()
    fake.onUpdate({})
    test.clock.advance(31_000)
    await change(3)
    await sender().run()
    expect(titles()).toEqual(['v3'])
    // What was on its way lands now, if ever.
    fake.updates.push({ id: 'message-1', title: 'v2' })
    test.clock.advance(spanMs('1m'))
    await sender().run()
    expect(titles()).toEqual(['v3', 'v2', 'v3'])
    expect(await row()).toMatchObject({ workAt: null, handedAt: null, leaseHolder: null })
  })

  it('are followed by one more when one was given up and may land later', async () => {
    fake.onUpdate({ before: () => Promise.reject(platformError('timeout', true)) })
    await change(2)
    await sender().run()
    fake.onUpdate({})
    test.clock.advance(5000)
    await sender().run()
    fake.updates.push({ id: 'message-1', title: 'v1' })
    test.clock.advance(spanMs('1m'))
    await sender().run()
    expect(titles()).toEqual(['v2', 'v1', 'v2'])
    const settled = await row()
    expect(settled).toMatchObject({ workAt: null, handedAt: null, failure: null })
    expect(settled.shownRev).toBe(settled.wantedRev)
  })

  it('begin again when a tap tells what the platform calls a message of unknown fate', async () => {
    const { id } = await row()
    await test.core.write(async (tx) => {
      const [again] = await test.core.deliveries.about(tx, subject)
      if (!again) throw new Error('no card')
      await tx.query("UPDATE deliveries SET state = 'sending', platformMessageId = NULL, platform = NULL")
      await test.core.deliveries.markUnknown(tx, { ...again, state: 'sending' }, 'timeout')
    })
    await change(2)
    await sender().run()
    expect([(await row()).state, titles()]).toEqual(['unknown', []])
    await test.core.write(async (tx) => {
      await test.core.deliveries.receipt(tx, id, 'acted')
      await test.core.deliveries.identify(tx, id, { platform: 'sandbox', platformMessageId: 'message-1' })
    })
    await change(3)
    await sender().run()
    expect(fake.updates).toEqual([{ id: 'message-1', title: 'v3' }])
    expect(await row()).toMatchObject({ state: 'acted', platform: 'sandbox', workAt: null })
  })
})
