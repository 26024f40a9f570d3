import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { systemActor } from '../../../core/actor.js'
import { OutboxEntity } from '../../../core/changes/outbox.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { createRelay } from '../../../jobs/relay.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('the relay', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await startCore()
    test.core.changes.addConsumer('notify', (kind) => kind.startsWith('lead.'))
  })
  afterEach(() => test.close())

  const happen = (kind: string, id: string) =>
    test.core.write((tx) =>
      test.core.changes.append(tx, systemActor('test'), { subject: { type: 'lead', id }, kind }),
    )
  const waiting = () => test.core.read((tx) => tx.getRepository(OutboxEntity).find())
  /** Reacts by queuing a card, so that a reaction that was rolled back leaves nothing behind. */
  function relayThat(react: (kind: string) => void) {
    return createRelay({
      core: test.core,
      consumer: 'notify',
      log: silentLog,
      async react(tx, change) {
        await test.core.deliveries.queue(tx, {
          card: change.kind,
          subject: { type: 'lead', id: change.subjectId },
          to: { personId: 'somebody' },
          dedupeKey: `${change.id}`,
        })
        react(change.kind)
      },
    })
  }
  const cards = async () => {
    const found = await Promise.all(
      ['a', 'b', 'c', 'poison'].map((id) =>
        test.core.read((tx) => test.core.deliveries.about(tx, { type: 'lead', id })),
      ),
    )
    return found.flat().map((delivery) => delivery.subjectId)
  }

  it('carries each change to those who asked for its kind, once', async () => {
    await happen('lead.accepted', 'a')
    await happen('deal.opened', 'b')
    const relay = relayThat(() => undefined)
    await relay.run()
    await relay.run()
    expect(await cards()).toEqual(['a'])
    expect(await waiting()).toEqual([])
  })

  it('lets a change that cannot be reacted to hold nobody up, and gets to it when it can', async () => {
    let broken = true
    await happen('lead.accepted', 'a')
    await happen('lead.poison', 'poison')
    await happen('lead.accepted', 'b')
    const relay = relayThat((kind) => {
      if (broken && kind === 'lead.poison') throw new Error('cannot react to this')
    })
    await relay.run()
    expect(await cards()).toEqual(['a', 'b'])
    const [row] = await waiting()
    expect([row?.attempts, row?.lastError, row?.leaseUntil]).toEqual([1, 'cannot react to this', null])

    test.clock.advance(spanMs('1h'))
    await relay.run()
    expect((await waiting()).map((one) => one.attempts)).toEqual([2])
    broken = false
    await happen('lead.accepted', 'c')
    test.clock.advance(spanMs('1h'))
    await relay.run()
    expect(await cards()).toEqual(['a', 'b', 'c', 'poison'])
    expect(await waiting()).toEqual([])
  })

  it('waits longer and longer for one that stays broken, and never drops it', async () => {
    await happen('lead.poison', 'poison')
    const relay = relayThat(() => {
      throw new Error('never')
    })
    for (let hour = 0; hour < 5; hour += 1) {
      for (let minute = 0; minute < 60; minute += 1) {
        await relay.run()
        test.clock.advance(60_000)
      }
    }
    const [row] = await waiting()
    expect(row?.attempts).toBeGreaterThan(10)
    expect(row?.attempts).toBeLessThan(60)
  })

  it('does nothing twice when two of them run at once', async () => {
    for (let i = 0; i < 120; i += 1) await happen('lead.accepted', 'a')
    let reactions = 0
    const relays = [0, 1].map(() =>
      relayThat(() => {
        reactions += 1
      }),
    )
    await Promise.all(relays.map((relay) => relay.run()))
    expect([reactions, await waiting()]).toEqual([120, []])
  })
})
