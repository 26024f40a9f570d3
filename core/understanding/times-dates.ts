import type { DaySpan } from './times-calendar.js'
import { civilOf, dayOf, firstOfMonth, monthSpan } from './times-calendar.js'
import { readInMonth, readInYear, readLateEdge } from './times-parts.js'
import type { Context, DateNode } from './times-shape.js'
import { DATE, eat, num, skipJoint } from './times-shape.js'

const FULL_YEAR = /(1[0-9]\d\d|2[01]\d\d|[一二][零一二三四五六七八九]{3}) ?(?:年度?(?!级)|(?=Q[1-4]))/y
const SHORT_YEAR =
  /(\d\d|[零一二三四五六七八九]{2}) ?年(?!级|龄|薪|限|代|费|检|期|会|化|经验|质保|保修|合同|历史|老|以上|免费|服务|维保|多|内|间|左右|的?(?:经验|时间|历史)|纪|半|又|零|\d+个?月前|来)/y
const REL_YEARS = new Map([
  ['大前年', -3],
  ['前年', -2],
  ['去年', -1],
  ['上一年', -1],
  ['上年', -1],
  ['今年', 0],
  ['本年', 0],
  ['当年', 0],
  ['这一年', 0],
  ['明年', 1],
  ['来年', 1],
  ['次年', 1],
  ['下一年', 1],
  ['下年', 1],
  ['后年', 2],
  ['大后年', 3],
])
const REL_YEAR = new RegExp(
  `(${[...REL_YEARS.keys()].sort((a, b) => b.length - a.length).join('|')})度?(?!纪|级|龄)`,
  'y',
)
const TWO_YEARS = /今明(?:两|二)?年/y
const YEAR_HEAD = /(\d{4}|\d\d) ?(?=(?:到|至|-{1,2}|~) ?\d{2,4}年)/y
const LONE_YEAR =
  /(19[5-9]\d|20[0-4]\d)(?= [^\d]|$| ?(?:到|至|-|~) ?(?:19|20)\d\d(?!\d))(?! ?(?:元|块|万|个|台|人|家|套|多|左右))/y

/** A year, alone or with what follows in it: 2026年, 明年3月, 去年四季度末, 24年底. */
export function readYear(text: string, at: number): DateNode | undefined {
  const both = eat(TWO_YEARS, text, at)
  if (both)
    return { start: at, end: at + both[0].length, grain: 'year', resolve: (ctx) => yearSpan(yearNow(ctx), 2) }
  const found = readYearWord(text, at)
  if (!found) return undefined
  const inside = readInYear(text, skipYearJoint(text, found.end), found.year)
  if (inside) return { ...inside, start: at, isFull: found.isFull }
  return {
    start: at,
    end: found.end,
    grain: 'year',
    isFull: found.isFull,
    resolve: (ctx) => yearSpan(found.year(ctx), 1),
  }
}

interface YearWord {
  end: number
  isFull: boolean
  year: (ctx: Context) => number
}

function readYearWord(text: string, at: number): YearWord | undefined {
  const relative = eat(REL_YEAR, text, at)
  if (relative) {
    const offset = REL_YEARS.get(relative[1] ?? '') ?? 0
    return {
      end: at + relative[0].length,
      isFull: false,
      year: (ctx) =>
        yearNow(/[次当同]/.test(relative[1] ?? '') ? ctx : { ...ctx, after: undefined }) + offset,
    }
  }
  if (/(?:[\dA-Za-z./]|[A-Za-z]-)$/.test(text.slice(Math.max(0, at - 2), at))) return undefined
  const full = eat(FULL_YEAR, text, at) ?? (at === 0 ? eat(LONE_YEAR, text, at) : undefined)
  if (full) return { end: at + full[0].trimEnd().length, isFull: true, year: () => num(full[1]) }
  const head = eat(YEAR_HEAD, text, at)
  const short =
    head ??
    (/[近有了满共第\d零一二三四五六七八九十百]$/.test(text.slice(Math.max(0, at - 6), at))
      ? undefined
      : eat(SHORT_YEAR, text, at))
  if (!short) return undefined
  const value = num(short[1])
  return {
    end: at + short[0].trimEnd().length,
    isFull: true,
    year: (ctx) => (value >= 1000 ? value : nearestCentury(value, civilOf(ctx.today).year)),
  }
}

/** 98 is 1998 and 24 is 2024: the century that brings the year nearest. */
function nearestCentury(short: number, current: number): number {
  const base = Math.floor(current / 100) * 100 + short
  return [base - 100, base, base + 100].reduce((best, year) =>
    Math.abs(year - current) < Math.abs(best - current) ? year : best,
  )
}

const YEAR_JOINT = /(?:[ 的]|, ?|份)*/y
function skipYearJoint(text: string, at: number): number {
  return at + (eat(YEAR_JOINT, text, at)?.[0].length ?? 0)
}

function yearNow(ctx: Context): number {
  return civilOf(ctx.after?.from ?? ctx.today).year
}

function yearSpan(year: number, count: number): DaySpan {
  return { from: firstOfMonth(year, 1), to: firstOfMonth(year + count, 1) }
}

const REL_MONTH = /(上{1,4}|下{1,4}|本|这|当|今|次|同)一?个?月份?(?!薪|饼|结|费用?是)/y
const MONTHS_APART = new Map([
  ['本', 0],
  ['这', 0],
  ['当', 0],
  ['今', 0],
  ['同', 0],
  ['次', 1],
])

