import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { laddersDefault } from '../../../core/playbook/ladders.js'
import {
  laddersPageSchema,
  plansSchema,
  rulePreviewSchema,
  type LaddersPage,
  type Plans,
} from '../../../miniapp/contract/ladders.js'
import { actorOf, makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

let host: MiniappHost

beforeEach(async () => {
  host = await startMiniapp()
  await makeCompany(host.core)
})
afterEach(() => host.end())

const kind = 'lead.accept'
const slower = { ...laddersDefault[kind], dueIn: '20m' }
const acceptStep = async (id: string) => {
  const { body } = await (await host.signIn('admin')).get<Plans>(`/plans/lead/${id}`)
  return body.rows.find((row) => row.kind === kind)?.steps[0]?.at
}

describe('the ladders', () => {
  it.each(['wang', 'li', 'support'])('are closed to %s', async (who) => {
    const one = await host.signIn(who)

    expect((await one.get('/admin/ladders')).status).toBe(403)
    for (const name of ['preview', 'publish', 'replan', 'roll-back'])
      expect([name, (await one.post(`/admin/ladders/${name}`)).status]).toEqual([name, 403])
  })

  it('come with words for every action and everybody they may name', async () => {
    await makeLead(host.core)
    const page = laddersPageSchema.parse((await (await host.signIn('admin')).get('/admin/ladders')).body)

    expect(page.kinds.map((one) => one.kind).toSorted()).toEqual(Object.keys(laddersDefault).toSorted())
    for (const one of page.kinds) {
      const steps: string[] = one.ladder.steps.map((step) => step.do)
      const known = one.actions.map(({ key }) => key)
      expect(known).toEqual(expect.arrayContaining(steps))
      for (const { key, label } of one.actions) expect(label).not.toBe(key)
    }
    expect(page.kinds.find((one) => one.kind === kind)).toMatchObject({ running: 1, label: '等待接单' })
    expect(page.version).toBe(0)
  })

  it('show before publishing whom a change touches, before and after', async () => {
    const id = await makeLead(host.core)
    const admin = await host.signIn('admin')
    const { body } = await admin.post('/admin/ladders/preview', { kind, ladder: slower })
    const preview = rulePreviewSchema.parse(body)

    expect(preview).toMatchObject({ running: 1, changed: 1, firing: 0 })
    expect(preview.rows).toMatchObject([{ about: '宏达机械', path: `/leads/${id}` }])
    const [row] = preview.rows
    const moved = Date.parse(row?.after.dueAt ?? '') - Date.parse(row?.before.dueAt ?? '')
    expect(moved).toBe(15 * 60_000)
  })

  it.each([
    [{ ...slower, dueIn: 'soon' }, 'dueIn'],
    [{ ...slower, steps: [] }, 'steps'],
    [{ ...slower, steps: [{ at: '1x', do: 'expire-offer' }] }, 'steps.0.at'],
    [{ ...slower, steps: [{ at: '0m', do: 'fly' }] }, 'steps.0.do'],
    [{ ...slower, steps: [{ at: '0m', do: 'expire-offer', who: 'root' }] }, 'steps.0.who'],
    [{ ...slower, steps: [{ at: '0m', do: 'expire-offer', every: '5m' }] }, 'steps.0.times'],
  ])('name the field that is wrong: %j', async (ladder, field) => {
    const admin = await host.signIn('admin')
    for (const [path, more] of [
      ['preview', {}],
      ['publish', { base: 0 }],
    ] as const) {
      const answer = await admin.post<{ fields: { field: string }[] }>(`/admin/ladders/${path}`, {
        ...{ kind, ladder },
        ...more,
      })
      expect(answer.status).toBe(422)
      expect(answer.body.fields.map((one) => one.field)).toEqual([field])
    }
  })

  it('hold for what begins later; what runs already moves only when it is planned anew', async () => {
    const id = await makeLead(host.core)
    const before = await acceptStep(id)
    const admin = await host.signIn('admin')
    const published = await admin.post('/admin/ladders/publish', {
      kind,
      ladder: slower,
      base: 0,
      note: '放慢',
    })

    expect(published.body).toEqual({ version: 1 })
    expect(await acceptStep(id)).toBe(before)
    expect((await admin.post('/admin/ladders/replan', { kind })).body).toEqual({
      ...{ seen: 1, replanned: 1, next: null },
    })
    expect(Date.parse((await acceptStep(id)) ?? '') - Date.parse(before ?? '')).toBe(15 * 60_000)
  })

  it('are not published over what somebody else has published meanwhile', async () => {
    const admin = await host.signIn('admin')
    const body = { kind, ladder: slower, base: 0 }
    await admin.post('/admin/ladders/publish', body)

    expect(await admin.post('/admin/ladders/publish', body)).toMatchObject({
      status: 409,
      body: { code: 'playbook.changed_meanwhile' },
    })
  })

  it('go back to an earlier version as a new one', async () => {
    const admin = await host.signIn('admin')
    const publish = (dueIn: string, base: number) =>
      admin.post('/admin/ladders/publish', { kind, ladder: { ...slower, dueIn }, base })
    await publish('20m', 0)
    await publish('40m', 1)

    expect((await admin.post('/admin/ladders/roll-back', { version: 1, base: 2 })).body).toEqual({
      version: 3,
    })
    const { body } = await admin.get<LaddersPage>('/admin/ladders')
    expect(body.kinds.find((one) => one.kind === kind)?.ladder.dueIn).toBe('20m')
    expect(body.history.map(({ version, state }) => `${version} ${state}`)).toEqual([
      ...['3 published', '2 archived', '1 archived'],
    ])
    expect((await admin.post('/admin/ladders/roll-back', { version: 9, base: 3 })).status).toBe(404)
    expect((await admin.post('/admin/ladders/roll-back', { version: 'x', base: 3 })).status).toBe(422)
  })
})

describe('what will happen next', () => {
  it('is shown on a record to those who may see it, and to nobody else', async () => {
    const id = await makeLead(host.core)
    const plans = async (who: string) => (await host.signIn(who)).get(`/plans/lead/${id}`)

    expect(plansSchema.parse((await plans('wang')).body).rows).toMatchObject([
      { kind, label: '等待接单', state: 'waiting', steps: [{ text: '收回推荐，转给主管' }] },
    ])
    expect((await plans('zhao')).status).toBe(404)
    expect((await (await host.signIn('wang')).get(`/plans/person/wang`)).status).toBe(404)
  })

  it('says when the counting is paused', async () => {
    const id = await makeLead(host.core)
    await host.core.write((tx) => host.core.deadlines.pause(tx, kind, { type: 'lead', id }))

    const { body } = await (await host.signIn('wang')).get(`/plans/lead/${id}`)
    expect(plansSchema.parse(body).rows).toMatchObject([{ state: 'paused' }])
  })

  it('names the task and the person who is reminded', async () => {
    const id = await makeLead(host.core, { owner: 'wang' })
    const wang = await actorOf(host.core, 'wang')
    await host.core.write((tx) =>
      host.core.tasks.add(tx, wang, {
        ...{ kind: 'todo', title: '发方案', ownerId: 'wang', subjectType: 'lead', subjectId: id },
        ...{ followUpId: null, dueAt: new Date('2026-03-12T07:00:00Z'), allDay: false },
      }),
    )
    const { body } = await (await host.signIn('wang')).get<Plans>(`/plans/lead/${id}`)
    const task = body.rows.find((row) => row.kind === 'task.due')

    expect(task).toMatchObject({ about: '发方案' })
    expect(task?.steps.map(({ text, to }) => [text, to])).toEqual([
      ['发提醒卡片', ['王小明']],
      ['发逾期通知', ['李芳']],
    ])
  })
})
