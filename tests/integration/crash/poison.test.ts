import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeadlineEntity } from '../../../core/deadlines/deadline.js'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { insertRows } from '../../../core/db/rows.js'
import { systemClock } from '../../../core/ports/clock.js'
import { makeCompany } from '../../support/company.js'
import { startEntry } from '../../support/process.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const worker = fileURLToPath(new URL('poison-worker.ts', import.meta.url))
const minuteMs = 60_000
const most = 12

describe('a row that ends the process which works on it', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await startCore({ at: new Date(systemClock.now().getTime() - minuteMs).toISOString() })
  })
  afterEach(() => test.close())

  /** Starts one process after the other until one comes to its end. @returns how many died, and what all did. */
  async function untilOneEnds() {
    let deaths = 0
    let output = ''
    for (; deaths < most; deaths += 1) {
      // Each finds the leases of the dead one ended, as after half a minute.
      const child = startEntry([worker, test.url, String(deaths * minuteMs)], process.cwd(), {})
      const { signal, code } = await child.ended
      output += child.output()
      if (signal !== 'SIGKILL') {
        expect([code, output]).toEqual([0, output])
        break
      }
    }
    return { deaths, done: output.split('\n').filter((line) => line !== '') }
  }

  it(
    'is given up after five processes when it is a card, and its neighbours go out',
    { timeout: 120_000 },
    async () => {
      const { people } = await makeCompany(test.core)
      for (const [card, to] of [
        ['poison', people.wang],
        ['one', people.zhao],
        ['two', people.sun],
      ] as const)
        await test.core.write((tx) =>
          test.core.deliveries.queue(tx, {
            ...{ card, subject: { type: 'person', id: 'S' }, dedupeKey: card },
            to: { personId: to.id },
          }),
        )
      const { deaths, done } = await untilOneEnds()
      expect(deaths).toBe(5)
      expect([...new Set(done)].toSorted()).toEqual(['sent one', 'sent two'])
      const rows = await test.core.read((tx) =>
        tx.getRepository(DeliveryEntity).find({ order: { id: 'ASC' } }),
      )
      expect(rows.map(({ card, state, failure }) => [card, state, failure])).toEqual([
        ['poison', 'failed', 'interrupted'],
        ['one', 'sent', null],
        ['two', 'sent', null],
      ])
    },
  )

  it(
    'is parked after five processes when it is a step, and its neighbours fire',
    { timeout: 120_000 },
    async () => {
      const now = test.core.clock.now()
      const step = (subjectId: string, what: string, laterMs: number) => ({
        ...{
          id: test.core.ids.next(),
          kind: 'lead.accept' as const,
          subjectType: 'lead' as const,
          subjectId,
        },
        ...{ startedAt: now, dueAt: now, dueGiven: false, time: 'clock' as const, personId: null },
        steps: [{ at: now.toISOString(), do: what }],
        ...{ nextStep: 0, nextAt: new Date(now.getTime() + laterMs), pausedAt: null, heldMs: 0 },
        ...{ state: 'waiting' as const, attempts: 0, lastError: null },
        ...{ openKey: `lead.accept ${subjectId}`, closedAt: null },
      })
      await test.core.write((tx) =>
        insertRows(tx, DeadlineEntity, [
          step('before', 'harmless', 0),
          step('poisoned', 'poison', 1),
          step('after', 'harmless', 2),
        ]),
      )
      const { deaths, done } = await untilOneEnds()
      expect(deaths).toBe(5)
      expect(done).toEqual(['fired before', 'fired after'])
      const rows = await test.core.read((tx) =>
        tx.getRepository(DeadlineEntity).find({ order: { id: 'ASC' } }),
      )
      expect(rows.map(({ subjectId, state, lastError }) => [subjectId, state, lastError])).toEqual([
        ['before', 'done', null],
        ['poisoned', 'stuck', 'interrupted'],
        ['after', 'done', null],
      ])
      const stuck = await test.core.read((tx) => test.core.deadlines.stuck(tx))
      expect(stuck.map(({ subjectId }) => subjectId)).toEqual(['poisoned'])
    },
  )
})
