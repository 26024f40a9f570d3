import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addWorkingTime,
  fromLocal,
  isWorkday,
  localDay,
  toLocal,
  toLocalByIntl,
  workdayMs,
  workingTimeBetween,
} from '../../../core/deadlines/working-time.js'
import { calendarDefault, calendarSchema, type Calendar } from '../../../core/playbook/calendar.js'
import {
  holidaysDefault,
  holidaysSchema,
  withHolidays,
  yearsWithoutHolidays,
} from '../../../core/playbook/holidays.js'

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
    [{ from: '22:00', to: '06:00' }],
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
      daysOff: Array.from({ length: 3100 }, (_, n) =>
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

describe('public holidays', () => {
  const china = withHolidays(calendarDefault, holidaysDefault)
  const days = (from: string, count: number) =>
    Array.from({ length: count }, (_, n) =>
      new Date(Date.parse(`${from}T00:00:00Z`) + n * 24 * hour).toISOString().slice(0, 10),
    )

  it.each([
    { feast: '春节 2026', from: '2026-02-15', count: 9, makeUp: ['2026-02-14', '2026-02-28'] },
    { feast: '国庆 2026', from: '2026-10-01', count: 7, makeUp: ['2026-09-20', '2026-10-10'] },
    { feast: '国庆中秋 2025', from: '2025-10-01', count: 8, makeUp: ['2025-09-28', '2025-10-11'] },
  ])('are days off at $feast, and their make-up days are worked', ({ from, count, makeUp }) => {
    expect(days(from, count).filter((one) => isWorkday(one, china))).toEqual([])
    expect(makeUp.filter((one) => !isWorkday(one, china))).toEqual([])
    expect(makeUp.filter((one) => isWorkday(one, calendarDefault))).toEqual([])
  })

  it('lets a promise of two hours over 国庆 and 春节 end on the first day back', () => {
    expect(add('2026-09-30T17:00:00', 2 * hour, china)).toBe('2026-10-08T10:00:00')
    expect(add('2026-02-14T17:00:00', 2 * hour, china)).toBe('2026-02-24T10:00:00')
  })

  it('counts a make-up Saturday as the working day it is', () => {
    expect(add('2026-10-09T17:00:00', 2 * hour, china)).toBe('2026-10-10T10:00:00')
  })

  it('gives way to what the organisation has decided for a day', () => {
    const own = withHolidays(
      { ...calendarDefault, makeUpDays: ['2026-10-02'], daysOff: ['2026-10-10'] },
      holidaysDefault,
    )
    expect([isWorkday('2026-10-02', own), isWorkday('2026-10-10', own)]).toEqual([true, false])
  })

  it('lists only days of the year it says, weekend days as make-up days', () => {
    expect(holidaysSchema.safeParse(holidaysDefault).success).toBe(true)
    for (const { year, feasts } of holidaysDefault.years)
      for (const { from, to, makeUpDays } of feasts) {
        expect([from, to, ...makeUpDays].every((one) => one.startsWith(String(year)))).toBe(true)
        expect(makeUpDays.filter((one) => isWorkday(one, calendarDefault))).toEqual([])
      }
  })

  it('names the years for which nobody has written them down', () => {
    expect(yearsWithoutHolidays(holidaysDefault, 2025, 2028)).toEqual([2027, 2028])
    expect(yearsWithoutHolidays(holidaysDefault, 2026, 2026)).toEqual([])
  })

  it('refuses a year that is written twice and a feast that ends before it begins', () => {
    const [year] = holidaysDefault.years
    expect(holidaysSchema.safeParse({ years: [year, year] }).success).toBe(false)
    const feast = { name: '节', from: '2026-05-02', to: '2026-05-01', makeUpDays: [] }
    const years = [{ year: 2026, source: '', feasts: [feast] }]
    expect(holidaysSchema.safeParse({ years }).success).toBe(false)
  })
})

describe('working hours of their own kind', () => {
  const night: Calendar = { ...calendarDefault, intervals: [{ from: '22:00', to: '06:00' }] }
  const saturday: Calendar = {
    ...calendarDefault,
    workdays: [1, 2, 3, 4, 5, 6],
    otherHours: [{ weekday: 6, intervals: [{ from: '09:00', to: '12:00' }] }],
  }

  it('go over midnight into the next day, also into a day off', () => {
    expect(add('2026-03-11T23:00:00', 3 * hour, night)).toBe('2026-03-12T02:00:00')
    expect(add('2026-03-12T03:00:00', 4 * hour, night)).toBe('2026-03-12T23:00:00')
    expect(add('2026-03-13T23:00:00', 6 * hour, night)).toBe('2026-03-14T05:00:00')
    expect(add('2026-03-14T05:00:00', 2 * hour, night)).toBe('2026-03-16T23:00:00')
  })

  it('end at noon on a Saturday where the calendar says so', () => {
    expect(add('2026-03-14T11:00:00', 2 * hour, saturday)).toBe('2026-03-16T10:00:00')
  })

  it('count once where they overlap', () => {
    const doubled = {
      ...calendarDefault,
      intervals: [
        { from: '09:00', to: '12:00' },
        { from: '11:00', to: '13:00' },
      ],
    }
    expect(add('2026-03-11T09:00:00', 4 * hour, doubled)).toBe('2026-03-11T13:00:00')
    expect(workdayMs(doubled)).toBe(4 * hour)
    expect(workdayMs(calendarDefault)).toBe(7.5 * hour)
  })

  it('cannot begin and end at the same time', () => {
    const empty = { ...calendarDefault, intervals: [{ from: '09:00', to: '09:00' }] }
    expect(calendarSchema.safeParse(empty).success).toBe(false)
  })
})

describe('personal working time', () => {
  const absence = (from: string, to: string) => ({ from: at(from), to: at(to) })
  const addWithLeave = (from: string, ms: number, ...leave: ReturnType<typeof absence>[]) =>
    toLocal(addWorkingTime(at(from), ms, calendarDefault, shanghai, leave), shanghai)

  it('stands still during leave, whole days and half ones', () => {
    const twoDays = absence('2026-03-11T00:00', '2026-03-13T00:00')
    expect(addWithLeave('2026-03-10T17:00:00', 2 * hour, twoDays)).toBe('2026-03-13T10:00:00')
    const afternoon = absence('2026-03-11T12:00', '2026-03-12T00:00')
    expect(addWithLeave('2026-03-11T11:00:00', 2 * hour, afternoon)).toBe('2026-03-12T10:00:00')
  })

  it('lasts as long as it was asked for, whatever leave lies in between or overlaps', () => {
    const leave = fc
      .tuple(instant, fc.integer({ min: 1, max: 20 * 24 * hour }))
      .map(([from, ms]) => ({ from, to: new Date(from.getTime() + ms) }))
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 0, max: 40 * hour }),
        fc.array(leave, { maxLength: 5 }),
        (start, ms, leaves) => {
          const end = addWorkingTime(start, ms, calendar, shanghai, leaves)
          expect(workingTimeBetween(start, end, calendar, shanghai, leaves)).toBe(ms)
          // The very end of a piece of working time may touch a leave; nothing lies inside one.
          expect(leaves.some(({ from, to }) => end > from && end < to)).toBe(false)
        },
      ),
      { numRuns: 80 },
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

  it.each(['Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Taipei', 'Asia/Singapore', 'UTC'])(
    'is the same by arithmetic as by Intl in %s',
    (timeZone) => {
      const since1980 = fc
        .integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2060, 0, 1) })
        .map((ms) => new Date(ms))
      fc.assert(
        fc.property(since1980, (when) => {
          expect(toLocal(when, timeZone)).toBe(toLocalByIntl(when, timeZone))
        }),
        { numRuns: 200 },
      )
    },
  )

  it('knows that China once had summer time', () => {
    expect(toLocal(new Date('1988-07-01T00:00:00Z'), shanghai)).toBe('1988-07-01T09:00:00')
  })

  it('changes the day at local midnight', () => {
    expect(localDay(new Date('2026-03-11T15:59:59Z'), shanghai)).toBe('2026-03-11')
    expect(localDay(new Date('2026-03-11T16:00:00Z'), shanghai)).toBe('2026-03-12')
  })
})
