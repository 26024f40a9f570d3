import type { DaySpan } from './times-calendar.js'
import { civilOf, dayOf, firstOfMonth, mondayOf, monthSpan, weekdayOf } from './times-calendar.js'
import { readHoliday, readLunar } from './times-feasts.js'
import { nthWeekday } from './times-holidays.js'
import { lunarDay } from './times-lunar.js'
import type { Context, DateNode, Part, YearOf } from './times-shape.js'
import { DATE, eat, MONTH, num, skipJoint } from './times-shape.js'
import { yearlyDay } from './times-numeric.js'

type MonthOf = (ctx: Context) => { year: number; month: number }

/** What can be named in a year: month and day, half, quarter, edge, week, holiday. Without a year: the coming one. */
export function readInYear(text: string, at: number, year: YearOf | undefined): DateNode | undefined {
  const part =
    readHoliday(text, at, year) ??
    readLunar(text, at, year) ??
    readMonth(text, at, year) ??
    readQuarter(text, at, year) ??
    readHalf(text, at, year) ??
    (year ? (readYearEdge(text, at, year) ?? readCounted(text, at, year)) : undefined)
  return part && { ...part, start: at }
}

const MONTH_WORD = new RegExp(`(${MONTH}) ?月(?!饼|薪|光|球|台)(份)?`, 'y')
// The 1 of "1-9月" and of "3、5月".
const MONTH_HEAD = new RegExp(`(${MONTH})(?= ?(?:到|至|-{1,2}|~|、|和|,) ?${MONTH}月)()`, 'y')
const NTH_MONTH = /第([一二三四五六七八九十]{1,2}|\d{1,2})个月(?!内|里)/y

function readMonth(text: string, at: number, year: YearOf | undefined): Part | undefined {
  const nth = year && eat(NTH_MONTH, text, at)
  const match = nth ?? eat(MONTH_WORD, text, at) ?? eat(MONTH_HEAD, text, at)
  if (!match) return undefined
  const month = num(match[1])
  if (month > 12) return undefined
  const end = at + match[0].length
  const of: MonthOf = (ctx) => ({ year: year ? year(ctx) : comingYear(ctx, month), month })
  const inside = readInMonth(text, skipJoint(text, end), of, year ? undefined : month, Boolean(match[2]))
  if (inside) return inside
  return {
    end,
    grain: 'month',
    resolve: (ctx) => spanOf(of(ctx)),
    ...(year ? {} : { rolls: 'year' as const }),
  }
}

/** The year in which a month that stands alone is meant. */
function comingYear(ctx: Context, month: number): number {
  const base = ctx.after?.from ?? ctx.today
  const { year, month: current } = civilOf(base)
  return month < current && (ctx.after || ctx.prefer === 'future') ? year + 1 : year
}

const DATE_IN_MONTH = new RegExp(`(${DATE}) ?[日号]`, 'y')
const BARE_IN_MONTH = new RegExp(
  `(${DATE})(?=$|[ ,。;!?、)~-]|到|至|[上下]午|早|晚|中午|\\(|周|星期|前|以|之|起|开始|左右|见|去|来)`,
  'y',
)
const LUNAR_IN_MONTH = /初([一二三四五六七八九十]|10|[1-9])(?![次步期级中])|(十五)(?![日号个万千元块台天])/y
const EDGE = /月?(初|中下?旬|中|底|末|尾|上中?旬|下旬)(?!国|文|标|午|心|级|介|下|层|部|价|线|盘|次|步|期|旬)/y
const NTH_WEEK = /第 ?([一二三四五六]|\d) ?个?(?:周|星期|礼拜)(?![一二三四五六日天末])/y
const NTH_DAY = /第 ?([一二三四五]|\d|最后一)个?(?:周|星期|礼拜)([一二三四五六日天末])/y
const LAST_DAY =
  /最后一个?(?:(?:周|星期|礼拜)([一二三四五六日天])|(周|星期|礼拜)(?!末)|(工作日)|(天)|((?:周|星期|礼拜)末))/y

/** Days of the month for each edge word, [first, end); 0 = the last day. */
const EDGES = new Map<string, readonly [number, number]>([
  ['初', [1, 6]],
  ['上旬', [1, 11]],
  ['上中旬', [1, 21]],
  ['中', [10, 21]],
  ['中旬', [11, 21]],
  ['中下旬', [11, 0]],
  ['下旬', [21, 0]],
  ['底', [25, 0]],
  ['末', [25, 0]],
  ['尾', [25, 0]],
])

