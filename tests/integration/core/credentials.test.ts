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

  describe('by the certificate of our own address, which nobody has written down', () => {
    const read = (day: string) =>
      stand.core.write((tx) => stand.core.credentials.noteCertificate(tx, new Date(`${day}T03:00:00Z`)))

    it('warns as for any other, and stays when the rules change', async () => {
      await read('2026-03-20')
      await stand.publish('credentials', { items: [] })
      await stand.notifyAll()
      for (let n = 0; n < 12; n++) {
        await read('2026-03-20')
        await days(1)
      }
      expect(fake.shown.map(({ title }) => title)).toEqual([
        '网站的 HTTPS 证书还有 8 天到期',
        '网站的 HTTPS 证书还有 7 天到期',
        '网站的 HTTPS 证书还有 1 天到期',
      ])
    })

    it('is silent once a renewed one is read', async () => {
      await read('2026-05-01')
      await read('2026-07-30')
      await days(60)
      expect(fake.shown).toEqual([])
      const [item] = await stand.core.read((tx) => stand.core.credentials.all(tx))
      expect(item).toMatchObject({ name: '网站的 HTTPS 证书', expiresOn: '2026-07-30' })
    })
  })
})
