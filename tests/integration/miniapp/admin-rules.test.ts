import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { systemActor } from '../../../core/actor.js'
import { documents } from '../../../core/playbook/documents.js'
import { holidaysDefault } from '../../../core/playbook/holidays.js'
import { laddersDefault } from '../../../core/playbook/ladders.js'
import { noticesDefault } from '../../../core/playbook/notices.js'
import {
  ruleMeaningSchema,
  ruleNames,
  rulePageSchema,
  type RulePage,
} from '../../../miniapp/contract/rules.js'
import { makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

let host: MiniappHost

beforeEach(async () => {
  host = await startMiniapp()
  await makeCompany(host.core)
})
afterEach(() => host.end())

interface Refused {
  code: string
  fields: { field: string; message: string }[]
}

const path = (name: string, does = '') => `/admin/playbook/${name}${does && `/${does}`}`
const quiet = { ...noticesDefault, quiet: { enabled: true, from: '09:00', to: '23:00', except: [] } }
const pageOf = async (name: string) =>
  rulePageSchema.parse((await (await host.signIn('admin')).get(path(name))).body)

describe('the rules', () => {
  it.each(['wang', 'li', 'support'])('are closed to %s', async (who) => {
    const one = await host.signIn(who)
    for (const name of ruleNames) {
      expect((await one.get(path(name))).status).toBe(403)
      for (const does of ['preview', 'draft', 'publish', 'roll-back'])
        expect([does, (await one.post(path(name, does))).status]).toEqual([does, 403])
    }
  })

  it('come with what is in force, and mean something before anybody has published one', async () => {
    const admin = await host.signIn('admin')
    for (const name of ruleNames) {
      const page = await pageOf(name)
      expect(page).toMatchObject({ version: 0, draft: null, history: [], body: documents[name].defaults })
      const meaning = await admin.post(path(name, 'preview'), { body: page.body })
      expect(ruleMeaningSchema.parse(meaning.body).lines.length).toBeGreaterThan(0)
    }
  })

  it('are only those that have a page', async () => {
    const admin = await host.signIn('admin')
    for (const name of ['ladders', 'nothing', '__proto__'])
      expect((await admin.get(path(name))).status).toBe(404)
  })

  it.each([
    [
      'notices',
      { ...quiet, quiet: { ...quiet.quiet, from: '25:00' } },
      'quiet.from',
      '从几点起：要写成 22:00 这样的时间',
    ],
    [
      'notices',
      { ...quiet, quiet: { ...quiet.quiet, to: '09:00' } },
      'quiet.to',
      '到几点止：开始和结束不能相同',
    ],
    [
      'calendar',
      { ...documents.calendar.defaults, intervals: [] },
      'intervals',
      '每天的工作时段：至少要有一项',
    ],
    [
      'credentials',
      { items: [item({ expiresOn: 'soon' })] },
      'items.0.expiresOn',
      '第 1 项 · 到期日：要写成',
    ],
    ['credentials', { items: [item({ name: '' })] }, 'items.0.name', '第 1 项 · 名称：还没有填写'],
    [
      'duty',
      { lists: [{ id: 'a', label: '夜班', turns: [turn({ people: [] })], days: [] }] },
      'lists.0.turns.0.people',
      '谁值班：至少要有一项',
    ],
    [
      'holidays',
      { years: [{ year: 2027, source: '', feasts: [feast({ to: '2026-12-31' })] }] },
      'years.0.feasts.0.to',
      '不能早于第一天',
    ],
    [
      'reminders',
      { todos: true, rules: [{ card: 'task.due', level: 'loud', steps: [] }] },
      'rules.0.level',
      '等级：请从列出的选项里选',
    ],
  ])('of %s name the field and the rule that a value breaks', async (name, body, field, rule) => {
    const admin = await host.signIn('admin')
    for (const [does, more] of [
      ['preview', {}],
      ['publish', { base: 0 }],
      ['draft', { base: 0 }],
    ] as const) {
      const answer = await admin.post<Refused>(path(name, does), { body, ...more })
      expect([answer.status, answer.body.code]).toEqual([422, 'playbook.invalid'])
      expect(answer.body.fields).toEqual([{ field, message: expect.stringContaining(rule) as string }])
    }
    expect((await pageOf(name)).history).toEqual([])
  })

  it('hold from the moment they are published: a notice waits for the quiet time to end', async () => {
    const { core } = host
    const queue = async (dedupeKey: string) => {
      const id = await core.write((tx) =>
        core.deliveries.queue(tx, {
          card: 'lead.touched.normal',
          subject: { type: 'person', id: 'wang' },
          to: { personId: 'wang' },
          dedupeKey,
        }),
      )
      return core.read((tx) => tx.getRepository(DeliveryEntity).findOneByOrFail({ id: id ?? '' }))
    }
    const before = await queue('before')
    expect(before.waitingFor).not.toBe('quiet')
    const admin = await host.signIn('admin')
    const published = await admin.post(path('notices', 'publish'), { body: quiet, base: 0, note: '会议日' })
    expect(published).toMatchObject({ status: 200, body: { version: 1 } })

    const after = await queue('after')
    expect(after.waitingFor).toBe('quiet')
    expect((after.workAt?.getTime() ?? 0) - host.clock.now().getTime()).toBeGreaterThan(3_600_000)
    const page = await pageOf('notices')
    expect(page).toMatchObject({ version: 1, body: quiet })
    expect(page.history).toMatchObject([{ version: 1, state: 'published', by: '何敏', note: '会议日' }])
  })

  it('show which deadlines a holiday would move, and move them when they are planned anew', async () => {
    const { core } = host
    const kind = 'lead.accept'
    const working = { ...laddersDefault, [kind]: { ...laddersDefault[kind], time: 'working', dueIn: '1d' } }
    const admin = await host.signIn('admin')
    const system = systemActor('test')
    await core.write(async (tx) => {
      const { version } = await core.playbook.saveDraft(tx, system, 'ladders', working, '')
      await core.playbook.publish(tx, system, 'ladders', version)
    })
    const id = await makeLead(core)
    // The clock stands on Wednesday, 11 March 2026: the working day ends on Thursday.
    const body = {
      years: holidaysDefault.years.map((year) => ({
        ...year,
        feasts:
          year.year === 2026
            ? [...year.feasts, feast({ from: '2026-03-12', to: '2026-03-13' })]
            : year.feasts,
      })),
    }
    const { body: said } = await admin.post(path('holidays', 'preview'), { body })
    const meaning = ruleMeaningSchema.parse(said)
    expect(meaning.moves).toMatchObject({ kinds: [kind], running: 1, moved: 1 })
    expect(meaning.days.filter(({ isChanged }) => isChanged)).toEqual([
      { day: '2026-03-12', isWorked: false, isChanged: true },
      { day: '2026-03-13', isWorked: false, isChanged: true },
    ])
    const [row] = meaning.moves?.rows ?? []
    expect(row).toMatchObject({ about: '宏达机械', path: `/leads/${id}` })
    expect(Date.parse(row?.after ?? '') - Date.parse(row?.before ?? '')).toBe(4 * 86_400_000)

    await admin.post(path('holidays', 'publish'), { body, base: 0 })
    await admin.post('/admin/ladders/replan', { kind })
    const running = await core.read((tx) => core.deadlines.running(tx, kind, { type: 'lead', id }))
    expect(running?.nextAt?.toISOString()).toBe(row?.after)
  })

  it('are kept as a draft without holding, until one is published', async () => {
    const admin = await host.signIn('admin')
    await admin.post(path('notices', 'draft'), { body: quiet, base: 0, note: '先放着' })
    expect(await pageOf('notices')).toMatchObject({
      version: 0,
      body: noticesDefault,
      draft: { version: 1, body: quiet, note: '先放着', by: '何敏' },
    })
    await admin.post(path('notices', 'publish'), { body: quiet, base: 0 })
    expect(await pageOf('notices')).toMatchObject({ version: 2, body: quiet, draft: null })
  })

  it('are not published over what somebody else has published meanwhile, and go back as a new version', async () => {
    const admin = await host.signIn('admin')
    const publish = (body: unknown, base: number) => admin.post(path('notices', 'publish'), { body, base })
    await publish(quiet, 0)
    expect(await publish(quiet, 0)).toMatchObject({
      status: 409,
      body: { code: 'playbook.changed_meanwhile' },
    })
    await publish(noticesDefault, 1)
    expect((await admin.post(path('notices', 'roll-back'), { version: 1, base: 2 })).body).toEqual({
      version: 3,
    })
    const page: RulePage = await pageOf('notices')
    expect(page.body).toEqual(quiet)
    expect(page.history.map(({ version, state }) => `${version} ${state}`)).toEqual([
      ...['3 published', '2 archived', '1 archived'],
    ])
  })

  it('name everybody on duty, now and in the coming days', async () => {
    const admin = await host.signIn('admin')
    const body = { lists: [{ id: 'night', label: '夜班', turns: [turn({})], days: [] }] }
    const { body: said } = await admin.post(path('duty', 'preview'), { body })
    const { lines } = ruleMeaningSchema.parse(said)
    expect(lines).toHaveLength(8)
    expect(lines[1]?.text).toContain('王小明')
    await admin.post(path('duty', 'publish'), { body, base: 0 })
    const steps = [{ at: '0m', do: 'remind', who: 'duty:night' }]
    const ladder = { ...laddersDefault['task.due'], steps }
    await admin.post('/admin/ladders/publish', { kind: 'task.due', ladder, base: 0 })
    const without = await admin.post(path('duty', 'preview'), { body: { lists: [] } })
    expect(ruleMeaningSchema.parse(without.body).lines).toMatchObject([{ title: '待办到期', tone: 'warn' }])
    expect((await pageOf('duty')).people).toEqual([{ id: 'wang', name: '王小明' }])
  })
})

function item(over: object) {
  return { key: 'domain', name: '域名', expiresOn: '2027-03-31', renew: '服务商', ...over }
}
function turn(over: object) {
  return { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '18:00', to: '09:00', people: ['wang'], ...over }
}
function feast(over: object) {
  return { name: '元旦', from: '2027-01-01', to: '2027-01-03', makeUpDays: [], ...over }
}