/** What can be named in a month: a date, 上旬, 底, the second week, its last Friday. */
export function readInMonth(
  text: string,
  at: number,
  of: MonthOf,
  /** The month stands without a year: a date in it rolls on its own. */
  loose?: number,
  isPeriod = false,
): DateNode | undefined {
  const dated = eat(DATE_IN_MONTH, text, at) ?? (isPeriod ? undefined : eat(BARE_IN_MONTH, text, at))
  const lunar = isPeriod ? undefined : eat(LUNAR_IN_MONTH, text, at)
  if (lunar && !(dated && dated[0].length > lunar[0].length)) {
    const date = num(lunar[1] ?? lunar[2])
    return node(at, lunar, 'day', (ctx) => lunarDate(ctx, of(ctx), date, loose !== undefined), loose)
  }
  if (dated) {
    const date = num(dated[1])
    const exact = (ctx: Context) => {
      const { year, month } = normal(of(ctx))
      return single(dayOf(year, month, date))
    }
    return node(at, dated, 'day', loose === undefined ? exact : yearlyDay(loose, date), loose)
  }
  const edge = eat(EDGE, text, at)
  const bounds = EDGES.get(edge?.[1] ?? '')
  if (edge && bounds) {
    const late = { isLate: bounds[1] === 0 }
    return { ...node(at, edge, 'edge', (ctx) => edgeSpan(spanOf(of(ctx)), bounds), loose), ...late }
  }
  return readWeekOfMonth(text, at, of)
}

function readWeekOfMonth(text: string, at: number, of: MonthOf): DateNode | undefined {
  const last = eat(LAST_DAY, text, at)
  if (last) return node(at, last, last[2] ? 'week' : 'day', (ctx) => lastOf(spanOf(of(ctx)), last))
  const day = eat(NTH_DAY, text, at)
  if (day) {
    return node(at, day, 'day', (ctx) => {
      const { year, month } = normal(of(ctx))
      return single(nthWeekday(year, month, weekdayNumber(day[2]), num(day[1])))
    })
  }
  const week = eat(NTH_WEEK, text, at)
  return week && node(at, week, 'week', (ctx) => nthWeek(spanOf(of(ctx)).from, num(week[1])))
}

function lastOf(
  { to }: DaySpan,
  [, weekday, week, workday, , weekend]: RegExpExecArray,
): DaySpan | undefined {
  const last = to - 1
  // The last Saturday of the month with the Sunday behind it.
  if (weekend) {
    const saturday = last - ((weekdayOf(last) - 6 + 7) % 7)
    return { from: saturday, to: saturday + 2 }
  }
  if (week)
    return {
      from: mondayOf(to) - (weekdayOf(to) === 1 ? 7 : 0),
      to: mondayOf(to) + (weekdayOf(to) === 1 ? 0 : 7),
    }
  if (weekday) return single(last - ((weekdayOf(last) - weekdayNumber(weekday) + 7) % 7))
  if (workday) return single(last - Math.max(0, weekdayOf(last) - 5))
  return single(last)
}

const QUARTER =
  /(?:第?([一二三四1-4])个?季度|Q([1-4])(?![A-Za-z\d])|(首)季度?|[四4]个季度)(?:的)?(初|末|底|尾)?/y
const REL_QUARTER =
  /(?:(上{1,4}|下{1,4}|本|这|当)一?个?(?:季度|季(?=[初末底]))|季度?(?=[初末底]))的?(初|末|底|尾)?/y

function readQuarter(text: string, at: number, year: YearOf | undefined): Part | undefined {
  const relative = year ? undefined : eat(REL_QUARTER, text, at)
  if (relative) {
    const word = relative[1] ?? ''
    const step = word.startsWith('上') ? -word.length : word.startsWith('下') ? word.length : 0
    return quarterPart(at, relative, relative[2], (ctx) => {
      const { year: current, month } = civilOf(ctx.today)
      return { year: current, quarter: Math.ceil(month / 3) + step }
    })
  }
  if (!year && /[A-Za-z\d]/.test(text.charAt(at - 1))) return undefined
  const match = eat(QUARTER, text, at)
  const quarter = match?.[3] ? 1 : num(match?.[1] ?? match?.[2])
  if (!match || !quarter) return undefined
  return quarterPart(at, match, match[4], (ctx) => ({
    year: year ? year(ctx) : civilOf(ctx.after?.from ?? ctx.today).year,
    quarter,
  }))
}

