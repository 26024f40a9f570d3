import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { claimOutbox, OutboxEntity } from '../../../core/changes/outbox.js'
import { insertRows, updateRows } from '../../../core/db/rows.js'
import { DeadlineEntity } from '../../../core/deadlines/deadline.js'
import { mostAttempts } from '../../../core/inbox/inbox.js'
import { BindingEntity } from '../../../core/org/person.js'
import type { Doctor, Finding } from '../../../core/ports/doctor.js'
import {
  bindingListSchema,
  deadEventsSchema,
  directoryPageSchema,
  findingSchema,
  systemStateSchema,
} from '../../../miniapp/contract/system.js'
import { actorOf, makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'
import { departmentOf, directoryOf, personOf, syncOnce, type Told } from '../../support/told-directory.js'

const found: Finding[] = [
  { check: 'wecom.token', state: 'ok', found: '凭证有效' },
  { check: 'wecom.ip', state: 'failed', found: '本机不在可信 IP 里', mend: '到管理后台添加' },
]
const asked: (string | undefined)[] = []
const doctor: Doctor = {
  platform: 'wecom',
  async *examine({ testRecipient }) {
    asked.push(testRecipient)
    for (const finding of found) yield await Promise.resolve(finding)
  },
}

let host: MiniappHost

beforeEach(async () => {
  asked.length = 0
  host = await startMiniapp({
    given: {
      doctors: [doctor],
      directories: ['wecom'],
      checkDatabase: () => Promise.resolve([{ check: 'database.health', state: 'ok', found: '完好' }]),
    },
  })
  await makeCompany(host.core)
})
afterEach(() => host.end())

async function makeDead(n: number): Promise<string> {
  const body = { type: 'message', sender: { externalId: 'wang' }, text: `第${n}句 13800138000` }
  const { id } = await host.core.inbox.accept({
    channel: 'sandbox',
    eventId: `dead-${n}`,
    body: JSON.stringify(body),
  })
  await host.core.write((tx) => host.core.inbox.fail(tx, { id, attempts: mostAttempts - 1 }, 'timeout'))
  return id
}

async function makeStuck(): Promise<string> {
  const lead = await makeLead(host.core)
  return host.core.write(async (tx) => {
    const running = await host.core.deadlines.running(tx, 'lead.accept', { type: 'lead', id: lead })
    if (!running) throw new Error('nothing runs')
    const set = { state: 'stuck', attempts: 10, nextAt: null, lastError: 'TypeError' } as const
    await updateRows(tx, DeadlineEntity, { id: running.id }, set)
    return running.id
  })
}

/** A change whose reaction has failed so often. */
async function makeFailing(attempts: number): Promise<string> {
  const lead = await makeLead(host.core)
  return host.core.write(async (tx) => {
    const subject = { type: 'lead', id: lead } as const
    const { id } = await host.core.changes.append(tx, systemActor('test'), {
      ...{ subject, kind: 'lead.dispatched', data: { personId: 'wang' } },
    })
    const row = {
      changeId: id,
      consumer: 'notify',
      dueAt: host.clock.now(),
      attempts,
      lastError: 'TypeError',
    }
    await insertRows(tx, OutboxEntity, [{ ...row, leaseHolder: null, leaseUntil: null }])
    return id
  })
}

describe('the state of the system', () => {
  it.each(['wang', 'li', 'support'])('is closed to %s', async (who) => {
    const one = await host.signIn(who)
    const reads = ['system', 'inbox/dead', 'bindings', 'directory', 'doctor']
    for (const path of reads) expect([path, (await one.get(`/admin/${path}`)).status]).toEqual([path, 403])
    const dead = await makeDead(1)
    const stuck = await makeStuck()
    const failing = await makeFailing(8)
    const writes = [
      ...[`inbox/${dead}/retry`, `inbox/${dead}/drop`, `deadlines/${stuck}/retry`],
      `reactions/${failing}/retry`,
    ]
    for (const path of [...writes, 'directory/wecom/sync', 'doctor'])
      expect([path, (await one.post(`/admin/${path}`)).status]).toEqual([path, 403])
  })

  it('tells what waits, what is stuck and what the database says', async () => {
    const id = await makeStuck()
    await makeDead(1)
    const admin = await host.signIn('admin')
    const state = systemStateSchema.parse((await admin.get('/admin/system')).body)

    expect(state.queues.find(({ queue }) => queue === 'inbox')).toMatchObject({ dead: 1 })
    expect(state.queues.find(({ queue }) => queue === 'deadlines')).toMatchObject({ dead: 1 })
    expect(state.stuck).toMatchObject([{ id, label: '等待接单', about: '宏达机械', reason: 'TypeError' }])
    expect(state.database).toEqual([{ check: 'database.health', state: 'ok', found: '完好', mend: null }])
  })

  it('has a stuck deadline tried again, once', async () => {
    const id = await makeStuck()
    const admin = await host.signIn('admin')

    expect((await admin.post(`/admin/deadlines/${id}/retry`)).status).toBe(200)
    expect((await admin.post(`/admin/deadlines/${id}/retry`)).body.code).toBe('deadline.not_stuck')
  })

  it('lists the changes that nobody could be told of, and has one tried again at once', async () => {
    await makeFailing(7)
    const id = await makeFailing(8)
    host.clock.advance(60_000)
    const admin = await host.signIn('admin')
    const reactions = async () => systemStateSchema.parse((await admin.get('/admin/system')).body).reactions
    expect(await reactions()).toMatchObject([
      { id, what: '指派给 王小明', about: '宏达机械', reason: 'TypeError', attempts: 8 },
    ])
    expect((await reactions())[0]?.path).toContain('/leads/')

    expect((await admin.post(`/admin/reactions/${id}/retry`)).status).toBe(200)
    expect(await reactions()).toEqual([])
    expect((await admin.post(`/admin/reactions/${id}/retry`)).body.code).toBe('reaction.not_stuck')
    const now = host.clock.now()
    const due = await host.core.write((tx) =>
      claimOutbox(tx, { consumer: 'notify', holder: 'test', now, leaseMs: 1000, limit: 10 }),
    )
    expect(due.find(({ change }) => change.id === id)?.attempts).toBe(1)
  })

  it('counts the days that a licence has left', async () => {
    const admin = await actorOf(host.core, 'admin')
    const items = [{ key: 'wecom', name: '接口许可', expiresOn: '2026-03-20', renew: '管理后台' }]
    await host.core.write(async (tx) => {
      const { version } = await host.core.playbook.saveDraft(tx, admin, 'credentials', { items }, '')
      await host.core.playbook.publish(tx, admin, 'credentials', version)
    })
    const { body } = await (await host.signIn('admin')).get('/admin/system')

    expect(systemStateSchema.parse(body).credentials).toMatchObject([{ name: '接口许可', daysLeft: 9 }])
  })
})

describe('events that were given up', () => {
  it('say who sent what, without whole phone numbers, page by page', async () => {
    const made: string[] = []
    for (let n = 0; n < 23; n++) made.push(await makeDead(n))
    const admin = await host.signIn('admin')
    const first = deadEventsSchema.parse((await admin.get('/admin/inbox/dead')).body)
    const rest = deadEventsSchema.parse((await admin.get(`/admin/inbox/dead?cursor=${first.next}`)).body)

    expect([...first.rows, ...rest.rows].map(({ id }) => id)).toEqual(made.toReversed())
    expect(rest.next).toBeNull()
    expect(first.rows[0]).toMatchObject({
      ...{ from: '王小明', what: '消息', channel: '沙盒', text: '第22句 138****8000' },
      reason: '平台没有在时限内答复',
    })
  })

  it('are tried again or dropped with a reason, by one of two admins', async () => {
    const [again, never] = [await makeDead(1), await makeDead(2)]
    const admin = await host.signIn('admin')

    expect((await admin.post(`/admin/inbox/${again}/retry`)).status).toBe(200)
    expect((await admin.post(`/admin/inbox/${again}/retry`)).body).toMatchObject({ code: 'inbox.not_dead' })
    expect((await admin.post(`/admin/inbox/${never}/drop`, { why: '' })).body).toMatchObject({
      code: 'request.invalid',
      fields: [{ field: 'why', message: '请写明原因' }],
    })
    expect((await admin.post(`/admin/inbox/${never}/drop`, { why: '测试数据' })).status).toBe(200)
    expect((await admin.get<{ rows: object[] }>('/admin/inbox/dead')).body.rows).toEqual([])
  })

  it('with a body that nobody can read are still shown', async () => {
    const { id } = await host.core.inbox.accept({ channel: 'form:web', eventId: 'x', body: '[not json' })
    await host.core.write((tx) => host.core.inbox.fail(tx, { id, attempts: mostAttempts - 1 }, 'SyntaxError'))
    const { rows } = deadEventsSchema.parse(
      (await (await host.signIn('admin')).get('/admin/inbox/dead')).body,
    )

    expect(rows).toMatchObject([{ what: '事件', channel: '网页表单', reason: 'SyntaxError' }])
  })
})

describe('the bindings', () => {
  it('tell of every person whether messages reach them, those in need first', async () => {
    await host.core.write(async (tx) => {
      await tx.getRepository(BindingEntity).delete({ personId: 'wang' })
      const broken = { state: 'broken', brokenCode: 'user_left', brokenSince: host.clock.now() } as const
      await updateRows(tx, BindingEntity, { externalId: 'chen' }, broken)
    })
    const admin = await host.signIn('admin')
    const list = bindingListSchema.parse((await admin.get('/admin/bindings')).body)
    const one = bindingListSchema.parse((await admin.get('/admin/bindings?q=%E9%99%88')).body)

    expect(list.people).toBe(8)
    expect(list.rows.slice(0, 2).map(({ name, state }) => `${name} ${state}`)).toEqual([
      '陈思远 broken',
      '王小明 unbound',
    ])
    expect(one.rows).toMatchObject([{ name: '陈思远', reason: expect.stringContaining('离职') as string }])
    expect((await admin.get('/admin/bindings?cursor=x')).status).toBe(422)
  })
})

describe('the sync of the organisation', () => {
  it('begins when an admin asks, once, and tells how far it is', async () => {
    const admin = await host.signIn('admin')
    const first = await admin.post<{ id: string }>('/admin/directory/wecom/sync')
    const second = await admin.post<{ id: string }>('/admin/directory/wecom/sync')
    await host.core.write(async (tx) => {
      const run = await host.core.directorySync.unfinished(tx, 'wecom')
      if (!run) throw new Error('no run')
      const scope = { totalPeople: 340, isPartial: true, range: '应用可见范围：销售一部' }
      await host.core.directorySync.noteScope(tx, run, scope)
      await host.core.directorySync.takePage(tx, run, {
        departments: [],
        people: [{ externalId: 'z', name: '周到', departmentExternalIds: [] }],
        next: 'more',
      })
    })
    const { platforms } = directoryPageSchema.parse((await admin.get('/admin/directory')).body)

    expect(second.body.id).toBe(first.body.id)
    expect(platforms[0]?.runs).toMatchObject([
      { state: 'walking', people: 1, totalPeople: 340, isPartial: true, range: '应用可见范围：销售一部' },
    ])
    expect(platforms[0]?.outside).toEqual([{ account: 'z', name: '周到', title: '' }])
    expect((await admin.post('/admin/directory/icq/sync')).status).toBe(404)
  })

  it('says where people without a visible department are, and who was not met', async () => {
    const told: Told = {
      departments: [departmentOf('2', '销售部')],
      people: [
        personOf('he', '何总', ['9']),
        personOf('sun', '孙二', ['2']),
        personOf('gone', '赵走', ['2']),
      ],
      isPartial: true,
      whereabouts: (account) => Promise.resolve(account === 'gone' ? 'gone' : 'out-of-sight'),
    }
    await syncOnce(host, directoryOf('wecom', told))
    told.people = told.people.slice(0, 1)
    await syncOnce(host, directoryOf('wecom', told))
    const admin = await host.signIn('admin')
    const { platforms } = directoryPageSchema.parse((await admin.get('/admin/directory')).body)
    expect(platforms[0]).toMatchObject({
      apart: { department: '企业微信通讯录', people: 1 },
      unseen: 1,
      isUnasked: false,
      outside: [],
    })
    expect(platforms[0]?.runs[0]).toMatchObject({ state: 'done', people: 1, gone: 1 })
  })

  it('waits after an event and says so, until its time or somebody who asks at once', async () => {
    const admin = await host.signIn('admin')
    const states = async () => {
      const { platforms } = directoryPageSchema.parse((await admin.get('/admin/directory')).body)
      return platforms[0]?.runs.map(({ state, cause }) => `${cause} ${state}`)
    }
    await host.core.write((tx) => host.core.directorySync.planSoon(tx, 'wecom'))
    expect(await states()).toEqual(['平台通知有变动 waiting'])
    await admin.post('/admin/directory/wecom/sync')
    expect(await states()).toEqual(['手动 walking'])
    await host.core.write((tx) => host.core.directorySync.planSoon(tx, 'wecom'))
    expect((await states())?.toSorted()).toEqual(['平台通知有变动 waiting', '手动 walking'].toSorted())
  })

  it('has begun when the time of a waiting one has come', async () => {
    const admin = await host.signIn('admin')
    await host.core.write((tx) => host.core.directorySync.planSoon(tx, 'wecom'))
    host.clock.advance(15 * 60_000)
    await host.core.write((tx) => host.core.directorySync.beginWaiting(tx, 'wecom'))
    const { platforms } = directoryPageSchema.parse((await admin.get('/admin/directory')).body)
    expect(platforms[0]?.runs).toMatchObject([{ state: 'walking' }])
  })
})

describe('the doctor', () => {
  it('tells each finding on a line of its own, and how to mend it', async () => {
    const answer = await (await host.signIn('admin')).post('/admin/doctor', { platform: 'wecom' })
    const lines = answer.text.trim().split('\n')

    expect(answer.headers['content-type']).toContain('application/x-ndjson')
    expect(lines.map((line) => findingSchema.parse(JSON.parse(line)))).toEqual([
      { ...found[0], mend: null },
      found[1],
    ])
    expect(asked).toEqual([undefined])
  })

  it('sends its test message to the chosen person’s account on that platform', async () => {
    const admin = await host.signIn('admin')
    const body = { platform: 'wecom', personId: 'wang' }

    expect((await admin.post('/admin/doctor', body)).body).toMatchObject({ code: 'account.none_there' })
    const actor = await actorOf(host.core, 'admin')
    await host.core.write((tx) =>
      host.core.bindings.bind(tx, actor, { platform: 'wecom', externalId: 'WangXM' }, 'wang'),
    )
    await admin.post('/admin/doctor', body)
    expect(asked).toEqual(['WangXM'])
  })

  it.each([
    [{ platform: 'icq' }, 422],
    [{ platform: 'feishu' }, 404],
    [{}, 422],
  ])('refuses %j', async (body, status) => {
    expect((await (await host.signIn('admin')).post('/admin/doctor', body)).status).toBe(status)
  })

  it('is not asked without end', async () => {
    const admin = await host.signIn('admin')
    const answers = []
    for (let n = 0; n < 13; n++)
      answers.push((await admin.post('/admin/doctor', { platform: 'wecom' })).status)

    expect(answers.filter((status) => status === 429)).toHaveLength(1)
  })
})
