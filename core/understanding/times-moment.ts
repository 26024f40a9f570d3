import type { DaySpan, Second } from './times-calendar.js'
import { DAY_SECONDS, weekdayOf } from './times-calendar.js'
import type { ClockNode, DaypartNode } from './times-clock.js'
import { readClock, readDaypart, secondOfDay } from './times-clock.js'
import { readBareDay, readDayWord, readInThisYear, readRelativeMonth, readYear } from './times-dates.js'
import { readEra } from './times-eras.js'
import { readNumericDate } from './times-numeric.js'
import { readOffset } from './times-offsets.js'
import { weekdayNumber } from './times-parts.js'
import type { Context, DateNode, SpanNode } from './times-shape.js'
import { eat } from './times-shape.js'
import { readJoinedWeekday, readRelativeWeek, readWeekday } from './times-weeks.js'

/** One point or stretch of time as it is said: days, part of the day, clock, each of them or all. */
export interface Moment {
  start: number
  end: number
  date?: DateNode
  part?: DaypartNode
  clock?: ClockNode
  span?: SpanNode
}

/** What was said just before, for "周二或周三", "上午十点或下午三点". */
export interface Before {
  moment: Moment
  days: DaySpan
}

/** The readers of dates in the order that decides, each with the letters that its words can begin with. */
const DATE_READERS: readonly (readonly [
  starts: RegExp,
  read: (text: string, at: number) => DateNode | undefined,
])[] = [
  [/\d/, readNumericDate],
  [/[\d上本二三四五六七八九十]/, readEra],
  [/[\d零一二三四五六七八九今本当明来次后去前上下大这]/, readYear],
  [/[上下本这当今次同]/, readRelativeMonth],
  [/[上下本这当今同]/, readRelativeWeek],
  [/[周星礼]/, readWeekday],
  [/[大前昨琴今本当同明听次翌后第这]/, readDayWord],
  [/[\d一二三四五六七八九十廿卅]/, readBareDay],
  [/[^周星每后昨晚几半数个]/, readInThisYear],
]

