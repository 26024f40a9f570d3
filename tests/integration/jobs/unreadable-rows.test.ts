import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { createNoteReader } from '../../../bot/note-reader.js'
import { createPipeline } from '../../../bot/pipeline.js'
import { systemActor } from '../../../core/actor.js'
import { execute, select } from '../../../core/db/sql.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { createDeadlineRunner } from '../../../jobs/deadline-runner.js'
import { createRelay } from '../../../jobs/relay.js'
import { makeActor, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import { createFakeMessenger } from './fake-messenger.js'
import { startSending } from './sender-stand.js'

const broken = ['{"cut off', 'null', '[{}]', '"text"', '']

describe('a row that cannot be read', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await startCore()
  })
  afterEach(() => test.close())
  const spoil = (sql: string, values: string[]) => test.core.write((tx) => execute(tx, sql, values))

  it.each(broken)('is parked among deadlines, and its neighbours fire on time (%j)', async (text) => {
    const { core, clock } = test
    const fired: string[] = []
    core.deadlines.on('task.due', 'remind', (_tx, { deadline }) => {
      fired.push(deadline.subjectId)
      return Promise.resolve()
    })
    for (const id of ['a', 'poison', 'b'])
      await core.write((tx) =>
        core.deadlines.start(
          tx,
          'task.due',
          { type: 'task', id },
          { dueAt: new Date(clock.now().getTime() + 1000) },
        ),
      )
    await spoil('UPDATE deadlines SET steps = ? WHERE subjectId = ?', [text, 'poison'])
    const runner = createDeadlineRunner({ core, wake: () => undefined, log: silentLog })
    clock.advance(1000)
    await runner.run()
    runner.stop()
    expect(fired.toSorted()).toEqual(['a', 'b'])
    const [stuck, ...others] = await core.read((tx) => core.deadlines.stuck(tx))
    expect([stuck?.subjectId, stuck?.lastError, stuck?.nextAt]).toEqual(['poison', 'steps_unreadable', null])
    expect(others).toEqual([])
  })

  it('is parked again when an admin has it tried, and fires nothing', async () => {
    const { core, clock } = test
    const subject = { type: 'task', id: 'poison' } as const
    const { department } = await makeTeam(core)
    const admin = await makeActor(core, 'admin', department.id)
    const { id } = await core.write((tx) =>
      core.deadlines.start(tx, 'task.due', subject, { dueAt: clock.now() }),
    )
    await spoil('UPDATE deadlines SET steps = ? WHERE id = ?', ['{', id])
    const runner = createDeadlineRunner({ core, wake: () => undefined, log: silentLog })
    await runner.run()
    await core.write((tx) => core.deadlines.retry(tx, admin, id))
    await runner.run()
    runner.stop()
    expect((await core.read((tx) => core.deadlines.stuck(tx))).map((row) => row.id)).toEqual([id])
  })

  it('is parked when it was paused and goes on', async () => {
    const { core, clock } = test
    const subject = { type: 'task', id: 'poison' } as const
    const { id } = await core.write((tx) =>
      core.deadlines.start(tx, 'task.due', subject, { dueAt: new Date(clock.now().getTime() + 60_000) }),
    )
    await core.write((tx) => core.deadlines.pause(tx, 'task.due', subject))
    await spoil('UPDATE deadlines SET steps = ? WHERE id = ?', ['{', id])
    expect(await core.write((tx) => core.deadlines.resume(tx, 'task.due', subject))).toBe(true)
    const runner = createDeadlineRunner({ core, wake: () => undefined, log: silentLog })
    await runner.run()
    runner.stop()
    expect((await core.read((tx) => core.deadlines.stuck(tx))).map((row) => row.id)).toEqual([id])
  })

  it.each(['fields', 'data', 'origin'])('holds up no other change (%s)', async (column) => {
    const { core, clock } = test
    core.changes.addConsumer('notify', () => true)
    const subjects = ['a', 'poison', 'b']
    for (const id of subjects)
      await core.write((tx) =>
        core.changes.append(tx, systemActor('test'), {
          subject: { type: 'lead', id },
          kind: 'lead.contacted',
        }),
      )
    await spoil(`UPDATE changes SET ${column} = ? WHERE subjectId = ?`, ['{"cut', 'poison'])
    const reacted: string[] = []
    const relay = createRelay({
      ...{ core, consumer: 'notify', log: silentLog },
      react(_tx, { subjectId }) {
        reacted.push(subjectId)
        return Promise.resolve()
      },
    })
    for (let tries = 0; tries < 8; tries += 1) {
      await relay.run()
      clock.advance(spanMs('1h'))
    }
    expect(new Set(reacted)).toEqual(new Set(['a', 'b']))
    const waiting = await core.read((tx) =>
      select<{ attempts: number; lastError: string }>(tx, 'SELECT attempts, lastError FROM outbox'),
    )
    expect(waiting).toEqual([{ attempts: 8, lastError: 'the change cannot be read' }])
  })

  it('holds up no other event, whatever of it is spoilt', async () => {
    const { core, clock } = test
    const notes = createNoteReader({
      core,
      llm: null,
      limits: { timeoutMs: 0, maxTokens: 0 },
      log: silentLog,
    })
    const pipeline = createPipeline({ core, notes, log: silentLog, wake: () => undefined })
    for (const n of [1, 2, 3, 4])
      await core.inbox.accept({
        channel: 'sandbox',
        eventId: `e${n}`,
        hold: false,
        body: JSON.stringify({
          ...{ type: 'message', platform: 'sandbox', eventId: `e${n}`, messageId: `e${n}`, toBot: false },
          ...{ at: clock.now().toISOString(), text: '你好' },
          sender: { externalId: `customer-${n}`, internal: false },
          chat: { id: 'group', type: 'group' },
        }),
      })
    await spoil('UPDATE inbox SET body = ? WHERE eventId = ?', ['{"cut', 'e2'])
    await spoil('UPDATE inbox SET result = ? WHERE eventId = ?', ['{"cut', 'e3'])
    for (let tries = 0; tries < 9; tries += 1) {
      await pipeline.work(`worker-${tries}`)
      clock.advance(spanMs('1d'))
    }
    const rows = await core.read((tx) =>
      select<{ eventId: string; state: string }>(tx, 'SELECT eventId, state FROM inbox ORDER BY eventId'),
    )
    expect(rows.map(({ eventId, state }) => `${eventId} ${state}`)).toEqual([
      ...['e1 done', 'e2 dead', 'e3 done', 'e4 done'],
    ])
  })
})

it.each(broken)(
  'does not send a card whose particulars cannot be read, and sends its neighbours (%j)',
  async (text) => {
    const fake = createFakeMessenger()
    const stand = await startSending([fake])
    try {
      for (const key of ['one', 'two', 'three']) await stand.queue('test', 'wang', key)
      const [, second] = await stand.rows({ channel: 'messenger' })
      await stand.core.write((tx) =>
        execute(tx, 'UPDATE deliveries SET params = ? WHERE id = ?', [text, second?.id ?? '']),
      )
      await stand.run()
      const rows = await stand.rows({ channel: 'messenger' })
      expect(rows.map(({ state, failure }) => [state, failure])).toEqual([
        ['sent', null],
        ['failed', 'params_unreadable'],
        ['sent', null],
      ])
      expect(fake.shown).toHaveLength(2)
    } finally {
      await stand.close()
    }
  },
)
