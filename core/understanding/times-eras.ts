import type { DaySpan } from './times-calendar.js'
import { civilOf, DAY_SECONDS, firstOfMonth } from './times-calendar.js'
import { lunarDay } from './times-lunar.js'
import type { Context, DateNode, SpanNode } from './times-shape.js'
import { eat, num } from './times-shape.js'

const NOW = /(?:现在|当前|此时此刻|此时|此刻|而家|眼下|这会儿?|当下)(?!的?版本|在)/y
const LATELY = /(?:最近|近期|近日|近来|这阵子)(?![\d一二两三四五六七八九十几])/y

/** 现在 is this second and 最近 today; both seldom fix anything. */
export function readNow(text: string, at: number, ctx: Context): SpanNode | undefined {
  const now = eat(NOW, text, at)
  if (now)
    return {
      start: at,
      end: at + now[0].length,
      form: 'instant',
      from: ctx.now,
      to: ctx.now,
      confidence: 0.3,
    }
  const lately = eat(LATELY, text, at)
  const from = ctx.today * DAY_SECONDS
  return (
    lately && {
      start: at,
      end: at + lately[0].length,
      form: 'day',
      from,
      to: from + DAY_SECONDS,
      confidence: 0.2,
    }
  )
}

const NEW_YEAR = /(?:过完?|等)?年(后|前)(?![一二两三四五六七八九十几])(?:再)?|过完年|开春后?/y
const COUNTED_YEAR = /[\d一二两三四五六七八九十百千半几多今明去前后往历成当全每来]$/
/** People are back at work a week after the Spring Festival. */
const FESTIVAL_DAYS = 7

/** 年后, 年前: after and before the Spring Festival, the turn of a Chinese working year. */
export function readNewYear(text: string, at: number, ctx: Context): SpanNode | undefined {
  const match = eat(NEW_YEAR, text, at)
  if (!match || COUNTED_YEAR.test(text.slice(Math.max(0, at - 6), at))) return undefined
  const { year } = civilOf(ctx.today)
  const end = at + match[0].replace(/再$/, '').length
  const isBefore = match[1] === '前'
  const turn = (y: number) => (lunarDay(y, 1, 1) ?? 0) + (isBefore ? -1 : FESTIVAL_DAYS)
  const day = [turn(year), turn(year + 1)].find((found) => found >= ctx.today)
  if (day === undefined) return undefined
  const from = day * DAY_SECONDS
  const base = { start: at, end, from, to: from, confidence: 0.6 }
  return isBefore ? { ...base, form: 'until', deadline: true } : { ...base, form: 'since' }
}

const WITHIN = /(年|月)(?:之|以)?内(?!容|部|存)/y

/** 年内, 月内: by the end of this year or month. */
export function readWithinPeriod(text: string, at: number, ctx: Context): SpanNode | undefined {
  const match = eat(WITHIN, text, at)
  if (!match || /[\d一二两三四五六七八九十半几数个本这当今明]$/.test(text.slice(Math.max(0, at - 1), at)))
    return undefined
  const { year, month } = civilOf(ctx.today)
  const to = (match[1] === '年' ? firstOfMonth(year + 1, 1) : firstOfMonth(year, month + 1)) * DAY_SECONDS
  return {
    start: at,
    end: at + match[0].length,
    form: 'until',
    from: ctx.now,
    to,
    confidence: 0.8,
    deadline: true,
  }
}

const DECADE =
  /(?:(上个?世纪|本世纪|(\d\d|二十一?|十[七八九])世纪))?(\d0|[二三四五六七八九]十)年代(初|末|中期?|后期|早期)?/y
const CENTURY = /(上个?世纪|本世纪|(\d\d|二十一?|十[七八九])世纪)(初|末)?/y

/** 90年代, 上世纪70年代, 21世纪. */
export function readEra(text: string, at: number): DateNode | undefined {
  if (/\d$/.test(text.slice(Math.max(0, at - 6), at))) return undefined
  const decade = eat(DECADE, text, at)
  if (decade) {
    const resolve = (ctx: Context): DaySpan => {
      const start = decadeYear(centuryOf(ctx, decade[1], decade[2]), num(decade[3]), civilOf(ctx.today).year)
      return years(start, 10)
    }
    return { start: at, end: at + decade[0].length, grain: 'edge', resolve }
  }
  const century = eat(CENTURY, text, at)
  const resolve = (ctx: Context): DaySpan => years(centuryOf(ctx, century?.[1], century?.[2]) ?? 2000, 100)
  return century && { start: at, end: at + century[0].length, grain: 'edge', resolve }
}

function centuryOf(ctx: Context, word: string | undefined, number: string | undefined): number | undefined {
  if (!word) return undefined
  if (number) return (num(number) - 1) * 100
  const current = Math.floor(civilOf(ctx.today).year / 100) * 100
  return word.startsWith('上') ? current - 100 : current
}

function decadeYear(century: number | undefined, decade: number, current: number): number {
  if (century !== undefined) return century + decade
  const base = Math.floor(current / 100) * 100 + decade
  return base > current + 10 ? base - 100 : base
}

function years(from: number, count: number): DaySpan {
  return { from: firstOfMonth(from, 1), to: firstOfMonth(from + count, 1) }
}
