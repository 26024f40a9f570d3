import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InboundEvent, InboundSink } from '../../core/ports/inbound.js'
import type { Card } from '../../core/ports/card.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'

type Stand = Awaited<ReturnType<typeof startDingtalkStand>>
const to = { externalId: 'u-wang' }
const card: Card = {
  kind: 'k',
  title: '新线索',
  tone: 'info',
  blocks: [],
  actions: [{ id: 'accept', label: '接单', style: 'primary' }],
}
const outgoing = (ref: string, content = card) => ({
  to,
  card: content,
  ref,
  idempotencyKey: ref,
  urgent: false,
})
let stand: Stand
let events: InboundEvent[]
const sink: InboundSink = async (event) => {
  events.push(event)
  return null
}

async function begin(options: Parameters<typeof startDingtalkStand>[0] = {}) {
  stand = await startDingtalkStand(options)
  events = []
  await stand.channel.start(sink)
}
/** Waits until it is so; the simulator's own work ends it, not the clock. */
const until = (isSo: () => boolean) => expect.poll(isSo, { timeout: 5_000, interval: 5 }).toBe(true)
afterEach(() => stand.stop())

describe('the stream of DingTalk', () => {
  beforeEach(() => begin())

  it('opens a new connection at once when the server says disconnect, while the old one ends', async () => {
    stand.sim.gateway.announceDisconnect()
    await until(() => stand.sim.gateway.state.opened === 2)
    stand.sim.gateway.closeRetired()
    await stand.sim.says('u-wang', 'bot', '还在吗')
    expect(events).toHaveLength(1)
    expect(stand.sim.gateway.state.opened).toBe(2)
  })

  it('comes back after a drop without a storm of attempts', async () => {
    stand.sim.gateway.state.refuseSockets = true
    stand.sim.gateway.drop()
    await until(() => stand.sim.gateway.state.refusedTickets >= 4)
    stand.sim.gateway.state.refuseSockets = false
    await until(() => stand.sim.gateway.connections() === 1)
    expect(stand.sim.gateway.state.opened).toBe(2)
    expect(stand.sim.callsOf('/v1.0/gateway/connections/open').length).toBeLessThan(10)
  })

  it('takes an event again until it is stored, under one id', async () => {
    let refusals = 2
    await stand.adapter.channel.stop()
    await stand.channel.start(async (event) => {
      events.push(event)
      if (refusals-- > 0) throw new Error('the database is away')
      return null
    })
    expect(await stand.sim.gateway.event('user_leave_org', { userId: ['u-chen'] }, 'e-1')).toBe(3)
    expect(new Set(events.map((event) => event.eventId))).toEqual(new Set(['e-1']))
    expect(stand.adapter.counters()).toMatchObject({ failed: 2, orgEvents: 1 })
  })

  it('takes unknown events off the list, answers unknown topics and survives what is no frame', async () => {
    expect(await stand.sim.gateway.event('bpms_task_change', {})).toBe(1)
    stand.sim.gateway.raw('not json')
    stand.sim.gateway.raw('{"type":"CALLBACK","headers":{"topic":"x"}}')
    const broken = await stand.sim.gateway.push('CALLBACK', '/v1.0/im/bot/messages/get', 'not-json')
    expect(broken?.code).toBe(500)
    const ping = await stand.sim.gateway.push('SYSTEM', 'ping', { opaque: 'o-1' })
    expect(ping?.data).toEqual({ opaque: 'o-1' })
    expect(events).toHaveLength(0)
    expect(stand.adapter.counters()).toMatchObject({
      refused: { json: 2, frame: 1 },
      ignored: { 'event:bpms_task_change': 1 },
    })
  })

  it('refuses pushes for another company and logs no content', async () => {
    const foreign = { ...stand.sim.robotMessage('u-wang', 'bot', '机密内容'), chatbotCorpId: 'dingother' }
    expect((await stand.sim.gateway.push('CALLBACK', '/v1.0/im/bot/messages/get', foreign))?.code).toBe(500)
    expect(stand.adapter.counters().refused).toEqual({ receiver: 1 })
    expect(JSON.stringify(stand.logged)).not.toContain('机密')
  })

  it('stores what was taken before it lets go', async () => {
    let isStored = false
    await stand.adapter.channel.stop()
    await stand.channel.start(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      isStored = true
      return null
    })
    const said = stand.sim.says('u-wang', 'bot', '最后一句')
    await until(() => stand.adapter.counters().accepted === 1)
    await stand.adapter.channel.stop()
    await said
    expect(isStored).toBe(true)
    expect(stand.sim.gateway.connections()).toBe(0)
  })

  it('counts two pushes of one tap as one', async () => {
    await stand.adapter.messenger.send(outgoing('r1'))
    stand.sim.repeatCallbacks()
    await stand.sim.taps('u-wang', 'accept')
    expect(new Set(events.map((event) => event.eventId)).size).toBe(1)
    stand.clock.advance(5_000)
    await stand.sim.taps('u-wang', 'accept')
    expect(new Set(events.map((event) => event.eventId)).size).toBe(2)
  })
})

