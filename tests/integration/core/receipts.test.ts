import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { updateRows } from '../../../core/db/rows.js'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { makeCompany } from '../../support/company.js'
import { startCore, type TestCore } from '../../support/test-core.js'

let test: TestCore
let personId: string
beforeEach(async () => {
  test = await startCore()
  personId = (await makeCompany(test.core)).people.wang.id
})
afterEach(() => test.close())

async function claimed() {
  const { core } = test
  await core.write((tx) =>
    core.deliveries.queue(tx, {
      ...{ card: 'test', subject: { type: 'person', id: personId }, to: { personId }, dedupeKey: 'one' },
    }),
  )
  const [delivery] = await core.write((tx) => core.deliveries.claim(tx, { holder: 'sender', limit: 1 }))
  if (!delivery) throw new Error('nothing was claimed')
  return delivery
}
const sent = { platform: 'feishu', platformMessageId: 'om', state: 'sent', polled: true } as const
const row = (id: string) => test.core.read((tx) => tx.getRepository(DeliveryEntity).findOneByOrFail({ id }))

it('asks no more what became of a message whose reading was told before its sending', async () => {
  const { core } = test
  const delivery = await claimed()
  await core.write((tx) => core.deliveries.receipt(tx, delivery.id, 'read'))
  await core.write((tx) => core.deliveries.markSent(tx, delivery, sent))
  expect(await row(delivery.id)).toMatchObject({ state: 'read', pollAt: null, platformMessageId: 'om' })
})

it('asks what became of one that nobody told of', async () => {
  const delivery = await claimed()
  await test.core.write((tx) => test.core.deliveries.markSent(tx, delivery, sent))
  expect((await row(delivery.id)).pollAt?.getTime()).toBeGreaterThan(test.clock.now().getTime())
})

it('still knows after an admin’s retry that a message was tried before', async () => {
  const { core } = test
  const delivery = await claimed()
  await core.write((tx) =>
    updateRows(tx, DeliveryEntity, { id: delivery.id }, { state: 'expired', attempts: 7, workAt: null }),
  )
  await core.write((tx) => core.deliveries.log.retry(tx, systemActor('test'), delivery.id))
  expect(await row(delivery.id)).toMatchObject({ state: 'queued', attempts: 1 })
})
