import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeMessenger } from '../jobs/fake-messenger.js'
import { startSending, type Fake, type Sending } from '../jobs/sender-stand.js'

describe('a licence that runs out', () => {
  let stand: Sending
  let fake: Fake
  beforeEach(async () => {
    fake = createFakeMessenger()
    stand = await startSending([fake])
  })
  afterEach(() => stand.close())

  const writeDown = async (expiresOn: string) => {
    await stand.publish('credentials', {
      items: [{ key: 'domain-cert', name: '域名证书', expiresOn, renew: '在域名服务商处续期' }],
    })
    await stand.notifyAll()
  }

  /** Lets days pass, each with its due deadlines. */
  async function days(count: number) {
    const { core, clock } = stand
    for (let day = 0; day < count; day++) {
      clock.advance(86_400_000)
      for (const id of await core.read((tx) => core.deadlines.due(tx, clock.now(), 50)))
        while (await core.write((tx) => core.deadlines.fire(tx, id, clock.now())));
      await stand.run()
    }
  }

  it('warns the admins thirty, fourteen, seven days and one day before', async () => {
    await writeDown('2026-05-01')
    await days(60)
    expect(fake.shown.map(({ to, title }) => [to, title])).toEqual([
      ['admin', '域名证书还有 30 天到期'],
      ['admin', '域名证书还有 14 天到期'],
      ['admin', '域名证书还有 7 天到期'],
      ['admin', '域名证书还有 1 天到期'],
    ])
  })

  it('warns once when several warnings are past already, and not again when it is looked at again', async () => {
    await writeDown('2026-03-16')
    await days(1)
    for (let n = 0; n < 3; n++) await stand.core.write((tx) => stand.core.credentials.sync(tx))
    await days(1)
    expect(fake.shown).toHaveLength(1)
  })

  it('follows the day when it is moved, and is silent when it is gone', async () => {
    await writeDown('2026-05-01')
    await writeDown('2027-05-01')
    await days(60)
    await stand.publish('credentials', { items: [] })
    await stand.notifyAll()
    await days(400)
    expect(fake.shown).toEqual([])
  })
})
