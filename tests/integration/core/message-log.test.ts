import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PersonActor } from '../../../core/actor.js'
import { createReceiptPoller } from '../../../jobs/receipt-poller.js'
import { silentLog } from '../../../bot/log.js'
import { actorOf } from '../../support/make.js'
import { createFakeMessenger, platformError } from '../jobs/fake-messenger.js'
import { startSending, type Fake, type Sending } from '../jobs/sender-stand.js'

describe('the message log', () => {
  let stand: Sending
  let fake: Fake
  let admin: PersonActor
  beforeEach(async () => {
    fake = createFakeMessenger()
    stand = await startSending([fake])
    admin = await actorOf(stand.core, stand.company.people.admin)
  })
  afterEach(() => stand.close())

  const log = () => stand.core.deliveries.log
  const list = (...given: [Parameters<ReturnType<typeof log>['list']>[2], string?]) =>
    stand.core.read((tx) => log().list(tx, admin, ...given))

  it('goes through all messages page by page, each once, newest first', async () => {
    for (let n = 0; n < 120; n++) await stand.queue('test.message', 'wang', `test ${n}`)
    const seen: string[] = []
    for (let after: string | undefined, pages = 0; pages < 5; pages++) {
      const page = await list({ card: 'test.message' }, after)
      seen.push(...page.deliveries.map(({ id }) => id))
      if (page.next === null) break
      after = page.next
    }
    expect(seen).toHaveLength(120)
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed())
  })

  it('finds by person, state, way and time', async () => {
    await stand.queue('test.message', 'wang')
    await stand.run()
    stand.clock.advance(60_000)
    const now = stand.clock.now()
    await stand.queue('test.message', 'zhao')
    const { wang, zhao } = stand.company.people
    const who = async (filter: Parameters<typeof list>[0]) =>
      (await list(filter)).deliveries.map(({ personId }) => (personId === wang.id ? 'wang' : 'zhao'))
    expect(await who({})).toEqual(['zhao', 'wang'])
    expect(await who({ personId: zhao.id })).toEqual(['zhao'])
    expect(await who({ states: ['sent', 'read'] })).toEqual(['wang'])
    expect(await who({ platform: 'sandbox', channel: 'messenger' })).toEqual(['wang'])
    expect(await who({ from: now })).toEqual(['zhao'])
    expect(await who({ to: now })).toEqual(['wang'])
  })

  it('is for admins', async () => {
    const rep = await actorOf(stand.core, stand.company.people.wang)
    await expect(stand.core.read((tx) => log().list(tx, rep, {}))).rejects.toThrow('permission.denied')
    await expect(
      stand.core.write((tx) => stand.core.testMessages.send(tx, rep, rep.personId)),
    ).rejects.toThrow('permission.denied')
  })

  it('tells the tries of a message with their reasons', async () => {
    fake.onSend(() => Promise.reject(platformError('busy', true)))
    const id = (await stand.queue('test.message', 'wang')) ?? ''
    await stand.run()
    await stand.after('1m')
    fake.onSend(() => Promise.resolve())
    await stand.after('1m')
    const way = await stand.core.read((tx) => log().way(tx, admin, id))
    expect(way.attempts.map(({ n, outcome, code }) => [n, outcome, code])).toEqual([
      [1, 'failed', 'busy'],
      [2, 'failed', 'busy'],
    ])
    expect(way.delivery.state).toBe('sent')
    stand.clock.advance(91 * 86_400_000)
    expect(await stand.core.write((tx) => stand.core.deliveries.prune(tx))).toBe(2)
  })

  it('shows where a test message stands, station by station', async () => {
    const { core, company } = stand
    const id = await core.write((tx) => core.testMessages.send(tx, admin, company.people.wang.id))
    const steps = async () =>
      (await core.read((tx) => core.testMessages.steps(tx, admin, id, new Set(['sandbox'])))).map(
        ({ station, state }) => `${station} ${state}`,
      )
    expect((await steps()).slice(0, 3)).toEqual(['bound done', 'routed done', 'handed waiting'])
    await stand.run()
    await core.write((tx) => core.deliveries.receipt(tx, id, 'acted'))
    expect(await steps()).toEqual([
      'bound done',
      'routed done',
      'handed done',
      'delivered not-reported',
      'read not-reported',
      'acted done',
    ])
  })

  describe('of a test message', () => {
    const notes = async (id: string) =>
      (
        await stand.core.read((tx) =>
          stand.core.testMessages.steps(tx, admin, id, new Set(['sandbox'] as const)),
        )
      ).map(({ station, state, note }) => `${station} ${state} ${note}`)

    it('says that the platform has it when a tap shows so, whatever it answered', async () => {
      const { core, company } = stand
      const id = await core.write((tx) => core.testMessages.send(tx, admin, company.people.wang.id))
      const [claimed] = await core.write((tx) => core.deliveries.claim(tx, { holder: 'h', limit: 1 }))
      if (!claimed) throw new Error('it is due')
      await core.write((tx) => core.deliveries.markUnknown(tx, claimed, 'timeout'))
      expect((await notes(id))[2]).toBe('handed stopped 已交给平台，但没有收到答复')
      await core.write((tx) => core.deliveries.receipt(tx, id, 'acted'))
      expect((await notes(id))[2]).toBe('handed done 平台已接收：没有答复，从回执得知')
    })

    it('does not say that it is being sent where there is nobody to send it to', async () => {
      const { core, company } = stand
      await core.write((tx) => tx.query(`DELETE FROM bindings WHERE personId = '${company.people.zhao.id}'`))
      const id = await core.write((tx) => core.testMessages.send(tx, admin, company.people.zhao.id))
      const before = (await notes(id))[2]
      await stand.run()
      const said = await notes(id)
      expect([before, said[2]]).toEqual(['handed waiting 尚未发出', 'handed waiting 尚未发出'])
      expect(said[0]).toContain('“系统状态”')
    })
  })

  it('learns of receipts by asking, less and less often, and never implies one', async () => {
    const asked: string[][] = []
    let answer: { platformMessageId: string; state: 'read' }[] = []
    fake.messenger.pollReceipts = (sent) => {
      asked.push(sent.map(({ platformMessageId }) => platformMessageId))
      return Promise.resolve(answer)
    }
    const poller = createReceiptPoller({
      core: stand.core,
      messengers: new Map([['sandbox', fake.messenger]]),
      log: silentLog,
    })
    await stand.queue('test.message', 'wang')
    await stand.run()
    await poller.run()
    expect(asked).toEqual([])
    for (let minute = 0; minute < 60; minute++) {
      stand.clock.advance(60_000)
      await poller.run()
    }
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.length).toBeLessThan(12)
    expect((await stand.rows())[0]?.state).toBe('sent')
    answer = [{ platformMessageId: 'message-1', state: 'read' }]
    stand.clock.advance(6 * 3_600_000)
    await poller.run()
    expect((await stand.rows())[0]).toMatchObject({ state: 'read', pollAt: null })
    const before = asked.length
    stand.clock.advance(24 * 3_600_000)
    await poller.run()
    expect(asked).toHaveLength(before)
  })
})
