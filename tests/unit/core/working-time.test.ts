import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addWorkingTime,
  fromLocal,
  isWorkday,
  localDay,
  toLocal,
  workingTimeBetween,
} from '../../../core/deadlines/working-time.js'
import { calendarDefault, type Calendar } from '../../../core/playbook/calendar.js'

const shanghai = 'Asia/Shanghai'
const hour = 3_600_000

/** Friday 13 March is a day off, Saturday 14 March makes up for it. */
const calendar: Calendar = { ...calendarDefault, daysOff: ['2026-03-13'], makeUpDays: ['2026-03-14'] }
const at = (local: string) => fromLocal(local, shanghai)
const add = (local: string, ms: number, days = calendar) =>
  toLocal(addWorkingTime(at(local), ms, days, shanghai), shanghai)

const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }).map((ms) => new Date(ms))
const span = fc.integer({ min: 0, max: 200 * hour })
const day = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const anyCalendar: fc.Arbitrary<Calendar> = fc.record({
  workdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  intervals: fc.constantFrom(
    calendarDefault.intervals,
    [{ from: '00:00', to: '23:59' }],
    [
      { from: '08:30', to: '09:30' },
      { from: '20:00', to: '20:10' },
    ],
  ),
  daysOff: fc.array(day, { maxLength: 20 }),
  makeUpDays: fc.array(day, { maxLength: 20 }),
})

describe('working time', () => {
  it.each([
    { from: '2026-03-11T10:00:00', hours: 1, to: '2026-03-11T11:00:00', why: 'within a morning' },
    { from: '2026-03-11T11:30:00', hours: 1, to: '2026-03-11T14:00:00', why: 'over the lunch break' },
    { from: '2026-03-11T12:30:00', hours: 1, to: '2026-03-11T14:30:00', why: 'from within the lunch break' },
    { from: '2026-03-11T17:30:00', hours: 1, to: '2026-03-12T09:30:00', why: 'over a night' },
    { from: '2026-03-11T22:00:00', hours: 1, to: '2026-03-12T10:00:00', why: 'from within a night' },
    {
      from: '2026-03-12T17:30:00',
      hours: 1,
      to: '2026-03-14T09:30:00',
      why: 'over a day off to the day that makes up for it',
    },
    { from: '2026-03-14T17:30:00', hours: 1, to: '2026-03-16T09:30:00', why: 'over a Sunday' },
    {
      from: '2026-03-11T09:00:00',
      hours: 7.5,
      to: '2026-03-11T18:00:00',
      why: 'a whole day, ending with it',
    },
    {
      from: '2026-03-13T10:00:00',
      hours: 0,
      to: '2026-03-14T09:00:00',
      why: 'nothing at all: the next working instant',
    },
  ])('counts $why', ({ from, hours, to }) => {
    expect(add(from, hours * hour)).toBe(to)
  })

  it('takes the make-up day before the day off when a day is both', () => {
    const both: Calendar = { ...calendarDefault, daysOff: ['2026-03-14'], makeUpDays: ['2026-03-14'] }
    expect(isWorkday('2026-03-14', both)).toBe(true)
  })

  it('ends, whatever the calendar says', () => {
    const never: Calendar = {
      ...calendarDefault,
      workdays: [1],
      daysOff: Array.from({ length: 500 }, (_, n) =>
        new Date(Date.UTC(2026, 2, 1 + n)).toISOString().slice(0, 10),
      ),
    }
    expect(add('2026-03-11T10:00:00', hour, never)).toBe('2026-03-11T11:00:00')
  })

  it('lasts as long as it was asked for, in every calendar', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 20 * hour }), anyCalendar, (start, ms, days) => {
        const end = addWorkingTime(start, ms, days, shanghai)
        expect(workingTimeBetween(start, end, days, shanghai)).toBe(ms)
      }),
      { numRuns: 60 },
    )
  })

  it('never ends before the clock would, and later for more', () => {
    fc.assert(
      fc.property(instant, span, span, (start, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)]
        const [early, late] = [less, more].map((ms) =>
          addWorkingTime(start, ms, calendar, shanghai).getTime(),
        )
        expect(early).toBeGreaterThanOrEqual(start.getTime() + less)
        expect(late).toBeGreaterThanOrEqual(early ?? 0)
      }),
      { numRuns: 60 },
    )
  })

  it('adds up: first some, then the rest, is all at once', () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: 60 * hour }),
        fc.integer({ min: 1, max: 60 * hour }),
        (start, one, other) => {
          const inTwo = addWorkingTime(
            addWorkingTime(start, one, calendar, shanghai),
            other,
            calendar,
            shanghai,
          )
          expect(inTwo).toEqual(addWorkingTime(start, one + other, calendar, shanghai))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('ends within working hours of a working day', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 60 * hour }), (start, ms) => {
        const [endDay = '', time = ''] = toLocal(
          addWorkingTime(start, ms, calendar, shanghai),
          shanghai,
        ).split('T')
        expect(isWorkday(endDay, calendar)).toBe(true)
        expect(calendar.intervals.some(({ from, to }) => time >= `${from}:00` && time <= `${to}:00`)).toBe(
          true,
        )
      }),
      { numRuns: 60 },
    )
  })
})

describe('the local clock', () => {
  it.each(['Asia/Shanghai', 'Asia/Kolkata', 'America/New_York', 'Europe/Berlin', 'Pacific/Auckland', 'UTC'])(
    'goes there and back in %s',
    (timeZone) => {
      fc.assert(
        fc.property(instant, (when) => {
          const second = new Date(Math.floor(when.getTime() / 1000) * 1000)
          const local = toLocal(second, timeZone)
          // In the hour that is lived twice the first of the two is meant.
          expect(toLocal(fromLocal(local, timeZone), timeZone)).toBe(local)
        }),
        { numRuns: 80 },
      )
    },
  )

  it('names the first of two instants when an hour is lived twice, and goes on after one that is skipped', () => {
    expect(fromLocal('2026-10-25T02:30:00', 'Europe/Berlin').toISOString()).toBe('2026-10-25T00:30:00.000Z')
    expect(fromLocal('2026-03-29T02:30:00', 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z')
  })

  it('changes the day at local midnight', () => {
    expect(localDay(new Date('2026-03-11T15:59:59Z'), shanghai)).toBe('2026-03-11')
    expect(localDay(new Date('2026-03-11T16:00:00Z'), shanghai)).toBe('2026-03-12')
  })
})
