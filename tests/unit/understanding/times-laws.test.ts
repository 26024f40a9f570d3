import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMoney } from '../../../core/understanding/money.js'
import { findMaskedPhones, findPhones } from '../../../core/understanding/phones.js'
import { findTimes } from '../../../core/understanding/times.js'
import { dayOf, formatDay } from '../../../core/understanding/times-calendar.js'
import { lunarDay } from '../../../core/understanding/times-lunar.js'
import { inChinese } from './chinese-number.js'

const NOW = '2026-03-10T10:30:00'
const LETTERS =
  '0123456789:/-.,年月日号周星期礼拜一二三四五六七八九十零两半今明后昨上下个这本天前内到至点分早晚午每初底中旬季度农历元旦 的、（）PMam'

describe('findTimes', () => {
  it('never throws and answers with ordered hits inside the text, the same every time', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 40 }),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, (words) => {
        const hits = findTimes(words, NOW)
        let last = 0
        for (const hit of hits) {
          expect(hit.start).toBeGreaterThanOrEqual(last)
          expect(hit.end).toBeGreaterThan(hit.start)
          expect(words.slice(hit.start, hit.end)).toBe(hit.text)
          expect(hit.value).not.toMatch(/NaN|undefined|Infinity/)
          last = hit.end
        }
        expect(last).toBeLessThanOrEqual(words.length)
        expect(findTimes(words, NOW)).toEqual(hits)
      }),
      { numRuns: 500 },
    )
  })

  it('reads every date back, however it is written', () => {
    const day = fc.integer({ min: dayOf(1990, 1, 1) ?? 0, max: dayOf(2060, 12, 31) ?? 0 })
    fc.assert(
      fc.property(day, (number) => {
        const value = formatDay(number)
        const [year = '', month = '', date = ''] = value.split('-')
        const [m, d] = [Number(month), Number(date)]
        const digits = [...year].map((figure) => '零一二三四五六七八九'[Number(figure)]).join('')
        for (const text of [
          value,
          `${year}/${m}/${d}`,
          `${year}.${month}.${date}`,
          `${year}${month}${date}`,
          `${year}年${m}月${d}日`,
          `${digits}年${inChinese(m).replace('一十', '十')}月${inChinese(d).replace(/^一十/, '十')}号`,
          `${year}年 ${month}月${date}號`,
        ])
          expect(findTimes(`约在${text}见`, NOW).map((hit) => hit.value)).toEqual([value])
      }),
    )
  })

  it('reads every minute of a named day back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (hour, minute) => {
        const clock = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':')
        for (const text of [`2026-04-01 ${clock}`, `2026年4月1日${hour}时${minute}分`])
          expect(findTimes(text, NOW).map((hit) => hit.value)).toEqual([`2026-04-01T${clock}:00`])
      }),
    )
  })
})

it('knows the lunar new years', () => {
  const known: Record<number, string> = {
    1954: '1954-02-03',
    1984: '1984-02-02',
    2000: '2000-02-05',
    2020: '2020-01-25',
    2025: '2025-01-29',
    2026: '2026-02-17',
    2027: '2027-02-06',
    2033: '2033-01-31',
    2034: '2034-02-19',
  }
  for (const [year, date] of Object.entries(known))
    expect(formatDay(lunarDay(Number(year), 1, 1) ?? 0)).toBe(date)
})

it.each([
  '一',
  '下',
  '3月',
  '每周',
  '1:',
  '12-',
  '0086',
  '一万',
  '三点',
  '138*',
  '下周三下午三点开会，预算15个，电话13912345678。',
])('reads a hundred thousand letters of %j in the time of a blink', (unit) => {
  const text = unit.repeat(Math.ceil(100_000 / unit.length))
  const start = performance.now()
  findTimes(text, NOW)
  findMoney(text, { spokenUnits: true })
  findPhones(text)
  findMaskedPhones(text)
  // A blink is 200 ms a reader; ten times that on a busy machine, where a runaway pattern would take minutes.
  expect(performance.now() - start).toBeLessThan(4000)
})
