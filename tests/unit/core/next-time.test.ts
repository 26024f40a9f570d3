import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingFor } from '../../../core/deals/gates.js'
import { toLocal } from '../../../core/deadlines/working-time.js'
import { dueTimeOf } from '../../../core/follow-ups/next-time.js'
import { policy } from '../../../core/permissions/policy.js'
import { can } from '../../../core/permissions/permissions.js'
import { stagesDefault } from '../../../core/playbook/stages.js'

const shanghai = 'Asia/Shanghai'
/** Wednesday 11 March 2026, ten in the morning. */
const now = new Date('2026-03-11T02:00:00Z')
const dueAt = (value: string, at = now) => {
  const due = dueTimeOf(value, at, shanghai)
  return due && toLocal(due.dueAt, shanghai)
}

describe('the reminder of a time as people name it', () => {
  it.each([
    { says: 'a day', value: '2026-03-18', reminds: '2026-03-18T09:00:00' },
    { says: 'a day and a time', value: '2026-03-18T15:30:00', reminds: '2026-03-18T15:30:00' },
    { says: 'a week', value: '2026-03-16/2026-03-23', reminds: '2026-03-16T09:00:00' },
    { says: 'by a day', value: '../2026-03-21', reminds: '2026-03-20T09:00:00' },
    { says: 'from a day on', value: '2026-03-20/..', reminds: '2026-03-20T09:00:00' },
    { says: 'this week, which has begun', value: '2026-03-09/2026-03-16', reminds: '2026-03-11T11:00:00' },
    { says: 'today', value: '2026-03-11', reminds: '2026-03-11T11:00:00' },
    { says: 'a time that has passed', value: '2026-03-11T09:00:00', reminds: '2026-03-11T10:00:00' },
  ])('for $says comes at $reminds', ({ value, reminds }) => {
    expect(dueAt(value)).toBe(reminds)
  })

  it('comes by six in the evening for today, and at once after that', () => {
    expect(dueAt('2026-03-11', new Date('2026-03-11T09:30:00Z'))).toBe('2026-03-11T18:00:00')
    expect(dueAt('2026-03-11', new Date('2026-03-11T13:00:00Z'))).toBe('2026-03-11T21:00:00')
  })

  it.each(['P1W', 'T15:00', '', '..', '../..', 'soon'])(
    'is none for "%s", which names no instant',
    (value) => {
      expect(dueTimeOf(value, now, shanghai)).toBeNull()
    },
  )

  it('never lies in the past', () => {
    const day = fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(day, day, (value, at) => {
        const due = dueTimeOf(value.toISOString().slice(0, 10), at, shanghai)
        expect(due?.dueAt.getTime()).toBeGreaterThanOrEqual(at.getTime())
      }),
    )
  })
})

describe('the gates of the stages', () => {
  const nothing = {
    deal: { amountCents: null, expectedCloseOn: null },
    hasContactWithNumber: false,
    contractFiles: 0,
  }
  const all = {
    deal: { amountCents: 1, expectedCloseOn: '2026-03-31' },
    hasContactWithNumber: true,
    contractFiles: 1,
  }

  it.each(stagesDefault)('of $key name exactly what is missing, and open when all is there', (stage) => {
    expect(missingFor(stage, nothing).map(({ need }) => need)).toEqual(stage.gate)
    expect(missingFor(stage, all)).toEqual([])
  })

  it('take an amount of zero for none', () => {
    const signed = stagesDefault.find(({ key }) => key === 'signed')
    const free = { ...all, deal: { ...all.deal, amountCents: 0 } }
    expect(signed && missingFor(signed, free).map(({ need }) => need)).toEqual(['amount'])
  })
})

describe('permissions', () => {
  const abilities = Object.keys(policy) as (keyof typeof policy)[]
  const actor = (role: 'rep' | 'manager' | 'admin' | 'support') => ({
    kind: 'person' as const,
    personId: 'P',
    role,
    departmentIds: role === 'manager' ? ['D'] : [],
    origin: { channel: 'test' },
  })
  const foreign = { ownerId: 'Q', departmentId: 'E' }

  it.each(abilities)('for %s reach as far as the table says, and no further', (ability) => {
    for (const role of ['rep', 'manager', 'admin', 'support'] as const) {
      const reach = policy[ability][role] as 'none' | 'own' | 'department' | 'all'
      expect(can(actor(role), ability, foreign)).toBe(reach === 'all')
      expect(can(actor(role), ability, { ...foreign, ownerId: 'P' })).toBe(reach !== 'none')
      expect(can(actor(role), ability, { ...foreign, departmentId: 'D' })).toBe(
        reach === 'all' || (reach === 'department' && role === 'manager'),
      )
    }
  })

  it('give nobody a row that belongs to nobody but those who reach all', () => {
    expect(can(actor('manager'), 'lead.read', { ownerId: null, departmentId: null })).toBe(false)
    expect(can(actor('admin'), 'lead.read', { ownerId: null, departmentId: null })).toBe(true)
  })
})
