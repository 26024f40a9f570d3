import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { updateRows } from '../../../core/db/rows.js'
import { DeliveryEntity, type Delivery } from '../../../core/deliveries/delivery.js'
import { BindingEntity } from '../../../core/org/person.js'
import {
  colleaguesSchema,
  messageListSchema,
  messageOptionsSchema,
  messagePageSchema,
  testMessageSchema,
  type MessageList,
} from '../../../miniapp/contract/messages.js'
import { makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

let host: MiniappHost

beforeEach(async () => {
  host = await startMiniapp({ given: { tellsReading: () => false } })
  await makeCompany(host.core)
})
afterEach(() => host.end())

/** A message about a lead, as far as `set` says. @returns its id. */
async function message(key: string, set: Partial<Delivery> = {}, to = 'wang'): Promise<string> {
  const lead = await makeLead(host.core, { owner: to, phone: `1390000${String(1000 + key.length)}` })
  return host.core.write(async (tx) => {
    const id = await host.core.deliveries.queue(tx, {
      card: 'lead.given',
      subject: { type: 'lead', id: lead },
      to: { personId: to },
      dedupeKey: key,
    })
    if (!id) throw new Error('not queued')
    if (Object.keys(set).length > 0) await updateRows(tx, DeliveryEntity, { id }, set)
    return id
  })
}

const failed = { state: 'failed', platform: 'wecom', failure: '81013', workAt: null } as const

describe('the message log', () => {
  it.each(['wang', 'li', 'support'])('is closed to %s', async (who) => {
    const id = await message('m', failed)
    const one = await host.signIn(who)
    const paths = ['/admin/messages', '/admin/message-options', `/admin/messages/${id}`, '/admin/people']
    for (const path of paths) expect([path, (await one.get(path)).status]).toEqual([path, 403])
    for (const path of [`/admin/messages/${id}/retry`, '/admin/test-messages'])
      expect([path, (await one.post(path, { personId: who })).status]).toEqual([path, 403])
    expect((await host.api().get('/admin/messages')).status).toBe(401)
  })

  it('shows what was written into people’s own lists apart from what was sent to them', async () => {
    await message('card')
    const skipped = { state: 'skipped', failure: 'todo_not_permitted', workAt: null } as const
    const id = await message('entry', { channel: 'todo', ...skipped })
    const admin = await host.signIn('admin')
    const { rows } = messageListSchema.parse((await admin.get('/admin/messages?channel=todo')).body)
    const failure = '应用没有写入待办的权限，请在平台后台开通'
    expect(rows).toMatchObject([{ id, channel: 'todo', state: 'skipped', failure }])
    const { way } = messagePageSchema.parse((await admin.get(`/admin/messages/${id}`)).body)
    expect(way).toMatchObject([
      { text: '排队等待发送', detail: '写进本人的平台待办' },
      { text: '无需发送', detail: failure },
    ])
  })

  it('says what went to whom about what, how far it came, and why no further', async () => {
    await message('m', failed)
    const admin = await host.signIn('admin')
    const { rows } = messageListSchema.parse((await admin.get('/admin/messages')).body)

    expect(rows[0]).toMatchObject({
      label: '线索归属通知',
      to: '王小明',
      about: { name: '宏达机械' },
      state: 'failed',
      platform: 'wecom',
      failure: '成员不在应用的可见范围内，企业微信返回 81013',
    })
    expect(rows[0]?.about?.path).toMatch(/^\/leads\//)
  })

  it('narrows by person, state, card, platform and day', async () => {
    const lost = await message('m', failed)
    const sent = await message('n', { state: 'read', platform: 'sandbox' }, 'chen')
    const admin = await host.signIn('admin')
    const found = async (query: string) =>
      (await admin.get<MessageList>(`/admin/messages?card=lead.given&${query}`)).body.rows.map(({ id }) => id)

    expect(await found('person=chen')).toEqual([sent])
    expect(await found('state=trouble')).toEqual([lost])
    expect(await found('platform=wecom')).toEqual([lost])
    expect(await found('from=2026-03-11&to=2026-03-11')).toEqual([sent, lost])
    expect(await found('to=2026-03-10')).toEqual([])
    expect(await found('channel=sms')).toEqual([])
  })

  it.each(['state=lost', 'platform=icq', 'from=2026-13-40', 'person=a%20b', 'unknown=1'])(
    'names the field that is wrong in %s',
    async (query) => {
      const answer = await (
        await host.signIn('admin')
      ).get<{ fields: { field: string }[] }>(`/admin/messages?${query}`)
      const [field = ''] = query.split('=')

      expect(answer).toMatchObject({ status: 422, body: { code: 'request.invalid' } })
      expect(answer.body.fields[0]?.field).toBe(field === 'unknown' ? '' : field)
    },
  )

  it('pages without gaps and repeats while new messages come', async () => {
    await host.core.write(async (tx) => {
      for (let n = 0; n < 120; n++)
        await host.core.deliveries.queue(tx, {
          card: 'task.due',
          subject: { type: 'person', id: 'wang' },
          to: { personId: 'wang' },
          dedupeKey: `bulk-${n}`,
        })
    })
    const admin = await host.signIn('admin')
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { body: MessageList } = await admin.get<MessageList>(
        `/admin/messages?card=task.due${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...page.body.rows.map(({ id }) => id))
      cursor = page.body.next
      await message(`later ${seen.length}`)
    }

    expect(seen).toHaveLength(120)
    expect(new Set(seen).size).toBe(120)
    expect(seen).toEqual(seen.toSorted().toReversed())
  })

  it('tells the whole way of a message, and that a platform gives no receipt', async () => {
    const id = await message('m', {
      state: 'sent',
      platform: 'wecom',
      sentAt: host.clock.now(),
      workAt: null,
    })
    const page = messagePageSchema.parse(
      (await (await host.signIn('admin')).get(`/admin/messages/${id}`)).body,
    )

    expect(page.way.map(({ text }) => text)).toEqual(['排队等待发送', '企业微信已接收', '未回执'])
    expect(page).toMatchObject({ unreported: true, abilities: { retry: false } })
  })

  it('sends a failed message again, once, and writes down who said so', async () => {
    const id = await message('m', failed)
    const admin = await host.signIn('admin')

    expect((await admin.post(`/admin/messages/${id}/retry`)).body).toEqual({ ok: true })
    expect((await admin.post(`/admin/messages/${id}/retry`)).body).toEqual({ ok: false })
    const page = messagePageSchema.parse((await admin.get(`/admin/messages/${id}`)).body)
    expect(page.state).toBe('queued')
    expect(page.way.map(({ text }) => text)).toContain('何敏点了重发')
  })

  it('answers 404 to an id that is none', async () => {
    const admin = await host.signIn('admin')
    expect((await admin.get('/admin/messages/nothing')).status).toBe(404)
    expect((await admin.post('/admin/messages/nothing/retry')).status).toBe(404)
  })

  it('offers words for every filter, and finds colleagues by name', async () => {
    const admin = await host.signIn('admin')
    const options = messageOptionsSchema.parse((await admin.get('/admin/message-options')).body)
    const people = colleaguesSchema.parse((await admin.get('/admin/people?q=%E7%8E%8B')).body)

    expect(options.platforms).toEqual(['sandbox'])
    expect(options.cards).toContainEqual({ key: 'digest', label: '汇总卡片' })
    expect(people.rows).toEqual([{ id: 'wang', name: '王小明', title: '销售', department: '华东区' }])
  })
})

describe('a test message', () => {
  const stations = async (id: string) =>
    testMessageSchema.parse((await (await host.signIn('admin')).get(`/admin/test-messages/${id}`)).body)

  it('stops at the first station that is not reached, and says where', async () => {
    await host.core.write((tx) => tx.getRepository(BindingEntity).delete({ personId: 'wang' }))
    const admin = await host.signIn('admin')
    const { body } = await admin.post<{ id: string }>('/admin/test-messages', { personId: 'wang' })
    const test = await stations(body.id)

    expect(test.to).toBe('王小明')
    expect(test.steps[0]).toMatchObject({ station: 'bound', state: 'stopped' })
    expect(test.over).toBe(false)
  })

  it('waits for no receipt that the platform does not give', async () => {
    const admin = await host.signIn('admin')
    const { body } = await admin.post<{ id: string }>('/admin/test-messages', { personId: 'admin' })
    const set = { state: 'sent', platform: 'wecom', sentAt: host.clock.now(), workAt: null } as const
    await host.core.write((tx) => updateRows(tx, DeliveryEntity, { id: body.id }, set))
    const { steps } = await stations(body.id)

    expect(steps.map(({ station, state }) => `${station} ${state}`)).toEqual([
      ...['bound done', 'routed done', 'handed done'],
      ...['delivered not-reported', 'read not-reported', 'acted waiting'],
    ])
  })

  it.each([
    [{}, 422],
    [{ personId: 7 }, 422],
    [{ personId: 'nobody' }, 404],
  ])('refuses %j', async (body, status) => {
    expect((await (await host.signIn('admin')).post('/admin/test-messages', body)).status).toBe(status)
  })
})