describe('credentials of DingTalk', () => {
  it('that are wrong end the connecting instead of trying for ever', async () => {
    stand = await startDingtalkStand({ settings: { clientSecret: 'wrong' } })
    await stand.adapter.channel.start(sink)
    await expect(stand.adapter.channel.connect?.()).rejects.toMatchObject({
      code: 'invalidClientIdOrSecret',
      retryable: false,
    })
  })

  it('are renewed once when the platform takes its token back, on both hosts', async () => {
    await begin()
    await stand.adapter.messenger.send(outgoing('r1'))
    stand.sim.revokeToken()
    await stand.adapter.messenger.send(outgoing('r2'))
    stand.sim.revokeToken()
    await Promise.all([stand.adapter.directory.page(null), stand.adapter.directory.scope()])
    expect(stand.sim.callsOf('/v1.0/oauth2/accessToken')).toHaveLength(3)
  })
})

describe('answers of DingTalk that are none', () => {
  const route = '/v1.0/card/instances/createAndDeliver'
  beforeEach(() => begin())
  it.each([
    [{ kind: 'banned' as const }, { code: 'ip_banned', retryable: true, retryAfterMs: 300_000 }],
    [
      { kind: 'html' as const, status: 502 },
      { code: 'odd_body', retryable: true },
    ],
    [{ kind: 'empty' as const }, { code: 'odd_body', retryable: true }],
    [{ kind: 'html' as const, status: 504 }, { code: 'timeout' }],
    [
      { kind: 'code' as const, code: 'system.busy', status: 500 },
      { code: 'system.busy', retryable: true },
    ],
    [
      { kind: 'code' as const, code: 'Forbidden.AccessDenied.QpsLimitForApi', status: 403 },
      { retryable: true, retryAfterMs: 1_000 },
    ],
    [{ kind: 'code' as const, code: 'param.contentUnsafe', status: 400 }, { retryable: false }],
  ])('%j is a typed error', async (fault, error) => {
    stand.sim.fault(route, fault)
    await expect(stand.adapter.messenger.send(outgoing('r1'))).rejects.toMatchObject(error)
  })
})

describe('the robot’s messages and the rest', () => {
  beforeEach(() => begin())

  it('use another id after a card that did not arrive, or the next try would look like success', async () => {
    const nobody = { ...outgoing('r1'), to: { externalId: 'u-new' } }
    await expect(stand.adapter.messenger.send(nobody)).rejects.toMatchObject({ code: 'not_delivered' })
    stand.sim.world.people.push({
      ...stand.sim.world.people[0],
      userId: 'u-new',
      unionId: 'x',
      name: '新人',
      title: '',
      departments: ['1'],
      isOutside: false,
    })
    await stand.adapter.messenger.send(nobody)
    expect(stand.sim.cardCount('u-new')).toBe(1)
  })

  it('go out as words when the template is gone, and stay so', async () => {
    for (const template of stand.sim.world.templates.values()) template.isPublished = false
    const { platformMessageId } = await stand.adapter.messenger.send(outgoing('r1'))
    await stand.adapter.messenger.update(platformMessageId, outgoing('r1'))
    expect(stand.sim.messagesTo('u-wang')).toMatchObject([{ kind: 'robot', msgKey: 'sampleMarkdown' }])
  })

  it('go out as a work notice when the robot may not write, never twice the same words on one day', async () => {
    stand.sim.world.grants.denied.add('robot')
    for (const key of ['a', 'b']) await stand.adapter.messenger.sendText(to, '有新线索', key)
    const notices = stand.sim.messagesTo('u-wang')
    expect(notices.map(({ kind, dropped }) => [kind, dropped])).toEqual([
      ['notice', null],
      ['notice', null],
    ])
    await expect(stand.adapter.messenger.sendText(to, '有新线索', 'c')).rejects.toMatchObject({
      code: 'not_allowed_twice',
    })
  })

  it('say words of one key once and tell who is throttled', async () => {
    const first = await stand.adapter.messenger.sendText(to, '你好', 'k')
    expect(await stand.adapter.messenger.sendText(to, '你好', 'k')).toEqual(first)
    stand.sim.world.throttled.add('u-wang')
    await expect(stand.adapter.messenger.sendText(to, '你好', 'k2')).rejects.toMatchObject({
      code: 'flow_controlled',
      retryable: true,
    })
  })

  it('tell whether they were read for a day, and can be taken back', async () => {
    const { messenger } = stand.adapter
    const { platformMessageId } = await messenger.send(outgoing('r1'))
    const poll = () => messenger.pollReceipts?.([{ platformMessageId, to }])
    expect(await poll()).toEqual([{ platformMessageId, state: 'delivered' }])
    stand.sim.reads(stand.sim.messagesTo('u-wang')[0]?.id ?? '')
    expect(await poll()).toEqual([{ platformMessageId, state: 'read' }])
    expect(await messenger.recall(platformMessageId, to)).toBe(true)
    stand.clock.advance(90_000_000)
    expect(await poll()).toEqual([])
    expect(await messenger.recall(platformMessageId, to)).toBe(false)
  })

  it('make the phone ring where the edition and the quota allow it', async () => {
    const { messenger } = stand.adapter
    const { platformMessageId } = await messenger.send(outgoing('r1'))
    expect(await messenger.urge(platformMessageId, to, 'phone', 'r1')).toBe(true)
    expect(stand.sim.messagesTo('u-wang').at(-1)).toMatchObject({
      kind: 'ding',
      msgKey: '3',
      param: { content: '【跟进】新线索' },
    })
    stand.sim.world.grants.ding = 'no-quota'
    expect(await messenger.urge(platformMessageId, to, 'sms', 'r2')).toBe(false)
    stand.sim.world.grants.ding = 'no-edition'
    expect(await messenger.urge(platformMessageId, to, 'app', 'r3')).toBe(false)
  })

  it('put something to do into the list once and tick it off', async () => {
    const todos = stand.adapter.messenger.todos
    const input = {
      externalId: 'u-wang',
      title: '回访',
      dueAt: stand.clock.now(),
      page: '/tasks/1',
      key: 't1',
    }
    const id = (await todos?.create(input)) ?? ''
    expect(await todos?.create(input)).toBe(id)
    await todos?.finish(id, 'u-wang')
    expect([...stand.sim.world.todos.values()]).toMatchObject([{ isDone: true, unionId: 'union-u-wang' }])
  })

  it('sign in by the browser only who belongs to the company', async () => {
    const { identity } = stand.adapter
    const { signInCode } = stand.sim
    expect(await identity.redeem(signInCode('u-wang'), 'browser')).toEqual({ externalId: 'u-wang' })
    expect(await identity.redeem(signInCode('u-wang', 'dingother'), 'browser')).toBe('outsider')
    expect(await identity.redeem(signInCode('outside-zhang'), 'browser')).toBeNull()
    const late = signInCode('u-wang')
    stand.clock.advance(301_000)
    expect(await identity.redeem(late, 'client')).toBeNull()
  })
})

