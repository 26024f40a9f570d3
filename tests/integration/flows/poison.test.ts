import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createNoteReader } from '../../../bot/note-reader.js'
import { createPipeline } from '../../../bot/pipeline.js'
import { select } from '../../../core/db/sql.js'
import type { MessageEvent } from '../../../core/ports/inbound.js'
import { makeCompany } from '../../support/company.js'
import { startCore, type TestCore } from '../../support/test-core.js'

let test: TestCore
beforeEach(async () => {
  test = await startCore()
  await makeCompany(test.core)
})
afterEach(() => test.close())

const says = (eventId: string, customer: string, text: string): MessageEvent => ({
  ...{ type: 'message', platform: 'sandbox', eventId, messageId: eventId, text, toBot: false },
  at: test.clock.now().toISOString(),
  sender: { externalId: customer, name: '张伟', internal: false },
  chat: { id: 'group', type: 'group', name: '华东客户群' },
})
const states = async () =>
  (
    await test.core.read((tx) =>
      select<{ eventId: string; state: string; attempts: number }>(
        tx,
        'SELECT eventId, state, attempts FROM inbox ORDER BY eventId',
      ),
    )
  ).map(({ eventId, state, attempts }) => `${eventId} ${state} ${attempts}`)

it('takes in the neighbours of words that cannot be taken in, and those words once they can', async () => {
  const { core } = test
  let isBroken = true
  const capture: typeof core.intake.capture = (tx, actor, interest, receiver) => {
    if (isBroken && interest.text.includes('13800000003')) throw new Error('cannot be taken in')
    return core.intake.capture(tx, actor, interest, receiver)
  }
  const notes = createNoteReader({ core, llm: null, limits: { timeoutMs: 0, maxTokens: 0 }, log: silentLog })
  const pipeline = createPipeline({
    core: { ...core, intake: { ...core.intake, capture } },
    ...{ notes, log: silentLog, wake: () => undefined },
  })
  for (const n of [1, 2, 3, 4, 5])
    await pipeline.sink(says(`e${n}`, `customer-${n}`, `我们在杭州，想了解CRM的报价，电话 1380000000${n}`), 0)
  await pipeline.sink(says('e6', 'customer-3', '还想问问CRM能不能私有部署，报价多少'), 0)
  await pipeline.work('worker')
  expect(await states()).toEqual([
    ...['e1 done 0', 'e2 done 0', 'e3 received 1', 'e4 done 0', 'e5 done 0'],
    // What the same customer said later waits for it.
    'e6 received 0',
  ])
  isBroken = false
  test.clock.advance(3_600_000)
  while ((await pipeline.work('worker')) > 0);
  expect(await states()).toEqual([
    'e1 done 0',
    'e2 done 0',
    'e3 done 1',
    'e4 done 0',
    'e5 done 0',
    'e6 done 0',
  ])
  const leads = await core.read((tx) => select<{ n: number }>(tx, 'SELECT COUNT(*) AS n FROM leads'))
  expect(Number(leads[0]?.n)).toBe(5)
})
