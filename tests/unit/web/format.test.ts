import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ago,
  budget,
  countdown,
  dayText,
  duration,
  fileSize,
  localInput,
  moment,
  money,
  readAmount,
} from '../../../miniapp/web/src/format.js'

const shanghai = 'Asia/Shanghai'
/** Wednesday 11 March 2026, ten in the morning in Shanghai. */
const now = Date.parse('2026-03-11T02:00:00Z')

describe('money on the pages', () => {
  it.each([
    [0, '¥0'],
    [123_456, '¥1,234.56'],
    [999_999, '¥9,999.99'],
    [12_000_000, '¥12万'],
    [12_345_678, '¥12.35万'],
    [15_000_000_000, '¥1.5亿'],
  ])('writes %i cents as %s', (cents, text) => expect(money(cents)).toBe(text))

  it.each([
    [null, null, null],
    [10_000_000, 10_000_000, '¥10万'],
    [10_000_000, 20_000_000, '¥10万–20万'],
    [null, 20_000_000, '¥20万 以内'],
    [10_000_000, null, '¥10万 以上'],
  ])('writes a budget of %s to %s as %s', (min, max, text) => expect(budget(min, max)).toBe(text))

  it.each([
    ['12万', 12_000_000],
    ['12.5w', 12_500_000],
    ['￥ 3,500 元', 350_000],
    ['1.2亿', 12_000_000_000],
    ['8k', 800_000],
    ['35000', 3_500_000],
    ['一些', null],
    ['12万左右吧', null],
    ['-5', null],
    ['', null],
  ])('reads the amount %s', (text, cents) => expect(readAmount(text)).toBe(cents))

  it('reads back whole yuan as they are written below ten thousand', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 }), (yuan) => readAmount(money(yuan * 100)) === yuan * 100),
    )
  })
})

describe('times on the pages', () => {
  it.each([
    ['2026-03-11T01:59:30Z', '刚刚'],
    ['2026-03-11T01:48:00Z', '12 分钟前'],
    ['2026-03-10T23:00:00Z', '3 小时前'],
    ['2026-03-10T07:04:00Z', '昨天 15:04'],
    ['2026-03-02T07:04:00Z', '3月2日 15:04'],
    ['2025-12-31T07:04:00Z', '2025年12月31日'],
  ])('says how long ago %s was', (iso, text) => expect(ago(iso, now, shanghai)).toBe(text))

  it.each([
    ['2026-03-11T09:00:00Z', '今天 17:00'],
    ['2026-03-11T16:30:00Z', '明天 00:30'],
    ['2026-03-14T02:00:00Z', '周六 10:00'],
    ['2026-03-18T02:00:00Z', '3月18日 10:00'],
    ['2027-01-05T02:00:00Z', '2027年1月5日'],
  ])('says when %s will be', (iso, text) => expect(moment(iso, now, shanghai)).toBe(text))

  it('says only the day of a task without a clock time', () => {
    expect(moment('2026-03-12T01:00:00Z', now, shanghai, { dayOnly: true })).toBe('明天')
    expect(dayText('2026-03-11', now, shanghai)).toBe('今天')
    expect(dayText('2026-04-01', now, shanghai)).toBe('4月1日')
  })

  it('goes by the organisation’s wall clock, not the phone’s', () => {
    expect(localInput(now, shanghai)).toBe('2026-03-11T10:00')
    expect(localInput(now, 'America/New_York')).toBe('2026-03-10T22:00')
  })

  it.each([
    [300_000, '5:00'],
    [299_001, '5:00'],
    [61_000, '1:01'],
    [1, '0:01'],
    [0, '0:00'],
    [-5000, '0:00'],
    [3_661_000, '1:01:01'],
  ])('counts %i ms down as %s', (ms, text) => expect(countdown(ms)).toBe(text))

  it.each([
    [48_000, '48 秒'],
    [720_000, '12 分钟'],
    [7_500_000, '2 小时 5 分'],
    [7_200_000, '2 小时'],
    [200_000_000, '2 天'],
  ])('says that %i ms are %s', (ms, text) => expect(duration(ms)).toBe(text))

  it('says sizes of files', () => {
    expect([fileSize(10), fileSize(350_000), fileSize(5_400_000)]).toEqual(['1 KB', '342 KB', '5.1 MB'])
  })
})
