import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planDelivery } from '../../../core/deliveries/plan.js'
import { quietUntil } from '../../../core/deliveries/quiet.js'
import { chooseRoute, retryBrokenAfterMs } from '../../../core/deliveries/routing.js'
import type { Binding } from '../../../core/org/person.js'
import { noticesDefault } from '../../../core/playbook/notices.js'
import { remindersDefault } from '../../../core/playbook/reminders.js'
import { platforms } from '../../../core/ports/platform.js'

const timeZone = 'Asia/Shanghai'
const quiet = { ...noticesDefault.quiet, enabled: true }

describe('quiet time', () => {
  it.each([
    { at: '2026-03-11T13:59:59Z', ends: null },
    { at: '2026-03-11T14:00:00Z', ends: '2026-03-12T00:00:00.000Z' },
    { at: '2026-03-11T20:00:00Z', ends: '2026-03-12T00:00:00.000Z' },
    { at: '2026-03-12T00:00:00Z', ends: null },
  ])('over midnight: at $at it ends at $ends', ({ at, ends }) => {
    expect(quietUntil(new Date(at), quiet, timeZone)?.toISOString() ?? null).toBe(ends)
  })

  it('within a day ends on that day', () => {
    const noon = { ...quiet, from: '12:00', to: '13:30' }
    expect(quietUntil(new Date('2026-03-11T04:30:00Z'), noon, timeZone)?.toISOString()).toBe(
      '2026-03-11T05:30:00.000Z',
    )
    expect(quietUntil(new Date('2026-03-11T05:30:00Z'), noon, timeZone)).toBeNull()
  })

  it('always ends, within a day, and is over at its end', () => {
    const moment = fc.date({ min: new Date('2025-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(moment, (now) => {
        const end = quietUntil(now, quiet, timeZone)
        if (!end) return
        expect(end.getTime()).toBeGreaterThan(now.getTime())
        expect(end.getTime() - now.getTime()).toBeLessThanOrEqual(86_400_000)
        expect(quietUntil(end, quiet, timeZone)).toBeNull()
      }),
    )
  })
})

describe('the plan of a delivery', () => {
  const plan = (card: string, more: { urgent?: boolean; answers?: boolean; many?: boolean } = {}) =>
    planDelivery({
      now: new Date('2026-03-11T15:00:00Z'),
      card,
      urgent: false,
      answers: false,
      many: false,
      ...more,
      reminders: remindersDefault,
      notices: { ...noticesDefault, quiet },
      timeZone,
    })

  it('holds back what is calm, and nothing else', () => {
    expect(plan('deal.stage').waitingFor).toBe('quiet')
    expect(plan('deal.stage', { answers: true }).waitingFor).toBeNull()
    expect(plan('deal.stage', { urgent: true })).toMatchObject({ waitingFor: null, lane: 'urgent' })
    expect(plan('task.due').waitingFor).toBeNull()
    expect(plan('lead.dispatch')).toMatchObject({ waitingFor: null, level: 'escalation' })
  })

  it('lets many urgent ones wait some seconds for each other', () => {
    const { waitingFor, workAt } = plan('lead.dispatch', { many: true })
    expect([waitingFor, workAt?.toISOString()]).toEqual(['digest', '2026-03-11T15:00:05.000Z'])
  })
})

describe('the route to a person', () => {
  const now = new Date('2026-03-11T02:00:00Z')
  const all = new Set(platforms)
  const account = (platform: Binding['platform'], state: Binding['state'], more = {}): Binding => ({
    platform,
    externalId: platform,
    personId: 'P',
    state,
    boundAt: new Date('2026-01-01'),
    ...more,
  })
  const long = new Date(now.getTime() - retryBrokenAfterMs)

  it.each([
    { accounts: [], gives: 'unbound' },
    { accounts: [account('wecom', 'bound'), account('feishu', 'verified')], gives: 'feishu' },
    {
      accounts: [account('wecom', 'broken', { brokenSince: long }), account('feishu', 'bound')],
      gives: 'feishu',
    },
    { accounts: [account('wecom', 'broken', { brokenSince: now })], gives: 'broken' },
    { accounts: [account('wecom', 'broken', { brokenSince: long })], gives: 'wecom' },
    {
      accounts: [
        account('wecom', 'bound'),
        account('dingtalk', 'bound', { boundAt: new Date('2025-01-01') }),
      ],
      gives: 'dingtalk',
    },
  ])('is $gives', ({ accounts, gives }) => {
    const choice = chooseRoute(accounts, all, now)
    expect(choice.route ? choice.route.platform : choice.why).toBe(gives)
  })

  it('is none where the platform is not running here', () => {
    expect(chooseRoute([account('wecom', 'verified')], new Set(['feishu']), now)).toEqual({
      route: null,
      why: 'not-running',
    })
  })
})