describe('the organisation in DingTalk', () => {
  beforeEach(() => begin())
  const everybody = async () => {
    const people = new Set<string>()
    const departments = new Set<string>()
    let next: string | null = null
    do {
      const page = await stand.adapter.directory.page(next)
      page.people.forEach((person) => people.add(person.externalId))
      page.departments.forEach((department) => departments.add(department.externalId))
      next = page.next
    } while (next !== null)
    return { people: [...people].sort(), departments: [...departments].sort() }
  }

  it.each([
    { quotes: false, userPage: 100 },
    { quotes: true, userPage: 100 },
    { quotes: false, userPage: 50 },
  ])('is walked to the end, the platform being like this: %j', async (facts) => {
    Object.assign(stand.sim.world.switches, facts)
    for (let n = 0; n < 250; n += 1)
      stand.sim.world.people.push({
        ...{ userId: `p${n}`, unionId: `x${n}`, name: `同事${n}`, title: '' },
        departments: ['200'],
        isOutside: false,
      })
    const { people, departments } = await everybody()
    expect(people).toHaveLength(253)
    expect(departments).toEqual(['1', '100', '110', '200'])
    expect(await stand.adapter.directory.scope()).toEqual({
      totalPeople: 253,
      isPartial: false,
      range: '通讯录权限范围：全部员工',
    })
  })

  it('is told as what it is when the app may see a part only', async () => {
    stand.sim.world.range = { departments: ['110'], people: ['u-li'] }
    stand.sim.world.switches.countsPeople = false
    expect(await everybody()).toEqual({ people: ['u-chen', 'u-li'], departments: ['110'] })
    expect(await stand.adapter.directory.scope()).toEqual({
      totalPeople: null,
      isPartial: true,
      range: '通讯录权限范围：华东组，另有 1 人',
    })
  })
})

describe('forms, whatever way the client writes them', () => {
  const form: Card = {
    ...card,
    inputs: [
      { type: 'select', name: 'stage', label: '阶段', options: [{ value: 'won', label: '赢单' }] },
      { type: 'text', name: 'note', label: '备注' },
      { type: 'date', name: 'next', label: '下次', withTime: true },
    ],
    actions: [{ id: 'save', label: '保存', style: 'primary', submit: true }],
  }
  beforeEach(() => begin())
  it.each([
    {},
    { selectValue: 'text' as const },
    { formValue: 'json' as const },
    { dateValue: 'millis' as const },
    { tapField: 'value' as const },
    { directSpace: 'im' as const },
  ])('%j', async (switches) => {
    Object.assign(stand.sim.world.switches, switches)
    await stand.adapter.messenger.send(outgoing('r1', form))
    const values = { stage: 'won', note: '已电话', next: '2026-03-19T10:30' }
    await stand.sim.taps('u-wang', 'save', values)
    expect(events).toMatchObject([
      { type: 'tap', actionId: 'save', cardRef: 'r1', values, chat: { id: 'direct:u-wang' } },
    ])
    expect(await stand.keys.get('dingtalk:template-version')).toBe('1')
  })
})
