import { afterEach, describe, expect, it } from 'vitest'
import { LeaseLost } from '../../../core/db/lease.js'
import { actorOf } from '../../support/make.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'
import { startSending, type Sending } from './sender-stand.js'

describe('a message of which nobody knows whether it arrived', () => {
  let stand: Sending
  afterEach(() => stand.close())

  /** A platform that takes what it is given and does not say so. */
  async function silentPlatform(idempotentSend: boolean) {
    const fake = createFakeMessenger({ idempotentSend })
    fake.onTaken(() => {
      throw platformError('timeout', true)
    })
    stand = await startSending([fake])
    return fake
  }
  const states = async () => (await stand.rows({ channel: 'messenger' })).map(({ state }) => state)

  it('is sent once more when it is an escalation, says 可能重复, and never a third time', async () => {
    const fake = await silentPlatform(false)
    await stand.queue('lead.dispatch', 'eastManager')
    await stand.run()
    expect(await states()).toEqual(['unknown'])
    for (let day = 0; day < 3; day++) {
      await stand.after('1m')
      await stand.after('1d')
    }
    expect(fake.shown.map(({ footnote }) => footnote.includes('可能重复'))).toEqual([false, true])
    expect([fake.calls(), await states()]).toEqual([2, ['unknown']])
  })

  it('is not sent once more when it is anything else', async () => {
    const fake = await silentPlatform(false)
    await stand.queue('lead.offer', 'wang')
    await stand.run()
    await stand.after('1d')
    expect([fake.calls(), await states()]).toEqual([1, ['unknown']])
  })

  it('is not sent once more when its receipt comes first', async () => {
    const fake = await silentPlatform(false)
    const id = await stand.queue('lead.dispatch', 'eastManager')
    await stand.run()
    await stand.core.write((tx) => stand.core.deliveries.receipt(tx, id ?? '', 'read'))
    await stand.after('1d')
    expect([fake.calls(), await states()]).toEqual([1, ['read']])
  })

  it('ends as sent when the second sending is answered', async () => {
    const fake = await silentPlatform(false)
    await stand.queue('lead.dispatch', 'eastManager')
    await stand.run()
    fake.onTaken(() => undefined)
    await stand.after('1m')
    expect(await states()).toEqual(['sent'])
  })

  const dieAfterHanding = async (card: string) => {
    await stand.queue(card, 'eastManager')
    const { core } = stand
    const [claimed] = await core.write((tx) =>
      core.deliveries.claim(tx, { holder: core.ids.next(), limit: 1 }),
    )
    if (!claimed) throw new Error('nothing to send')
    await core.write((tx) => core.deliveries.markHanded(tx, claimed))
  }

  it('is unknown when its sender died after the handing over', async () => {
    const fake = createFakeMessenger({ idempotentSend: false })
    stand = await startSending([fake])
    await dieAfterHanding('lead.offer')
    await stand.after('1m')
    const [row] = await stand.rows()
    expect([fake.calls(), row?.state, row?.failure]).toEqual([0, 'unknown', 'interrupted'])
  })

  it.each([
    { down: '30m', calls: 1, state: 'sent' },
    { down: '2h', calls: 0, state: 'unknown' },
  ])('is $state when its sender died with it for $down and keys are known for an hour', async (given) => {
    const fake = createFakeMessenger({ idempotentForMs: 3_600_000 })
    stand = await startSending([fake])
    await dieAfterHanding('lead.offer')
    await stand.after(given.down)
    expect([fake.calls(), await states()]).toEqual([given.calls, [given.state]])
  })

  it('goes out when its sender died before the handing over', async () => {
    const fake = createFakeMessenger({ idempotentSend: false })
    stand = await startSending([fake])
    await stand.queue('lead.offer', 'eastManager')
    const { core } = stand
    await core.write((tx) => core.deliveries.claim(tx, { holder: core.ids.next(), limit: 1 }))
    await stand.after('1m')
    expect([fake.shown.length, await states()]).toEqual([1, ['sent']])
  })

  it('goes out once when its sender was so slow that somebody else has taken it up', async () => {
    const fake = createFakeMessenger({ idempotentSend: false })
    stand = await startSending([fake])
    await stand.queue('lead.offer', 'eastManager')
    const { core } = stand
    const claim = { holder: core.ids.next(), limit: 1 }
    const [slow] = await core.write((tx) => core.deliveries.claim(tx, claim))
    if (!slow) throw new Error('nothing to send')
    await stand.after('1m')
    await expect(core.write((tx) => core.deliveries.markHanded(tx, slow))).rejects.toBeInstanceOf(LeaseLost)
    expect([fake.shown.length, await states()]).toEqual([1, ['sent']])
  })

  it('is sent again with the same key where the platform recognises it, however its sender died', async () => {
    const fake = createFakeMessenger({ idempotentSend: true })
    stand = await startSending([fake])
    await dieAfterHanding('lead.offer')
    await stand.after('1m')
    expect([fake.shown.length, await states()]).toEqual([1, ['sent']])
  })

  it('can be sent again by an admin, by nobody else, and says 可能重复 then', async () => {
    const fake = await silentPlatform(false)
    const id = (await stand.queue('lead.offer', 'wang')) ?? ''
    await stand.run()
    fake.onTaken(() => undefined)
    const { core, company } = stand
    const admin = await actorOf(core, company.people.admin)
    const rep = await actorOf(core, company.people.wang)
    await expect(core.write((tx) => core.deliveries.log.retry(tx, rep, id))).rejects.toThrow(
      'permission.denied',
    )
    expect(await core.write((tx) => core.deliveries.log.retry(tx, admin, id))).toBe(true)
    await stand.run()
    expect(fake.shown.map(({ footnote }) => footnote.includes('可能重复'))).toEqual([false, true])
    const way = await core.read((tx) => core.deliveries.log.way(tx, admin, id))
    expect(way.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'retried'])
  })
})