function quarterPart(
  at: number,
  match: RegExpExecArray,
  edge: string | undefined,
  of: (ctx: Context) => { year: number; quarter: number },
): Part {
  const resolve = (ctx: Context) => {
    const { year, quarter } = of(ctx)
    if (edge === undefined) return monthSpan(year, quarter * 3 - 2, 3)
    return monthSpan(year, edge === '初' ? quarter * 3 - 2 : quarter * 3)
  }
  const isLate = edge !== undefined && edge !== '初'
  return { end: at + match[0].length, grain: edge ? 'edge' : 'quarter', resolve, isLate }
}

const HALF = /(上|下|前|后|头)半年(?!度?奖)度?/y
const REL_HALF = /(上|下|这)一?个半年/y

function readHalf(text: string, at: number, year: YearOf | undefined): Part | undefined {
  const relative = year ? undefined : eat(REL_HALF, text, at)
  if (relative) {
    const step = relative[1] === '上' ? -6 : relative[1] === '下' ? 6 : 0
    const resolve = (ctx: Context) => {
      const { year: current, month } = civilOf(ctx.today)
      return monthSpan(current, (month <= 6 ? 1 : 7) + step, 6)
    }
    return { end: at + relative[0].length, grain: 'half', resolve }
  }
  const match = eat(HALF, text, at)
  if (!match || (!year && /[前后]/.test(match[1] ?? ''))) return undefined
  const first = /[上前头]/.test(match[1] ?? '') ? 1 : 7
  const of = year ?? ((ctx: Context) => civilOf(ctx.after?.from ?? ctx.today).year)
  return { end: at + match[0].length, grain: 'half', resolve: (ctx) => monthSpan(of(ctx), first, 6) }
}

const YEAR_EDGE =
  /年?(初|伊始|年头|中|底|末|尾|终)(?![一二三四五六七八九十\d]|国|文|标|午|心|级|介|旬|秋|下|层|部|价|线|盘|次|步|期|端|审)/y
const YEAR_EDGES = new Map<string, readonly [number, number]>([
  ['初', [1, 2]],
  ['年头', [1, 2]],
  ['伊始', [1, 1]],
  ['中', [6, 2]],
  ['底', [11, 2]],
  ['末', [11, 2]],
  ['尾', [11, 2]],
  ['终', [11, 2]],
])
const SEASON = /(春|夏|秋|冬)(?:天|季)/y

function readYearEdge(text: string, at: number, year: YearOf): Part | undefined {
  const match = eat(YEAR_EDGE, text, at)
  const months = YEAR_EDGES.get(match?.[1] ?? '')
  if (match && months) {
    const isLate = months[0] === 11
    return {
      end: at + match[0].length,
      grain: 'edge',
      isLate,
      resolve: (ctx) => monthSpan(year(ctx), ...months),
    }
  }
  const season = eat(SEASON, text, at)
  const first = 3 + 3 * '春夏秋冬'.indexOf(season?.[1] ?? '?')
  return (
    season && {
      end: at + season[0].length,
      grain: 'edge',
      confidence: 0.5,
      resolve: (ctx) => monthSpan(year(ctx), first, 3),
    }
  )
}

const LATE_EDGE = /(年(?=[初中底末终尾]))(?!年)|(月(?=初|中(?!国|文|标)旬?|底|末|尾))|(上旬|中旬|下旬)/y