/** A month that is named from here (上个月, 下下月, 本月), alone or with a day, week or part in it. */
export function readRelativeMonth(text: string, at: number): DateNode | undefined {
  const match = eat(REL_MONTH, text, at)
  const word = match?.[1]
  if (!match || !word) return undefined
  const step = MONTHS_APART.get(word) ?? (word.startsWith('上') ? -word.length : word.length)
  const month = (ctx: Context) => {
    const { year, month: current } = civilOf(
      word === '次' || word === '同' ? (ctx.after?.from ?? ctx.today) : ctx.today,
    )
    return { year, month: current + step }
  }
  const end = at + match[0].length
  const inside = readInMonth(text, skipJoint(text, end), month)
  if (inside) return { ...inside, start: at }
  return { start: at, end, grain: 'month', resolve: (ctx) => spanOf(month(ctx)) }
}

function spanOf({ year, month }: { year: number; month: number }): DaySpan {
  return monthSpan(year, month)
}

/** 月底, 年末, 季度末, 上半年 and whatever else stands in this year without saying so. */
export function readInThisYear(text: string, at: number): DateNode | undefined {
  if (
    /[\d一二两三四五六七八九十半几多个]$/.test(text.slice(Math.max(0, at - 6), at)) &&
    !/[,、。 ]$/.test(text.slice(Math.max(0, at - 6), at))
  )
    return undefined
  return readInYear(text, at, undefined) ?? readLateEdge(text, at)
}

const DAY_WORDS = new Map([
  ['大前', -3],
  ['前', -2],
  ['昨', -1],
  ['琴', -1],
  ['今', 0],
  ['本', 0],
  ['当', 0],
  ['同', 0],
  ['明', 1],
  ['听', 1],
  ['次', 1],
  ['翌', 1],
  ['后', 2],
  ['大后', 3],
])
const DAY_WORD =
  /(大前|大后|前|昨|琴|今|本|当|同|明|听|次|翌|后)(?:(天|日|儿个?|朝(?!代|阳|向))|(?=[早晚晨夜]))(?![天出])/y
const NEXT_DAYS = /第([二三])天/y
const DAY_PAIRS = new Map<string, DaySpan>([
  ['今明', { from: 0, to: 2 }],
  ['明后', { from: 1, to: 3 }],
  ['这两', { from: 0, to: 2 }],
  ['这几', { from: 0, to: 3 }],
])
const DAY_PAIR = /(今明|明后|这两|这几)(?:两|二)?(?:天|日)/y

/** 今天, 大后天, 昨晚, 次日, 这两天. */
export function readDayWord(text: string, at: number): DateNode | undefined {
  const pair = eat(DAY_PAIR, text, at)
  const span = DAY_PAIRS.get(pair?.[1] ?? '')
  if (pair && span) {
    const resolve = (ctx: Context) => ({ from: ctx.today + span.from, to: ctx.today + span.to })
    return { start: at, end: at + pair[0].length, grain: 'edge', resolve, confidence: 0.6 }
  }
  const nth = eat(NEXT_DAYS, text, at)
  if (nth) {
    const resolve = (ctx: Context) => oneDay((ctx.after?.from ?? ctx.today) + num(nth[1]) - 1)
    return { start: at, end: at + nth[0].length, grain: 'day', resolve, confidence: 0.5 }
  }
  const match = eat(DAY_WORD, text, at)
  const word = match?.[1] ?? ''
  const offset = DAY_WORDS.get(word)
  if (!match || offset === undefined) return undefined
  const followsOn = /[次翌当同]/.test(word)
  const resolve = (ctx: Context) => oneDay((followsOn ? (ctx.after?.from ?? ctx.today) : ctx.today) + offset)
  return {
    start: at,
    end: at + match[0].length,
    grain: 'day',
    resolve,
    ...(followsOn ? { confidence: 0.6 } : {}),
  }
}

function oneDay(day: number): DaySpan {
  return { from: day, to: day + 1 }
}

const BARE_DAY = new RegExp(
  `(${DATE}) ?(?:号(?!楼|线|店|机|门|馆|厅|院|库|桌|位|文|车|仓|产品|方案|样|柜|令|选手|公路|地块|厂|会议|窗口|电池|码|字|称|召|角|、?\\d+号楼|[A-Za-z\\d])|日(?!常|报|程|志|用|均|期|本|语|元|立|之|记|内|结|化|游|薪|韩|系|式|子))`,
  'y',
)
const DAY_HEAD = new RegExp(`(${DATE})(?= ?(?:到|至|-{1,2}|~|、|和) ?${DATE} ?[号日])`, 'y')

/** 25号, 二十号, and the 3 of "3到5号": the coming one, or the one after the days named before it. */
export function readBareDay(text: string, at: number): DateNode | undefined {
  if (/[\dA-Za-z.第房编工单账零一二三四五六七八九十百月/]$/.test(text.slice(Math.max(0, at - 6), at)))
    return undefined
  const match = eat(BARE_DAY, text, at) ?? eat(DAY_HEAD, text, at)
  if (!match) return undefined
  const date = num(match[1])
  // 一日三餐, 三日游: a single Chinese numeral before 日 is a count more often than a date.
  if (/^[一二两三四五六七八九十]日/.test(match[0])) return undefined
  return {
    start: at,
    end: at + match[0].length,
    grain: 'day',
    rolls: 'month',
    resolve: (ctx) => monthlyDay(ctx, date),
  }
}

function monthlyDay(ctx: Context, date: number): DaySpan | undefined {
  const floor = ctx.after?.from ?? (ctx.prefer === 'future' ? ctx.today : -Infinity)
  const { year, month } = civilOf(ctx.after?.from ?? ctx.today)
  for (let step = 0; step <= 2; step++) {
    const { year: y, month: m } = civilOf(firstOfMonth(year, month + step))
    const day = dayOf(y, m, date)
    if (day !== undefined && day >= floor) return oneDay(day)
  }
  return undefined
}
