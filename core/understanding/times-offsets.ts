import { addMonths, addWorkdays, civilOf, DAY_SECONDS, firstOfMonth, mondayOf } from './times-calendar.js'
import type { Amount } from './times-amounts.js'
import { readAmount, readBareMonths, SECONDS } from './times-amounts.js'
import type { Context, SpanNode } from './times-shape.js'
import { eat } from './times-shape.js'

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
  [/(?<![以早晚马之线提])(?:上|前)(?:面)? ?(?!半)/y, 'before'],
  [/(?<![一以之底最])(?:下|后)(?:面)? ?(?!半)/y, 'behind'],
]
type WindowKind = 'pass' | 'ahead' | 'back' | 'left' | 'before' | 'behind'
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