/** 年底, 月初, 中旬 on their own: of this year or month, or the next when this one's is over. */
export function readLateEdge(text: string, at: number): DateNode | undefined {
  const match = eat(LATE_EDGE, text, at)
  if (!match || /[\d今明去前后每当同]$/.test(text.slice(Math.max(0, at - 6), at))) return undefined
  const [, year] = match
  const part = (shift: number) =>
    year
      ? readYearEdge(text, at, (ctx) => civilOf(ctx.after?.from ?? ctx.today).year + shift)
      : readInMonth(text, at, (ctx) => {
          const { year: current, month } = civilOf(ctx.after?.from ?? ctx.today)
          return { year: current, month: month + shift }
        })
  const [now, next] = [part(0), part(1)]
  if (!now || !next) return undefined
  const resolve = (ctx: Context) => {
    const span = now.resolve(ctx)
    return span && span.to <= ctx.today && ctx.prefer === 'future' ? next.resolve(ctx) : span
  }
  return { ...now, start: at, resolve }
}

const COUNTED = /(前|后|头|最后) ?([一二两三四五六七八九十]{1,3}|\d{1,2}) ?个?(月|季度|周|星期|礼拜|天)/y
const NTH_OF_YEAR = /第 ?([一二三四五六七八九十]{1,3}|\d{1,3}) ?个?(周|星期|礼拜|天)(?![一二三四五六日天末])/y

/** 前五个月, 最后3周, 第52周, 第一天: counted from an end of the year. Weeks count from the first Monday. */
function readCounted(text: string, at: number, year: YearOf): Part | undefined {
  const nth = eat(NTH_OF_YEAR, text, at)
  if (nth) {
    const resolve = (ctx: Context) => {
      const first = firstOfMonth(year(ctx), 1)
      return nth[2] === '天' ? single(first + num(nth[1]) - 1) : nthWeek(first, num(nth[1]))
    }
    return { end: at + nth[0].length, grain: nth[2] === '天' ? 'day' : 'week', resolve }
  }
  const match = eat(COUNTED, text, at)
  if (!match) return undefined
  const fromEnd = match[1] === '后' || match[1] === '最后'
  const resolve = (ctx: Context) => countedSpan(year(ctx), fromEnd, num(match[2]), match[3] ?? '')
  return { end: at + match[0].length, grain: 'edge', resolve }
}

function countedSpan(year: number, fromEnd: boolean, count: number, unit: string): DaySpan {
  const [first, end] = [firstOfMonth(year, 1), firstOfMonth(year + 1, 1)]
  if (unit === '月' || unit === '季度') {
    const months = unit === '月' ? count : count * 3
    return fromEnd ? { from: firstOfMonth(year, 13 - months), to: end } : monthSpan(year, 1, months)
  }
  if (unit === '天') return fromEnd ? { from: end - count, to: end } : { from: first, to: first + count }
  const start = fromEnd ? mondayOf(end) - count * 7 : (nthWeek(first, 1)?.from ?? first)
  return { from: start, to: start + count * 7 }
}

function lunarDate(
  ctx: Context,
  { year, month }: { year: number; month: number },
  date: number,
  isLoose: boolean,
) {
  const day = lunarDay(year, month, date)
  if (day !== undefined && isLoose && day >= ctx.today + 366) return single(lunarDay(year - 1, month, date))
  return single(day)
}

function node(
  at: number,
  match: RegExpExecArray,
  grain: DateNode['grain'],
  resolve: DateNode['resolve'],
  loose?: number,
): DateNode {
  return {
    start: at,
    end: at + match[0].length,
    grain,
    resolve,
    ...(loose === undefined ? {} : { rolls: 'year' as const }),
  }
}

function edgeSpan({ from, to }: DaySpan, [first, end]: readonly [number, number]): DaySpan {
  return { from: from + first - 1, to: end === 0 ? to : from + end - 1 }
}

function nthWeek(first: number, nth: number): DaySpan | undefined {
  const monday = mondayOf(first + 6) + (nth - 1) * 7
  return Number.isNaN(monday) ? undefined : { from: monday, to: monday + 7 }
}

/** 1 = Monday … 7 = Sunday, from 一…六, 日, 天, 末 (Saturday) or a digit. */
export function weekdayNumber(word: string | undefined): number {
  if (word === '日' || word === '天') return 7
  return word === '末' ? 6 : num(word)
}

function normal({ year, month }: { year: number; month: number }): { year: number; month: number } {
  return civilOf(firstOfMonth(year, month))
}

function spanOf({ year, month }: { year: number; month: number }): DaySpan {
  return monthSpan(year, month)
}

function single(day: number | undefined): DaySpan | undefined {
  return day === undefined || Number.isNaN(day) ? undefined : { from: day, to: day + 1 }
}
