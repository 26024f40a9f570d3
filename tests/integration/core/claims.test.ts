import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { mostInterruptions } from '../../../core/db/lease.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const leaseEnds = 31_000

describe('a row that its holders never came to an end with', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await startCore()
  })
  afterEach(() => test.close())

  const queue = (name: string) =>
    test.core.write((tx) =>
      test.core.deliveries.queue(tx, {
        ...{ card: 'x', subject: { type: 'person', id: 'S' }, dedupeKey: name },
        to: { personId: name },
      }),
    )
  const claim = (isBusy = false) =>
    test.core.write((tx) =>
      test.core.deliveries.claim(tx, { holder: test.core.ids.next(), limit: 50, isBusy }),
    )
  const names = async (isBusy = false) => (await claim(isBusy)).map(({ personId }) => personId)

  it('comes with its neighbours once, then alone, and after the fifth time never again', async () => {
    const id = (await queue('poison')) ?? ''
    await queue('neighbour')
    const seen: (string | null)[][] = []
    for (let i = 0; i < 12; i += 1) {
      const claimed = await claim()
      seen.push(claimed.map(({ personId }) => personId))
      // Whoever has the neighbour without the poison brings it to its end.
      if (claimed.every(({ personId }) => personId === 'neighbour'))
        for (const one of claimed) await test.core.write((tx) => test.core.deliveries.markShown(tx, one))
      test.clock.advance(leaseEnds)
    }
    const withPoison = seen.filter((one) => one.includes('poison'))
    expect(withPoison).toHaveLength(mostInterruptions)
    expect(withPoison.slice(2).every((one) => one.length === 1)).toBe(true)
    expect(seen.at(-1)).toEqual([])
    const row = await test.core.read((tx) => test.core.deliveries.find(tx, id))
    expect(row).toMatchObject({ state: 'failed', failure: 'interrupted', workAt: null, leaseHolder: null })
  })

  it('is left alone by a sender that has others in hand', async () => {
    await queue('poison')
    for (let i = 0; i < 2; i += 1) {
      await claim()
      test.clock.advance(leaseEnds)
    }
    await queue('neighbour')
    expect(await names(true)).toEqual(['neighbour'])
    expect(await names(true)).toEqual([])
    expect(await names()).toEqual(['poison'])
  })

  it('can be sent again by an admin, with all its tries', async () => {
    const id = (await queue('poison')) ?? ''
    for (let i = 0; i <= mostInterruptions; i += 1) {
      await claim()
      test.clock.advance(leaseEnds)
    }
    expect(await test.core.write((tx) => test.core.deliveries.log.retry(tx, systemActor('test'), id))).toBe(true)
    await queue('neighbour')
    expect((await names()).toSorted()).toEqual(['neighbour', 'poison'])
  })

  it('is forgiven when somebody comes to an end with it', async () => {
    await queue('card')
    for (let i = 0; i < 10; i += 1) {
      const [claimed] = await claim()
      test.clock.advance(leaseEnds)
      const [again] = await claim()
      if (!claimed || !again) throw new Error('it is due')
      await test.core.write((tx) =>
        test.core.deliveries.markFailed(tx, again, { reason: 'busy', retryable: true, retryAfterMs: 0 }),
      )
    }
    expect(await names()).toEqual(['card'])
  })

  it('keeps its place and its doubts when it is handed back without having been begun', async () => {
    await queue('card')
    for (let i = 0; i < 10; i += 1) {
      const fresh = await claim()
      expect(fresh[0]).toMatchObject({ interrupted: false, wasHeld: false, interruptions: 0 })
      await test.core.write((tx) => test.core.deliveries.handBack(tx, fresh))
    }
    await claim()
    test.clock.advance(leaseEnds)
    for (let i = 0; i < 10; i += 1) {
      const doubted = await claim()
      expect(doubted[0]).toMatchObject({ interrupted: true, wasHeld: true, interruptions: 1 })
      await test.core.write((tx) => test.core.deliveries.handBack(tx, doubted))
    }
  })

  it('is given up in the inbox as well, where an admin sees it', async () => {
    const accept = (eventId: string) =>
      test.core.inbox.accept({ channel: 'wecom', eventId, body: '{}', hold: false })
    const { id } = await accept('poison')
    let claims = 0
    for (let i = 0; i < 12; i += 1) {
      const { ids } = await test.core.write((tx) =>
        test.core.inbox.claim(tx, { holder: test.core.ids.next(), limit: 100 }),
      )
      claims += ids.length
      test.clock.advance(leaseEnds)
    }
    expect(claims).toBe(mostInterruptions)
    const [row] = await test.core.read((tx) => test.core.inbox.load(tx, [id]))
    expect(row).toMatchObject({ state: 'dead', lastError: 'interrupted', openSender: null })
  })
})