/** Between the day and the hour: 明天的下午, 周三，大概三点, 2026-03-18T15:00. */
const TO_CLOCK = /(?:T(?=\d)| ?[,的]? ?)(?:大概|大约|差不多|约|就|在|是)?/y
const WEEKDAY_TOO = / ?[,(]? ?(?:也就是|就是|即)?(?:周|星期|礼拜)[一二三四五六日天](?:那天)?\)?/y
const DATE_TOO = / ?[,(] ?(?=[\d一二三四五六七八九十]{1,4}[月./-]|(?<=\()\d{1,2}[号日])/y

const OFFSET_STARTS =
  /[\d零一二两三四五六七八九十百千廿卅半几数若俩仨个刻上下前后过再等隔未今接往之此最近刚还剩仅]/

export function readMoment(text: string, at: number, ctx: Context, before?: Before): Moment | undefined {
  const offset = OFFSET_STARTS.test(text.charAt(at)) ? readOffset(text, at, ctx) : undefined
  if (offset && offset.form !== 'day') return { start: at, end: offset.end, span: offset }
  const date = offset ? dateOf(offset) : readDate(text, at, before)
  if (date) return withClock(text, date)
  const part = readDaypart(text, at, before?.moment.clock !== undefined || before?.moment.part !== undefined)
  const clock = readClockAt(text, part ? afterJoint(text, part.end) : at, part)
  const end = clock?.end ?? part?.end
  if (end === undefined) return undefined
  return { start: at, end, ...(part ? { part } : {}), ...(clock ? { clock } : {}) }
}

function readDate(text: string, at: number, before: Before | undefined): DateNode | undefined {
  const first = text.charAt(at)
  for (const [starts, read] of DATE_READERS) {
    const node = starts.test(first) ? read(text, at) : undefined
    if (node) return node
  }
  return before?.moment.date?.rolls === 'week' || before?.moment.date?.grain === 'day'
    ? joined(text, at, before)
    : undefined
}

function joined(text: string, at: number, { moment }: Before): DateNode | undefined {
  const said = text.slice(moment.start, moment.end)
  const follows = text.slice(moment.end, at) === '、'
  return follows && /(?:周|星期|礼拜)?[一二三四五六日天]$/.test(said) && /[周期拜、]/.test(said)
    ? readJoinedWeekday(text, at)
    : undefined
}

function dateOf(span: SpanNode): DateNode {
  const day = Math.floor(span.from / DAY_SECONDS)
  const { start, end } = span
  return {
    start,
    end,
    grain: 'day',
    resolve: () => ({ from: day, to: day + 1 }),
    confidence: span.confidence,
  }
}

function withClock(text: string, first: DateNode): Moment {
  const date = withApposition(text, first)
  const next = afterJoint(text, date.end)
  const part = readDaypart(text, next, true)
  const clock = readClockAt(text, part ? afterJoint(text, part.end) : next, part, date)
  return {
    start: date.start,
    end: clock?.end ?? part?.end ?? date.end,
    date,
    ...(part ? { part } : {}),
    ...(clock ? { clock } : {}),
  }
}

/** "3月20日（周五）" and "周五，3月20日" are one day; the weekday tells the year where none is given. */
function withApposition(text: string, date: DateNode): DateNode {
  if (date.grain !== 'day') return date
  if (date.rolls === 'week') {
    const joint = eat(DATE_TOO, text, date.end)
    const at = date.end + (joint?.[0].length ?? 0)
    const exact = joint && (readNumericDate(text, at) ?? readInThisYear(text, at) ?? readBareDay(text, at))
    if (exact?.grain !== 'day') return date
    const end = exact.end + (text.charAt(exact.end) === ')' ? 1 : 0)
    return { ...onWeekday(exact, text.slice(date.start, date.end)), start: date.start, end }
  }
  const weekday = eat(WEEKDAY_TOO, text, date.end)
  if (!weekday || weekday[0].includes('(') !== weekday[0].includes(')')) return date
  return { ...onWeekday(date, weekday[0]), end: date.end + weekday[0].length }
}

function onWeekday(date: DateNode, words: string): DateNode {
  const wanted = weekdayNumber(/[一二三四五六日天]/.exec(words.replace(/星期|礼拜|周/, ''))?.[0])
  if (date.rolls !== 'year') return date
  const { rolls: _, ...fixed } = date
  const resolve = (ctx: Context) => {
    const near = date.resolve({ ...ctx, prefer: 'neutral' })
    return near && weekdayOf(near.from) === wanted ? near : date.resolve(ctx)
  }
  return { ...fixed, resolve }
}

function readClockAt(text: string, at: number, part?: DaypartNode, date?: DateNode): ClockNode | undefined {
  if (!part && !date && /[\d.:A-Za-z#*]/.test(text.charAt(at - 1)) && /[\dA-Za-z]/.test(text.charAt(at)))
    return undefined
  return readClock(text, at, part?.part)
}

function afterJoint(text: string, at: number): number {
  return at + (eat(TO_CLOCK, text, at)?.[0].length ?? 0)
}

/** A moment worked out: seconds from and to (exclusive), and the days it lies in. */
export interface Resolved {
  from: Second
  to: Second
  days: DaySpan
  /** Day-wise (no hour was said). */
  isWhole: boolean
}

/**
 * Works out a moment.
 *
 * @param inherit - Day, part of the day and earliest second that the words before it lend (end of a range, list).
 */
export function resolveMoment(moment: Moment, ctx: Context, inherit: Inherit = {}): Resolved | undefined {
  const { date, clock } = moment
  const part = moment.part ?? (date ? undefined : inherit.part)
  const first = date ? date.resolve(ctx) : (inherit.days ?? { from: ctx.today, to: ctx.today + 1 })
  if (!first || first.to <= first.from) return undefined
  const second = clock
    ? clockSecond(
        clock,
        part,
        { ...inherit, isFull: date?.isFull ?? inherit.isFull ?? false },
        date ? undefined : first.from,
      )
    : undefined
  if (
    date?.rolls &&
    second !== undefined &&
    ctx.prefer === 'future' &&
    !ctx.after &&
    first.from * DAY_SECONDS + second < ctx.now
  ) {
    const later = date.resolve({ ...ctx, today: ctx.today + 1 })
    if (later) return at(later, second)
  }
  if (second !== undefined) return at(first, second)
  const base = { days: first, isWhole: !moment.part }
  const day = first.from * DAY_SECONDS
  if (moment.part)
    return { ...base, from: day + moment.part.from, to: (first.to - 1) * DAY_SECONDS + moment.part.to }
  return { ...base, from: day, to: first.to * DAY_SECONDS }
}

export interface Inherit {
  days?: DaySpan
  part?: DaypartNode
  /** The end of a range is never before its start: "10点到2点" ends at 14. */
  notBefore?: Second
  isFull?: boolean
}

function at(days: DaySpan, second: number): Resolved {
  const from = days.from * DAY_SECONDS + second
  return { from, to: from, days, isWhole: false }
}

function clockSecond(
  clock: ClockNode,
  part: DaypartNode | undefined,
  inherit: Inherit,
  day: number | undefined,
): number {
  const { notBefore } = inherit
  const plain = clock.hour * 3600 + clock.rest
  if (notBefore !== undefined && day !== undefined && !clock.meridiem && (!part || part === inherit.part)) {
    const start = notBefore - day * DAY_SECONDS
    const steps = clock.isLiteral
      ? [plain, plain + DAY_SECONDS]
      : [plain, plain + DAY_SECONDS / 2, plain + DAY_SECONDS, plain + 1.5 * DAY_SECONDS]
    const next = steps.find((second) => second > start)
    if (next !== undefined) return next
  }
  return secondOfDay(clock, part?.part, inherit.isFull ?? false)
}
