import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { execute } from '../../../core/db/sql.js'
import type { Cast } from '../../support/company.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'
import { startSending, type Sending } from './sender-stand.js'

/** Every call takes this long on the platform that hangs: a hundredth of what it takes outside. */
const hangMs = 100
const patienceMs = 10

describe('a platform that does not answer', () => {
  let stand: Sending
  afterEach(() => stand.close())

  /** Everybody is on the platform that hangs, but 赵 who is on one that works. */
  async function twoPlatforms() {
    const dead = createFakeMessenger({ platform: 'wecom' })
    const live = createFakeMessenger({ platform: 'feishu' })
    dead.onSend(async () => {
      await pause(hangMs)
      throw platformError('timeout', true, 'wecom')
    })
    stand = await startSending([dead, live], ['sms'])
    const { core, company } = stand
    await core.write(async (tx) => {
      await execute(tx, "UPDATE bindings SET platform = 'wecom'")
      await execute(tx, "UPDATE bindings SET platform = 'feishu' WHERE personId = ?", [
        company.people.zhao.id,
      ])
    })
    return { dead, live }
  }

  it.each([
    { many: 'many cards to one person', cards: 49, to: ['wang'] },
    {
      many: 'cards to seven people',
      cards: 7,
      to: ['wang', 'sun', 'eastManager', 'southManager', 'director', 'admin', 'support'],
    },
  ] satisfies { many: string; cards: number; to: Cast[] }[])(
    'lets an escalation to somebody on another one leave at once, with $many before it',
    async ({ cards, to }) => {
      const { dead, live } = await twoPlatforms()
      for (let i = 0; i < cards; i += 1)
        for (const person of to) await stand.queue('lead.offer', person, `k${i}`)
      const hungBefore = Promise.withResolvers<number>()
      live.onSend(() => Promise.resolve(hungBefore.resolve(dead.calls())))
      const asked = Promise.withResolvers<void>()
      dead.onSend(async () => {
        asked.resolve()
        await pause(hangMs)
        throw platformError('timeout', true, 'wecom')
      })
      const running = stand.run({ patienceMs })
      await asked.promise
      await stand.queue('lead.dispatch', 'zhao')
      // Nobody has to see that many calls out: one more round at most on a busy machine.
      expect(await hungBefore.promise).toBeLessThanOrEqual(2 * to.length)
      await running
      // Three in a row were enough to see that nobody is there; the rest keeps its place and has cost no try.
      expect(dead.calls()).toBeLessThanOrEqual(to.length * 3)
      const rest = (await stand.rows({ card: 'lead.offer' })).filter(({ attempts }) => attempts === 0)
      expect(rest.length).toBe(cards * to.length - dead.calls())
      expect(rest.every(({ state, leaseHolder }) => state === 'queued' && leaseHolder === null)).toBe(true)
    },
  )

  it('is tried by one call after its rest, and gets all in their order when it answers', async () => {
    const { dead } = await twoPlatforms()
    for (let i = 0; i < 12; i += 1) await stand.queue('lead.offer', 'wang', `k${String(i).padStart(2, '0')}`)
    const sender = stand.sender({ patienceMs })
    await sender.run()
    const before = dead.calls()
    expect(before).toBe(3)
    stand.clock.advance(6000)
    await sender.run()
    expect(dead.calls()).toBe(before + 1)
    // Those that hung wait as after any failure; the others have lost nothing.
    const hung = (await stand.rows({ card: 'lead.offer' })).filter(({ attempts }) => attempts > 0)
    const tried = new Set(hung.map(({ id }) => id))
    dead.onSend(() => Promise.resolve())
    stand.clock.advance(60_000)
    await sender.run()
    stand.clock.advance(60_000)
    await sender.run()
    expect(dead.shown).toHaveLength(12)
    const order = dead.shown.map(({ key }) => key).filter((key) => !tried.has(key))
    expect(order.length).toBeGreaterThan(6)
    expect(order).toEqual(order.toSorted())
  })

  it('does not keep cards from another process until their lease ends', async () => {
    await twoPlatforms()
    for (let i = 0; i < 5; i += 1) await stand.queue('lead.offer', 'wang', `k${i}`)
    await stand.run({ patienceMs })
    expect((await stand.rows()).filter(({ leaseHolder }) => leaseHolder !== null)).toEqual([])
  })
})
