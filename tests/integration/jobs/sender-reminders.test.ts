import { afterEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { ReceiptTooEarly } from '../../../core/deliveries/polls.js'
import type { Reminders } from '../../../core/playbook/reminders.js'
import type { OutreachChannel } from '../../../core/ports/outreach.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'
import { startSending, type Fake, type Sending } from './sender-stand.js'

describe('reminders of a card that nobody reads', () => {
  let stand: Sending
  let fake: Fake
  afterEach(() => stand.close())

  async function start(
    channels: OutreachChannel[] = ['voice', 'sms'],
    steps?: Reminders['rules'][0]['steps'],
  ) {
    fake = createFakeMessenger()
    stand = await startSending([fake], channels)
    await stand.setPhone('eastManager', '13700137000')
    if (steps)
      await stand.publish('reminders', {
        todos: true,
        rules: [{ card: 'lead.dispatch', level: 'escalation', steps }],
      })
    return (await stand.queue('lead.dispatch', 'eastManager')) ?? ''
  }
  const reminders = async () =>
    (await stand.rows())
      .filter(({ channel }) => channel !== 'messenger')
      .map(({ channel, state, failure }) => [channel, state, failure])
  const ordered = () => stand.orders.map(({ channel, to }) => [channel, to])

  it('buzz at once, and call and write after two minutes', async () => {
    await start()
    await stand.run()
    expect([fake.urged, ordered()]).toEqual([['message-1'], []])
    await stand.after('2m')
    expect(ordered().toSorted()).toEqual([
      ['sms', '13700137000'],
      ['voice', '13700137000'],
    ])
    await stand.after('1d')
    expect(stand.orders).toHaveLength(2)
  })

  it('stop as soon as the card was read', async () => {
    const id = await start()
    await stand.run()
    await stand.core.write((tx) => stand.core.deliveries.receipt(tx, id, 'read'))
    await stand.after('2m')
    expect(stand.orders).toEqual([])
    expect(await reminders()).toEqual([
      ['urge.app', 'sent', null],
      ['messengers', 'skipped', 'no-other-account'],
      ['voice', 'skipped', 'read'],
      ['sms', 'skipped', 'read'],
    ])
  })

  it('stop when the matter was taken in hand elsewhere', async () => {
    await start()
    await stand.run()
    await stand.core.write((tx) => stand.core.deliveries.reminders.settle(tx, { type: 'person', id: 'S' }))
    await stand.after('2m')
    expect(stand.orders).toEqual([])
  })

  it('reach the other messengers of the same person at once, and are planned there no second time', async () => {
    const other = createFakeMessenger({ platform: 'feishu' })
    fake = createFakeMessenger()
    stand = await startSending([fake, other], ['sms'])
    const { core, company } = stand
    const manager = company.people.eastManager.id
    await core.write((tx) =>
      core.bindings.bind(tx, systemActor('test'), { platform: 'feishu', externalId: 'ou_li' }, manager),
    )
    await stand.queue('lead.dispatch', 'eastManager')
    await stand.run()
    await stand.run()
    expect([fake.shown.length, other.shown.map(({ to }) => to)]).toEqual([1, ['ou_li']])
    await stand.after('1h')
    expect([fake.shown.length, other.shown.length]).toEqual([1, 1])
    const copies = (await stand.rows({ channel: 'messenger' })).filter(({ parentId }) => parentId !== null)
    expect(copies.map(({ platform, state }) => [platform, state])).toEqual([['feishu', 'sent']])
  })

  it('say what is not configured, and pretend nothing', async () => {
    await start([])
    await stand.run()
    await stand.after('2m')
    expect(await reminders()).toEqual([
      ['urge.app', 'sent', null],
      ['messengers', 'skipped', 'no-other-account'],
      ['voice', 'skipped', 'not-configured'],
      ['sms', 'skipped', 'not-configured'],
    ])
  })

  it('go by turns where the playbook says so: the next way only when the one before does not work', async () => {
    await start(['voice', 'sms'], [{ after: '0m', by: ['urge.app', 'mail', 'voice', 'sms'], how: 'first' }])
    fake.cannotUrge()
    await stand.run()
    await stand.run()
    expect(await reminders()).toEqual([
      ['urge.app', 'failed', 'nobody_reached'],
      ['mail', 'skipped', 'not-configured'],
      ['voice', 'sent', null],
    ])
  })

  it('place no second order when nobody knows what became of the first', async () => {
    await start(['sms'], [{ after: '0m', by: ['sms'], how: 'all' }])
    stand.onOrder(() => {
      throw platformError('timeout', true, 'fake')
    })
    await stand.run()
    await stand.after('1h')
    await stand.after('1d')
    expect([stand.orders.length, await reminders()]).toEqual([1, [['sms', 'unknown', 'timeout']]])
  })

  it('place no second order when the process dies while the first is placed', async () => {
    await start(['sms'], [{ after: '0m', by: ['sms'], how: 'all' }])
    const { core } = stand
    await stand.run()
    // As a dead process left it: handed over, not answered, under a lease that will run out.
    const [row] = (await stand.rows()).filter(({ channel }) => channel === 'sms')
    await core.write((tx) =>
      tx.query(
        `UPDATE deliveries SET state = 'sending', workAt = '2026-03-11 02:00:00.000', handedAt = '2026-03-11 02:00:00.000'
         WHERE id = '${row?.id ?? ''}'`,
      ),
    )
    await stand.after('1m')
    expect([stand.orders.length, await reminders()]).toEqual([1, [['sms', 'unknown', 'interrupted']]])
  })

  it('are told of again when their receipt comes before the answer to the order', async () => {
    await start(['sms'], [{ after: '0m', by: ['sms'], how: 'all' }])
    const { core } = stand
    const told = { provider: 'fake', providerMessageId: 'order-1', state: 'delivered' } as const
    const tell = () => core.write((tx) => core.deliveries.outreachReceipt(tx, told))
    const early: Promise<string>[] = []
    stand.onOrder(() => {
      early.push(
        tell().then(String, (error: unknown) => (error instanceof ReceiptTooEarly ? 'later' : 'broken')),
      )
    })
    await stand.run()
    expect(await Promise.all(early)).toEqual(['later'])
    expect([await tell(), await reminders()]).toEqual([true, [['sms', 'delivered', null]]])
    // Nothing is under way any more: what nobody knows is nobody's.
    const stranger = { ...told, providerMessageId: 'order-of-another' }
    expect(await core.write((tx) => core.deliveries.outreachReceipt(tx, stranger))).toBe(false)
  })

  it('take the provider’s receipts, and go to the next way when it reports a failure', async () => {
    await start(['voice', 'sms'], [{ after: '0m', by: ['voice', 'sms'], how: 'first' }])
    await stand.run()
    const told = {
      provider: 'fake',
      providerMessageId: 'order-1',
      state: 'failed',
      code: 'no-answer',
    } as const
    const tell = () => stand.core.write((tx) => stand.core.deliveries.outreachReceipt(tx, told))
    expect([await tell(), await tell()]).toEqual([true, false])
    await stand.run()
    expect(await reminders()).toEqual([
      ['voice', 'failed', 'no-answer'],
      ['sms', 'sent', null],
    ])
  })
})
