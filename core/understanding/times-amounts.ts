import { DAY_SECONDS } from './times-calendar.js'
import { eat, num } from './times-shape.js'

/** A length of time in the parts that calendars count apart. */
export interface Amount {
  end: number
  months: number
  days: number
  workdays: number
  seconds: number
  /** 多, 几, 两三: about so long; `slack` is added for the outer bound. */
  slack: number
  unit: Unit
  count: number
  parts: number
}

export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'workday'

const UNITS: readonly (readonly [words: string, unit: Unit])[] = [
  ['个工作日|工作日|个交易日', 'workday'],
  ['秒钟?', 'second'],
  ['分钟|分(?=半|[ 之以]?[前后内])', 'minute'],
  ['个?多?小时|个?多?钟头|个钟(?!头)', 'hour'],
  ['天|日(?=[ 之以]?[前后内])', 'day'],
  [
    '个?多?周(?![一二三四五六日末年岁报刊])|个?多?星期(?![一二三四五六日天])|个?多?礼拜(?![一二三四五六日天])',
    'week',
  ],
  ['个季度', 'quarter'],
  ['个多?月|(?<=[两俩仨几])月|月(?=[之以]?内)', 'month'],
  ['年(?!级|龄|代|会|薪|度(?!以)|轻)', 'year'],
]
const UNIT_PATTERN = UNITS.map(([words]) => `(${words})`).join('|')
const COUNT =
  '(?:(\\d{1,6}(?:\\.\\d{1,4})?|[一二两三四五六七八九](?:点[一二三四五六七八九])|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九|十几|几十|几百|[零一二两三四五六七八九十百千廿卅俩仨]{1,8}|几|数|若干)(?:(?:到|至|-|~) ?(\\d{1,6}|[一二两三四五六七八九十]{1,3}))? ?(多|来|余)?)'
const AMOUNT = new RegExp(`${COUNT} ?(个半)? ?(?:${UNIT_PATTERN})(半)?(?:钟)?(多)?`, 'y')
const HALVES: readonly (readonly [pattern: RegExp, unit: Unit, count: number])[] = [
  [/半个?(?:小时|钟头?)/y, 'hour', 0.5],
  [/半天/y, 'day', 0.5],
  [/半个?(?:月)/y, 'month', 0.5],
  [/半年/y, 'year', 0.5],
  [/半分钟/y, 'minute', 0.5],
  [/半个(?:星期|礼拜)/y, 'week', 0.5],
  [/(?:一)?刻钟/y, 'minute', 15],
  [/[三3]刻钟/y, 'minute', 45],
  [/个半(?:小时|钟头?)/y, 'hour', 1.5],
  [/个半月/y, 'month', 1.5],
  [/[一1]个半(?:小时|钟头?)/y, 'hour', 1.5],
]
const TAIL_MINUTES = /([二三四五]?十[一二三四五六七八九]?|\d{1,2})分(?!之)/y
const TAIL_HOURS = /(\d{1,2}|[二]?十?[一二三四五六七八九]?)时(?!候|间)/y
const AND = /[ 又零,加外]?/y

/** Seconds of each unit; months have 30 days and years 365. */
export const SECONDS: Record<Unit, number> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: DAY_SECONDS,
  week: 7 * DAY_SECONDS,
  month: 30 * DAY_SECONDS,
  quarter: 90 * DAY_SECONDS,
  year: 365 * DAY_SECONDS,
  workday: DAY_SECONDS,
}

/** Reads one or several counts with units: 一个小时三十分钟, 8天20小时, 两个半月. */
export function readAmount(text: string, at: number): Amount | undefined {
  let sum = readPart(text, at)
  if (!sum) return undefined
  for (let parts = 2; parts <= 4; parts++) {
    const joint = eat(AND, text, sum.end)?.[0].length ?? 0
    const tail = readTail(text, sum.end + joint, sum.unit) ?? readPart(text, sum.end + joint)
    if (!tail || tail.unit === sum.unit) break
    sum = add(sum, tail, parts)
  }
  return sum
}

