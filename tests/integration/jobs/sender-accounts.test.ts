import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { updateRows } from '../../../core/db/rows.js'
import { BindingEntity } from '../../../core/org/person.js'
import { actorOf, makePerson } from '../../support/make.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'
import { startSending, type Fake, type Sending } from './sender-stand.js'

describe('the accounts that messages go to', () => {
  let stand: Sending
  let sandbox: Fake
  let feishu: Fake
  beforeEach(async () => {
    sandbox = createFakeMessenger()
    feishu = createFakeMessenger({ platform: 'feishu' })
    stand = await startSending([sandbox, feishu])
  })
  afterEach(() => stand.close())

  const bind = (externalId: string, personId: string, platform: 'feishu' | 'sandbox' = 'feishu') =>
    stand.core.write((tx) =>
      stand.core.bindings.bind(tx, systemActor('directory'), { platform, externalId }, personId),
    )
  const bindings = async (personId: string) => {
    const admin = await actorOf(stand.core, stand.company.people.admin)
    const views = await stand.core.read((tx) =>
      stand.core.bindings.list(tx, admin, { personIds: [personId], platforms: ['sandbox', 'feishu'] }),
    )
    return views.map(({ platform, state, code }) => [platform, state, code])
  }

  it('keeps what an unbound person is sent, and sends it at once when an account comes', async () => {
    const person = await makePerson(stand.core)
    await stand.queue('test.message', person.id)
    await stand.run()
    await stand.after('1h')
    expect((await stand.rows())[0]).toMatchObject({
      state: 'queued',
      waitingFor: 'account',
      failure: 'unbound',
    })
    await bind('new', person.id)
    await stand.run()
    expect(feishu.shown.map(({ to }) => to)).toEqual(['new'])
    expect((await stand.rows())[0]).toMatchObject({ state: 'sent', waitingFor: null, failure: null })
  })

  it('gives up after 72 hours, with the reason', async () => {
    const person = await makePerson(stand.core)
    await stand.queue('test.message', person.id)
    await stand.run()
    await stand.after('71h')
    expect((await stand.rows())[0]?.state).toBe('queued')
    await stand.after('2h')
    expect((await stand.rows())[0]).toMatchObject({ state: 'expired', failure: 'unbound', workAt: null })
  })

  it('goes by the next account when a platform refuses the first, and remembers why', async () => {
    const { id } = stand.company.people.wang
    await bind('wang-fs', id)
    sandbox.onSend(() => Promise.reject(platformError('user_left', false)))
    await stand.queue('test.message', 'wang')
    await stand.run()
    expect([sandbox.shown, feishu.shown.map(({ to }) => to)]).toEqual([[], ['wang-fs']])
    expect(await bindings(id)).toEqual([
      ['sandbox', 'broken', 'user_left'],
      ['feishu', 'bound', null],
    ])
  })

  it('sends what waited when the person shows that the refused account is alive', async () => {
    const { id } = stand.company.people.wang
    sandbox.onSend(() => Promise.reject(platformError('not_visible', false)))
    await stand.queue('test.message', 'wang')
    await stand.run()
    expect((await stand.rows())[0]).toMatchObject({ state: 'queued', failure: 'broken' })
    sandbox.onSend(() => Promise.resolve())
    await stand.core.write((tx) => stand.core.bindings.acted(tx, 'sandbox', 'wang'))
    await stand.run()
    expect((await stand.rows())[0]?.state).toBe('sent')
    expect(await bindings(id)).toEqual([
      ['sandbox', 'verified', null],
      ['feishu', 'unbound', null],
    ])
  })

  it('tries a refused account again after a day', async () => {
    sandbox.onSend(() => Promise.reject(platformError('not_visible', false)))
    await stand.queue('test.message', 'wang')
    await stand.run()
    sandbox.onSend(() => Promise.resolve())
    await stand.after('1h')
    expect(sandbox.shown).toEqual([])
    await stand.after('24h')
    expect(sandbox.shown).toHaveLength(1)
    expect(await bindings(stand.company.people.wang.id)).toContainEqual(['sandbox', 'bound', null])
  })

  it('prefers the account that its owner has used', async () => {
    const { id } = stand.company.people.wang
    await bind('wang-fs', id)
    await stand.core.write((tx) =>
      updateRows(tx, BindingEntity, { platform: 'feishu', externalId: 'wang-fs' }, { state: 'verified' }),
    )
    await stand.queue('test.message', 'wang')
    await stand.run()
    expect([sandbox.shown.length, feishu.shown.length]).toEqual([0, 1])
  })

  it('keeps the message and tells the admins once a day when our credentials are refused', async () => {
    feishu.onSend(() => Promise.resolve())
    await bind('admin-fs', stand.company.people.admin.id)
    await stand.core.write((tx) => stand.core.bindings.acted(tx, 'feishu', 'admin-fs'))
    sandbox.onSend(() => Promise.reject(platformError('bad_credentials', false)))
    await stand.queue('test.message', 'wang')
    await stand.queue('test.message', 'zhao')
    await stand.run()
    await stand.after('10m')
    expect(feishu.shown.map(({ title, to }) => [to, title])).toEqual([['admin-fs', '沙盒拒绝了系统的凭证']])
    expect((await stand.rows({ card: 'test.message' })).map(({ state }) => state)).toEqual([
      'queued',
      'queued',
    ])
    sandbox.onSend(() => Promise.resolve())
    await stand.after('10m')
    expect((await stand.rows({ card: 'test.message' })).map(({ state }) => state)).toEqual(['sent', 'sent'])
  })
})
