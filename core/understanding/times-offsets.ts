import { addMonths, addWorkdays, civilOf, DAY_SECONDS, firstOfMonth, mondayOf } from './times-calendar.js'
import type { Context, SpanNode } from './times-shape.js'
import { eat, num } from './times-shape.js'

/** A length of time in the parts that calendars count apart. */
interface Amount {
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

type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'workday'

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

const SECONDS: Record<Unit, number> = {
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

/** 三天后, 半小时内, 过两天, 近30天, 前两周, 一个半小时: everything that is counted from now, and plain lengths. */
export function readOffset(text: string, at: number, ctx: Context): SpanNode | undefined {
  return readWindow(text, at, ctx) ?? readCountedFromNow(text, at, ctx)
}

const BEHIND =
  /(?: ?的?(?:时间)?)(之前|以前|前(?!台|端|面|后|往|来|去|景|途|提|两|几)|之后|以后|后(?!面|台|期|续|备|天|半|者|排|[来两几])|过后|之内|以内|内(?!部|容|存|测|地|衣)|以来|里(?!面|程))/y

function readCountedFromNow(text: string, at: number, ctx: Context): SpanNode | undefined {
  if (
    /[第\d.点/\-]$/.test(text.slice(Math.max(0, at - 6), at)) &&
    /[\d第.]$/.test(text.slice(Math.max(0, at - 6), at))
  )
    return undefined
  if (/第$/.test(text.slice(Math.max(0, at - 6), at))) return undefined
  const amount = readAmount(text, at)
  if (!amount) return undefined
  const behind = eat(BEHIND, text, amount.end)
  if (!behind) return duration(text, at, amount)
  // 2015年前 is a year; so is 07年以后.
  if (
    amount.unit === 'year' &&
    (amount.count >= 1000 || /^0\d/.test(text.slice(at))) &&
    !/多/.test(text.slice(at, amount.end))
  )
    return undefined
  const end = amount.end + behind[0].length
  const word = behind[1] ?? ''
  const base = { start: at, end, confidence: 0.9 }
  const ahead = shift(ctx, amount, 1)
  const back = shift(ctx, amount, -1)
  if (/内|里/.test(word)) {
    const late = shift(ctx, amount, 1, amount.slack)
    return { ...base, form: 'until', from: ctx.now, to: late, deadline: true }
  }
  if (word === '以来')
    return { ...base, form: 'range', from: sinceStart(amount, back), to: (ctx.today + 1) * DAY_SECONDS }
  if (word === '以后' || (word === '之后' && isLong(amount)))
    return { ...base, form: 'since', from: floorDay(amount, ahead), to: ahead }
  if (word === '以前') return { ...base, form: 'until', from: back, to: floorDay(amount, back) }
  const point = /前/.test(word) ? back : ahead
  const isDay = amount.seconds === 0
  return { ...base, form: isDay ? 'day' : 'instant', from: isDay ? floorTo(point) : point, to: point }
}

function isLong(amount: Amount): boolean {
  return amount.months > 0 && amount.parts === 1 && (amount.slack > 0 || amount.count === 0.5)
}

const WINDOW_HEADS: readonly (readonly [pattern: RegExp, kind: WindowKind])[] = [
  [/(?:再?过|再等|等|隔)(?:个|了)?(?=[\d一二两三四五六七八九十几半]|上?[一二两三]三)/y, 'pass'],
  [/(?:未来|今后|接下来|往后|之后|此后|后续|后面)的? ?/y, 'ahead'],
  [/(?:最近|过去|近来|之前|此前|刚过去|前面|近)(?:这)?的? ?/y, 'back'],
  [/(?:还剩|还有|剩下|剩余|仅剩) ?/y, 'left'],
  [/(?<![以早晚马之线])(?:上|前)(?:面)? ?(?!半)/y, 'before'],
  [/(?<![一以之底])(?:下|后)(?:面)? ?(?!半)/y, 'behind'],
]
type WindowKind = 'pass' | 'ahead' | 'back' | 'left' | 'before' | 'behind'
const WINDOW_UNIT = new RegExp(`${COUNT} ?(?:${UNIT_PATTERN}|(月))(?![前])`, 'y')
const INSIDE = /(?:的时间)?(?:之?[内里]|以内)?/y

const BESIDE_HOUR = /(上|下)一?个?(?:小时|钟头)/y

function readWindow(text: string, at: number, ctx: Context): SpanNode | undefined {
  const hour = eat(BESIDE_HOUR, text, at)
  if (hour) {
    const [from, to] = hour[1] === '下' ? [ctx.now, ctx.now + 3600] : [ctx.now - 3600, ctx.now]
    return { start: at, end: at + hour[0].length, form: 'range', from, to, confidence: 0.6 }
  }
  for (const [pattern, kind] of WINDOW_HEADS) {
    const head = eat(pattern, text, at)
    if (!head) continue
    const from = at + head[0].length
    const amount = readAmount(text, from) ?? readBareMonths(text, from)
    if (!amount || amount.parts > (kind === 'left' ? 1 : 2)) continue
    const node = windowNode(kind, at, amount, ctx)
    if (!node) continue
    const tail = eat(INSIDE, text, node.end)?.[0].length ?? 0
    return kind === 'pass' ? endPass(text, node) : { ...node, end: node.end + tail }
  }
  return undefined
}

function readBareMonths(text: string, at: number): Amount | undefined {
  const match = eat(WINDOW_UNIT, text, at)
  return match && match[match.length - 1] === '月'
    ? amountOf(at + match[0].length, 'month', countOf(match[1]), 0)
    : undefined
}

const AFTER_PASS = / ?(?:之后|以后|后|再)?/y
function endPass(text: string, node: SpanNode): SpanNode {
  const tail = eat(AFTER_PASS, text, node.end)?.[0] ?? ''
  return { ...node, end: node.end + (tail.endsWith('再') ? 0 : tail.length) }
}

function windowNode(kind: WindowKind, start: number, amount: Amount, ctx: Context): SpanNode | undefined {
  const base = { start, end: amount.end, confidence: 0.6 }
  const isDay = amount.seconds === 0
  switch (kind) {
    case 'pass': {
      const from = shift(ctx, amount, 1)
      return { ...base, form: 'since', from: floorDay(amount, from), to: from, confidence: 0.8 }
    }
    case 'ahead': {
      const first = isDay ? (ctx.today + 1) * DAY_SECONDS : ctx.now
      const to = shift(ctx, amount, 1)
      return { ...base, form: 'range', from: first, to: isDay ? floorTo(to) + DAY_SECONDS : to }
    }
    case 'left':
      return isDay ? undefined : { ...base, form: 'range', from: ctx.now, to: shift(ctx, amount, 1) }
    case 'back': {
      const from = shift(ctx, amount, -1)
      return {
        ...base,
        form: 'range',
        from: amount.months > 0 ? floorTo(from) : from,
        to: amount.months > 0 ? ctx.today * DAY_SECONDS : ctx.now,
      }
    }
    case 'before':
    case 'behind':
      return aligned(base, amount, ctx, kind === 'before' ? -1 : 1)
  }
}

/** 前两周, 下三个月: whole units beside the current one. */
function aligned(
  base: Pick<SpanNode, 'start' | 'end' | 'confidence'>,
  amount: Amount,
  ctx: Context,
  sign: 1 | -1,
): SpanNode | undefined {
  const { unit, count } = amount
  if (!Number.isInteger(count) || amount.parts > 1 || (unit === 'year' && count >= 1000)) return undefined
  const edge = (steps: number): number => {
    if (unit === 'second') return ctx.now + steps
    if (unit === 'minute') return (Math.floor(ctx.now / 60) + steps) * 60
    if (unit === 'hour') return (Math.floor(ctx.now / 3600) + steps) * 3600
    if (unit === 'day' || unit === 'workday') return (ctx.today + steps) * DAY_SECONDS
    if (unit === 'week') return (mondayOf(ctx.today) + steps * 7) * DAY_SECONDS
    const { year, month } = civilOf(ctx.today)
    if (unit === 'year') return firstOfMonth(year + steps, 1) * DAY_SECONDS
    return (
      firstOfMonth(year, unit === 'quarter' ? (Math.ceil(month / 3) + steps) * 3 - 2 : month + steps) *
      DAY_SECONDS
    )
  }
  const [from, to] = sign < 0 ? [edge(-count), edge(0)] : [edge(1), edge(1 + count)]
  return { ...base, form: 'range', from, to }
}

function duration(text: string, start: number, amount: Amount): SpanNode | undefined {
  // 24年, 3月: a year and a month rather than lengths. 一天, 一年: mostly "a day", "per year".
  if (
    /^(?:1[5-9]|2[01])\d\d ?年/.test(text.slice(start)) ||
    /^(?:\d\d|[零一二三四五六七八九]{2})年/.test(text.slice(start))
  )
    return undefined
  if (amount.unit === 'year' && amount.count >= 1000) return undefined
  const seconds = lengthOf(amount)
  const isVague = amount.parts === 1 && amount.count === 1
  return {
    start,
    end: amount.end,
    form: 'duration',
    from: seconds,
    to: seconds,
    confidence: isVague ? 0.3 : 0.4,
  }
}

function lengthOf(amount: Amount): number {
  const years = Math.floor(amount.months / 12)
  return (
    years * SECONDS.year +
    (amount.months - years * 12) * SECONDS.month +
    (amount.days + amount.workdays) * DAY_SECONDS +
    amount.seconds
  )
}

/** Reads one or several counts with units: 一个小时三十分钟, 8天20小时, 两个半月. */
function readAmount(text: string, at: number): Amount | undefined {
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

function shift(ctx: Context, amount: Amount, sign: 1 | -1, slack = 0): number {
  const extra = amount.unit === 'workday' ? 0 : slack * SECONDS[amount.unit]
  const whole = addMonths(ctx.today, sign * amount.months) + sign * amount.days
  const day =
    sign > 0
      ? addWorkdays(whole, amount.workdays + (amount.unit === 'workday' ? slack : 0))
      : whole - amount.workdays
  const clock = ctx.now - ctx.today * DAY_SECONDS
  const point = day * DAY_SECONDS + clock + sign * (amount.seconds + extra)
  return amount.seconds === 0 && amount.unit !== 'hour'
    ? floorTo(point) + (sign > 0 || amount.months > 0 ? 0 : clock)
    : point
}

function sinceStart(amount: Amount, back: number): number {
  if (amount.months === 0) return back
  const { year, month } = civilOf(Math.floor(back / DAY_SECONDS))
  return firstOfMonth(year, month) * DAY_SECONDS
}

function floorDay(amount: Amount, second: number): number {
  return amount.seconds === 0 ? floorTo(second) : second
}

function floorTo(second: number): number {
  return Math.floor(second / DAY_SECONDS) * DAY_SECONDS
}