function add(a: Amount, b: Amount, parts: number): Amount {
  return {
    ...a,
    end: b.end,
    months: a.months + b.months,
    days: a.days + b.days,
    workdays: a.workdays + b.workdays,
    seconds: a.seconds + b.seconds,
    unit: b.unit,
    parts,
  }
}

/** 两小时十分, 8天20时: units that only count behind a larger one. */
function readTail(text: string, at: number, unit: Unit): Amount | undefined {
  const match =
    unit === 'hour' ? eat(TAIL_MINUTES, text, at) : unit === 'day' ? eat(TAIL_HOURS, text, at) : undefined
  if (!match?.[1]) return undefined
  return amountOf(
    at + match[0].length + (text.charAt(at + match[0].length) === '钟' ? 1 : 0),
    unit === 'hour' ? 'minute' : 'hour',
    num(match[1]),
    0,
  )
}

function readPart(text: string, at: number): Amount | undefined {
  for (const [pattern, unit, count] of HALVES) {
    const match = eat(pattern, text, at)
    if (match) return amountOf(at + match[0].length, unit, count, 0)
  }
  const match = eat(AMOUNT, text, at)
  if (!match) return undefined
  const index = match.slice(5, 5 + UNITS.length).findIndex((words) => words !== undefined)
  const unit = UNITS[index]?.[1]
  if (!unit) return undefined
  const [, words, upper, more] = match
  const half = match[4] || match[5 + UNITS.length] ? 0.5 : 0
  const count = countOf(words) + half
  const wide = upper
    ? num(upper) - count
    : (SLACK.get(words ?? '') ?? (more || match[0].includes('多') ? 1 : 0))
  return Number.isNaN(count) ? undefined : amountOf(at + match[0].length, unit, count, wide)
}

const COUNTS = new Map([
  ['几', 3],
  ['数', 3],
  ['若干', 3],
  ['十几', 10],
  ['几十', 20],
  ['几百', 200],
  ['一两', 1],
  ['两三', 2],
  ['二三', 2],
  ['三四', 3],
  ['三五', 3],
  ['四五', 4],
  ['五六', 5],
  ['六七', 6],
  ['七八', 7],
  ['八九', 8],
  ['俩', 2],
  ['仨', 3],
])
const SLACK = new Map([
  ['几', 2],
  ['数', 2],
  ['三五', 2],
  ['十几', 9],
  ...['一两', '两三', '二三', '三四', '四五', '五六', '六七', '七八', '八九'].map(
    (pair) => [pair, 1] as const,
  ),
])

function countOf(words: string | undefined): number {
  return COUNTS.get(words ?? '') ?? num(words)
}

function amountOf(end: number, unit: Unit, count: number, slack: number): Amount {
  const amount: Amount = { end, months: 0, days: 0, workdays: 0, seconds: 0, slack, unit, count, parts: 1 }
  switch (unit) {
    case 'year':
    case 'quarter':
    case 'month': {
      const months = count * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1)
      amount.months = Math.floor(months)
      amount.days = Math.round((months - amount.months) * 30)
      return amount
    }
    case 'week':
    case 'day': {
      const days = count * (unit === 'week' ? 7 : 1)
      amount.days = Math.floor(days)
      amount.seconds = Math.round((days - amount.days) * DAY_SECONDS)
      return amount
    }
    case 'workday':
      amount.workdays = Math.ceil(count)
      return amount
    case 'hour':
    case 'minute':
    case 'second':
      amount.seconds = Math.round(count * SECONDS[unit])
      return amount
  }
}

const WINDOW_UNIT = new RegExp(`${COUNT} ?(?:${UNIT_PATTERN}|(月))(?![前])`, 'y')

/** The 三月 of "近三月": three months, though no 个 stands between. */
export function readBareMonths(text: string, at: number): Amount | undefined {
  const match = eat(WINDOW_UNIT, text, at)
  return match && match[match.length - 1] === '月'
    ? amountOf(at + match[0].length, 'month', countOf(match[1]), 0)
    : undefined
}
