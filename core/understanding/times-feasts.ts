import type { DaySpan } from './times-calendar.js'
import { civilOf } from './times-calendar.js'
import { HOLIDAY_NAMES, holidayNamed } from './times-holidays.js'
import { lunarDay, lunarMonth } from './times-lunar.js'
import type { Context, Part, YearOf } from './times-shape.js'
import { eat, num } from './times-shape.js'

const HOLIDAY = new RegExp(`(${HOLIDAY_NAMES})(当天|那天|当日)?`, 'y')
const AFTER_SHORT =
  /^(?:期间|放假|假期|长假|小长假|黄金周|前|后|节|之前|之后|以后|以前|过后|去|回|当天|那天|$|[ ,。;!?、])/
const LUNAR_HEAD = /(农历|阴历|旧历)/y

/** 国庆, 春节期间, 2024年冬至: of the year that is given, else the coming one. */
export function readHoliday(text: string, at: number, year: YearOf | undefined): Part | undefined {
  const calendar = eat(LUNAR_HEAD, text, at)
  const from = at + (calendar?.[0].length ?? 0)
  const match = eat(HOLIDAY, text, from)
  const holiday = holidayNamed(match?.[1] ?? '')
  if (!match || !holiday) return undefined
  const end = from + match[0].length
  const isAlone = !/[\d零一二三四五六七八九十百千第点月号]$/.test(text.slice(Math.max(0, at - 6), at))
  if (holiday.isShort && !(isAlone && AFTER_SHORT.test(text.slice(end, end + 3)))) return undefined
  const period = /^(?:期间|假期|长假|小长假|黄金周)/.exec(text.slice(end, end + 3))?.[0]
  const length = period ? holiday.length : 1
  const resolve = (ctx: Context) => {
    const start = year ? holiday.day(year(ctx)) : comingHoliday(ctx, holiday.day)
    return start === undefined ? undefined : { from: start, to: start + length }
  }
  const grain = period ? 'holiday' : 'day'
  return { end: end + (period?.length ?? 0), grain, resolve, rolls: 'year', daysOff: holiday.length }
}

function comingHoliday(ctx: Context, day: (year: number) => number | undefined): number | undefined {
  const { year } = civilOf(ctx.after?.from ?? ctx.today)
  const floor = ctx.after?.from ?? (ctx.prefer === 'future' ? ctx.today : -Infinity)
  return [year - 1, year, year + 1].map(day).find((found) => found !== undefined && found >= floor)
}

const LUNAR =
  /(农历|阴历|旧历)? ?(大?年(?=初)|(闰)?(正|腊|冬|1[0-2]|[1-9]|十[一二]|[一二三四五六七八九十])月)? ?(?:初([一二三四五六七八九十]|10|[1-9])|(三十|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|十[一二三四五六七八九]?|[12]\d|30|[1-9])(?![日号个万千元块台天年月]))?/y
const LUNAR_MONTHS = new Map([
  ['正', 1],
  ['冬', 11],
  ['腊', 12],
])

/** 农历八月十五, 正月初八, 腊月, 闰四月, 大年初五, 初八. */
export function readLunar(text: string, at: number, year: YearOf | undefined): Part | undefined {
  const match = eat(LUNAR, text, at)
  if (!match?.[0].trim()) return undefined
  const [words, calendar, monthWords, leap, name = '', early, date] = match
  const isNewYear = monthWords !== undefined && name === ''
  if (isNewYear && !early) return undefined
  const named = LUNAR_MONTHS.get(name)
  if (!calendar && !isNewYear && named === undefined && !leap && !(early && !monthWords)) return undefined
  if (/[年月最当起]$/.test(text.slice(Math.max(0, at - 6), at)) && !year && !monthWords && !calendar)
    return undefined
  if (!calendar && !monthWords && /^初(?:10|[1-9]|[一二三])(?=次|步|期|级|中|代|年级|心)/.test(words))
    return undefined
  const month = isNewYear ? 1 : (named ?? (name ? num(name) : undefined))
  const day = early ? num(early) : date ? num(date) : undefined
  if (month === undefined && day === undefined) return undefined
  const end = at + words.trimEnd().length
  const resolve = (ctx: Context) => lunarSpan(ctx, year, month, day, Boolean(leap))
  return { end, grain: day === undefined ? 'month' : 'day', resolve, rolls: 'year', confidence: 0.7 }
}

function lunarSpan(
  ctx: Context,
  year: YearOf | undefined,
  month: number | undefined,
  day: number | undefined,
  leap: boolean,
) {
  const find = (y: number, m: number): DaySpan | undefined =>
    day === undefined ? lunarMonth(y, m, leap) : single(lunarDay(y, m, day, leap))
  if (year && month) return find(year(ctx), month)
  const current = civilOf(ctx.today).year
  const months = month ? [month] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
  const years = Array.from({ length: leap ? 20 : 3 }, (_, i) => current - 1 + i)
  const all = years.flatMap((y) => months.map((m) => find(y, m))).filter((span) => span !== undefined)
  // A leap month comes round only every few years, and its name is mostly used in the year that has it.
  return (
    (leap ? all.find((span) => civilOf(span.from).year === current) : undefined) ??
    all.find((span) => span.to > ctx.today)
  )
}

function single(day: number | undefined): DaySpan | undefined {
  return day === undefined ? undefined : { from: day, to: day + 1 }
}
