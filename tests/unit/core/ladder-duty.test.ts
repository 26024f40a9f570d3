import { describe, expect, it } from 'vitest'
import { onDuty } from '../../../core/deadlines/duty.js'
import { leaveSpan } from '../../../core/deadlines/leaves.js'
import { readWho } from '../../../core/deadlines/who.js'
import { dutySchema, type Duty } from '../../../core/playbook/duty.js'

const id = (letter: string) => letter.repeat(26)
const [ann, bob, cleo] = [id('A'), id('B'), id('C')]
const duty: Duty = {
  lists: [
    {
      id: 'main',
      label: '值班',
      turns: [
        { weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '18:00', people: [ann] },
        { weekdays: [5], from: '18:00', to: '09:00', people: [bob, ann] },
      ],
      days: [
        { day: '2026-10-01', people: [cleo] },
        { day: '2026-10-02', people: [] },
      ],
    },
    { id: 'night', label: '夜班', turns: [], days: [] },
  ],
}
const at = (local: string) => onDuty(duty, null, new Date(`${local}:00+08:00`), 'Asia/Shanghai')

describe('a duty list', () => {
  it.each([
    { when: '2026-03-11T09:00', who: [ann], why: 'from the begin of a turn' },
    { when: '2026-03-11T18:00', who: [], why: 'nobody any more at its end' },
    { when: '2026-03-13T18:00', who: [bob, ann], why: 'two people on Friday night' },
    { when: '2026-03-14T08:59', who: [bob, ann], why: 'until Saturday morning: the turn began on Friday' },
    { when: '2026-03-14T09:00', who: [], why: 'nobody after that' },
    { when: '2026-10-01T10:00', who: [cleo], why: 'the one of the day before the one of the week' },
    { when: '2026-10-02T10:00', who: [], why: 'nobody on a day that says so' },
  ])('names $why ($when)', ({ when, who }) => {
    expect(at(when)).toEqual(who)
  })

  it('is chosen by its name; an unknown one has nobody', () => {
    const now = new Date('2026-03-11T03:00:00Z')
    expect(onDuty(duty, 'main', now, 'Asia/Shanghai')).toEqual([ann])
    expect(onDuty(duty, 'night', now, 'Asia/Shanghai')).toEqual([])
    expect(onDuty(duty, 'gone', now, 'Asia/Shanghai')).toEqual([])
    expect(onDuty({ lists: [] }, null, now, 'Asia/Shanghai')).toEqual([])
  })

  it('may be written down once per name', () => {
    expect(dutySchema.safeParse(duty).success).toBe(true)
    expect(dutySchema.safeParse({ lists: [...duty.lists, ...duty.lists] }).success).toBe(false)
  })
})

describe("a step's who", () => {
  it.each([
    ['owner', { kind: 'owner' }],
    ['leader', { kind: 'leader' }],
    ['manager', { kind: 'manager', up: 0 }],
    ['manager+2', { kind: 'manager', up: 2 }],
    ['role:admin', { kind: 'role', role: 'admin' }],
    ['duty', { kind: 'duty', list: null }],
    ['duty:night', { kind: 'duty', list: 'night' }],
    ['role:king', { kind: 'manager', up: 0 }],
    ['constructor', { kind: 'manager', up: 0 }],
    [undefined, { kind: 'manager', up: 0 }],
  ])('reads %s', (text, who) => {
    expect(readWho(text)).toEqual(who)
  })
})

describe('a leave', () => {
  const span = (days: Parameters<typeof leaveSpan>[0]) => {
    const { fromAt, toAt } = leaveSpan(days, 'Asia/Shanghai')
    return [fromAt.toISOString(), toAt.toISOString()]
  }

  it('lasts whole days, or begins and ends at noon', () => {
    expect(span({ from: '2026-03-11', to: '2026-03-12' })).toEqual([
      '2026-03-10T16:00:00.000Z',
      '2026-03-12T16:00:00.000Z',
    ])
    expect(span({ from: '2026-03-11', fromHalf: 'pm', to: '2026-03-12', toHalf: 'am' })).toEqual([
      '2026-03-11T04:00:00.000Z',
      '2026-03-12T04:00:00.000Z',
    ])
  })

  it.each([
    { why: 'ends before it begins', days: { from: '2026-03-12', to: '2026-03-11' } },
    {
      why: 'is nothing at all',
      days: { from: '2026-03-11', fromHalf: 'pm' as const, to: '2026-03-11', toHalf: 'am' as const },
    },
    { why: 'lasts for years', days: { from: '2026-03-11', to: '2029-03-11' } },
  ])('is refused when it $why', ({ days }) => {
    expect(() => span(days)).toThrow('leave.invalid')
  })
})
