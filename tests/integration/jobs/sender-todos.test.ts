import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor, type PersonActor } from '../../../core/actor.js'
import { remindersDefault } from '../../../core/playbook/reminders.js'
import type { Lead } from '../../../core/leads/lead.js'
import type { Task } from '../../../core/tasks/task.js'
import { createLeaversJob } from '../../../jobs/leavers.js'
import { actorOf, makeLead } from '../../support/make.js'
import { createFakeMessenger, platformError } from './fake-messenger.js'
import { createFakeTodos } from './fake-todos.js'
import { startSending, type Sending } from './sender-stand.js'

const hourMs = 3_600_000

describe('a task in its owner’s own list', () => {
  let stand: Sending
  let list: ReturnType<typeof createFakeTodos>
  let fake: ReturnType<typeof createFakeMessenger>
  let lead: Lead
  let actor: PersonActor
  beforeEach(() => start())
  afterEach(() => stand.close())

  async function start(options: { keyLifeMs?: number } = {}) {
    fake = createFakeMessenger()
    list = createFakeTodos(options)
    fake.messenger.todos = list.todos
    stand = await startSending([fake])
    lead = await makeLead(stand.core, { owner: stand.company.people.wang, company: '宏达机械', name: '陈总' })
    actor = await actorOf(stand.core, stand.company.people.wang)
  }
  const wang = (): PersonActor => actor
  const dueAt = (hours: number) => new Date(stand.clock.now().getTime() + hours * hourMs)
  const add = (over: Partial<Task> = {}) =>
    stand.core.write((tx) =>
      stand.core.tasks.add(tx, wang(), {
        kind: 'todo',
        title: '寄合同',
        ownerId: wang().personId,
        subjectType: 'lead',
        subjectId: lead.id,
        followUpId: null,
        dueAt: dueAt(48),
        allDay: false,
        ...over,
      }),
    )
  /** What the relay does with the changes since, then what the sender does. */
  async function settle() {
    await stand.notifyAll()
    await stand.run()
  }
  const rows = async () =>
    (await stand.rows({ channel: 'todo' })).map(({ state, failure }) => [state, failure])
  const finish = ({ id }: Task) => stand.core.write((tx) => stand.core.tasks.finish(tx, wang(), id))

  it('stands there once, with its name, its time and the page of its record', async () => {
    const task = await add()
    await settle()
    await settle()
    expect(list.entries).toEqual([
      {
        id: 'entry-1',
        of: 'wang',
        title: '寄合同（宏达机械 · 陈总）',
        dueAt: task.dueAt.toISOString(),
        page: `/leads/${lead.id}`,
        isDone: false,
      },
    ])
    expect([list.calls, await rows(), fake.shown]).toEqual([['create'], [['sent', null]], []])
  })

  it('is ticked off there when it is done, once', async () => {
    const task = await add()
    await settle()
    await finish(task)
    await settle()
    await finish(task)
    await settle()
    expect([list.entries[0]?.isDone, list.calls]).toEqual([true, ['create', 'finish']])
  })

  it('moves there when it is put off', async () => {
    const task = await add()
    await settle()
    const later = dueAt(72)
    await stand.core.write((tx) =>
      stand.core.tasks.postpone(tx, wang(), task.id, { dueAt: later, allDay: false }),
    )
    await settle()
    expect(list.entries).toMatchObject([{ dueAt: later.toISOString(), isDone: false }])
    expect(list.calls).toEqual(['create', 'change'])
  })

  it('is not touched there by what changes nothing of it', async () => {
    const task = await add()
    await settle()
    await stand.core.write((tx) => stand.core.tasks.waitForCustomer(tx, wang(), task.id))
    await settle()
    expect(list.calls).toEqual(['create'])
  })

  it('goes from one list to the other when somebody else has to do it', async () => {
    const { core } = stand
    await add()
    await settle()
    await core.write((tx) => core.directorySync.removed(tx, 'sandbox', ['wang']))
    await createLeaversJob({ core }).run()
    await settle()
    const [task] = await core.read((tx) => core.tasks.openAbout(tx, { type: 'lead', id: lead.id }))
    const heir = Object.entries(stand.company.people).find(([, { id }]) => id === task?.ownerId)?.[0]
    expect(heir).not.toBe('wang')
    expect(list.entries).toMatchObject([
      { of: 'wang', isDone: true },
      { of: heir, isDone: false },
    ])
  })

  it('is opened anew there when what had settled it is taken back', async () => {
    const task = await add()
    await settle()
    await finish(task)
    await settle()
    await stand.core.write((tx) => stand.core.tasks.takeBack(tx, wang(), 'NONE', [task.id]))
    await settle()
    expect(list.entries).toMatchObject([{ isDone: false }])
    expect(list.calls).toEqual(['create', 'finish', 'change'])
  })

  it('is written once when the process dies after the platform has it', async () => {
    const task = await add()
    await stand.notifyAll()
    list.onDone(() =>
      stand.core.write((tx) => tx.query(`UPDATE deliveries SET leaseHolder = 'somebody else'`)),
    )
    await stand.run()
    // As a dead process left it: handed over, not answered, under a lease that will run out.
    await stand.core.write((tx) =>
      tx.query(
        `UPDATE deliveries SET state = 'sending', platformMessageId = NULL, shownRev = 0, wantedRev = 1,
         workAt = queuedAt, handedAt = queuedAt, leaseHolder = 'dead', leaseUntil = queuedAt WHERE channel = 'todo'`,
      ),
    )
    list.works()
    await finish(task)
    await stand.notifyAll()
    await stand.after('2m')
    await stand.after('1m')
    expect(list.entries).toMatchObject([{ isDone: true }])
    expect(await rows()).toEqual([['sent', null]])
  })

  it('is written once when the platform takes it and does not answer', async () => {
    await add()
    await stand.notifyAll()
    list.onDone(() => Promise.reject(platformError('timeout', true)))
    await stand.run()
    expect(await rows()).toEqual([['queued', 'timeout']])
    list.works()
    await stand.after('1h')
    expect([list.entries.length, await rows()]).toEqual([1, [['sent', null]]])
  })

  it('is said to be unknown when the platform would no longer know it again', async () => {
    await stand.close()
    await start({ keyLifeMs: hourMs })
    await add()
    await stand.notifyAll()
    list.onDone(() => Promise.reject(platformError('timeout', true)))
    await stand.run()
    list.works()
    await stand.after('2h')
    await stand.after('1d')
    expect([list.calls, await rows()]).toEqual([['create'], [['unknown', 'interrupted']]])
  })

  it('is skipped where the platform has no list, and where nobody is bound', async () => {
    delete fake.messenger.todos
    await add()
    await add({ ownerId: stand.company.people.zhao.id })
    await stand.core.write((tx) =>
      stand.core.bindings.unbind(tx, systemActor('test'), { platform: 'sandbox', externalId: 'zhao' }),
    )
    await settle()
    expect(await rows()).toEqual([
      ['skipped', 'no-todo-list'],
      ['skipped', 'unbound'],
    ])
  })

  it('is skipped when it is done before it was written', async () => {
    await finish(await add())
    await settle()
    expect([list.calls, await rows()]).toEqual([[], [['skipped', 'task-closed']]])
  })

  it('gets another chance when it is opened anew', async () => {
    const task = await add()
    await finish(task)
    await settle()
    await stand.core.write((tx) => stand.core.tasks.takeBack(tx, wang(), 'NONE', [task.id]))
    await settle()
    expect([list.entries.length, await rows()]).toEqual([1, [['sent', null]]])
  })

  it('stays out of it where the playbook says so', async () => {
    await add()
    await stand.notifyAll()
    await stand.publish('reminders', { ...remindersDefault, todos: false })
    await stand.run()
    await add()
    await settle()
    expect([list.calls, await rows()]).toEqual([[], [['skipped', 'todos-off']]])
  })

  it('is given up where the app may not write, and the account stays good', async () => {
    list.onCall(() => Promise.reject(platformError('todo_not_permitted', false)))
    await add()
    await settle()
    await stand.after('1h')
    await stand.after('1d')
    expect([list.calls, await rows()]).toEqual([['create'], [['skipped', 'todo_not_permitted']]])
    const accounts = await stand.core.read((tx) => stand.core.org.accountsOf(tx, wang().personId))
    expect(accounts.map(({ state }) => state)).not.toContain('broken')
    expect(await stand.rows({ card: 'credential.trouble' })).toEqual([])
  })

  it('does not break the account either when the platform says that there is no such person', async () => {
    list.onCall(() => Promise.reject(platformError('user_not_found', false)))
    await add()
    await settle()
    expect(await rows()).toEqual([['failed', 'user_not_found']])
    await stand.queue('lead.given', 'wang')
    await stand.run()
    expect(fake.shown).toHaveLength(1)
  })

  it('is tried again while the platform is down, also when it is ticked off', async () => {
    const task = await add()
    list.onCall(() => Promise.reject(platformError('unreachable', true)))
    await settle()
    expect(await rows()).toEqual([['queued', 'unreachable']])
    list.works()
    await stand.after('1h')
    list.onCall(() => Promise.reject(platformError('unreachable', true)))
    await finish(task)
    await settle()
    expect(await rows()).toEqual([['sent', 'unreachable']])
    list.works()
    await stand.after('1h')
    expect([list.entries, await rows()]).toMatchObject([[{ isDone: true }], [['sent', null]]])
  })

  it('waits for no morning and for no others of its kind', async () => {
    stand.clock.advance(14 * hourMs)
    for (let n = 0; n < 12; n++) await add({ title: `第 ${n} 件` })
    await settle()
    expect([list.entries.length, fake.shown]).toEqual([12, []])
  })
})
