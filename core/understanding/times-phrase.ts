import type { DaySpan, Second } from './times-calendar.js'
import { DAY_SECONDS } from './times-calendar.js'
import { readNewYear, readNow, readWithinPeriod } from './times-eras.js'
import type { Before, Inherit, Moment, Resolved } from './times-moment.js'
import { readMoment, resolveMoment } from './times-moment.js'
import { readRecurring } from './times-recurring.js'
import type { Context, Daypart, SpanNode } from './times-shape.js'
import { eat } from './times-shape.js'

/** A whole saying about time, worked out: "从周三下午三点到五点之间", "月底之前", "三天内". */
export interface Phrase {
  start: number
  end: number
  shape: 'date' | 'datetime' | 'time' | 'range' | 'since' | 'until' | 'duration' | 'recurring'
  from: Second
  to: Second
  /** No hour was said: print days. */
  isWhole: boolean
  part?: Daypart
  deadline?: boolean
  confidence: number
  /** What the next phrase may lean on. */
  before?: Before
}

const PREFIX =
  /(?:截止(?:日期|时间)?[到至是:]?|截至|不晚于|不迟于|最[晚迟]|赶在|deadline[: ]*)(?:是|在|于|到)? ?/y
const TO = / ?(?:开始|起|开)?(?:到|至|-{1,2}|~|直到|一直到)(?:了)? ?/y
const AND = / ?(?:和|与|跟|及|,) ?/y
const BETWEEN = /(?:这?之间|之中|中间|期间)/y
const TILL_NOW = / ?(?:起|开始)?(?:至今|到现在|到如今|到目前为?止?|以来)/y
const BEFORE =
  / ?(?:(?:或|及|和|以及|包括)(?:之前|以前)|之前|以前|前(?!后|台|端|面|往|来(?!得及)|去|景|途|提|言|辈|[一二两三几\d]|一[天日周])|为止|结束前)/y
const AFTER = / ?(?:之后|以后|过后|后(?!面|台|期|续|备|天|半|者|排|来|[两几])|往后)/y
const SINCE = / ?(?:(?:或|及|和|以及)(?:之后|以后)|开始(?!时|的)|起(?![来码因诉草始点床])|以来)/y
const WITHIN = / ?(?:之内|以内|内(?!部|容|存|测|地))/y
const DUE = / ?(?:截止|为止|止(?!步|损)|到期)/y
const ABOUT = / ?(?:左右|前后|上下|许(?!可)|期间|这天|那天|当天|附近|的时候|时段)/y

const EARLY_STARTS = /[现当此而眼这最近年月过等开]/
const PREFIX_STARTS = /[截不最赶d]/

export function readPhrase(text: string, at: number, ctx: Context, before?: Before): Phrase | undefined {
  const letter = text.charAt(at)
  const early = EARLY_STARTS.test(letter)
    ? (readNow(text, at, ctx) ?? readNewYear(text, at, ctx) ?? readWithinPeriod(text, at, ctx))
    : undefined
  if (early) return fromSpan(text, early)
  const recurring = letter === '每' ? readRecurring(text, at, ctx) : undefined
  if (recurring) return recurring
  const prefix = PREFIX_STARTS.test(letter) ? eat(PREFIX, text, at) : undefined
  const start = at + (prefix?.[0].length ?? 0)
  const moment = readMoment(text, start, ctx, before)
  if (!moment) return undefined
  if (moment.span) return fromSpan(text, moment.span)
  const inherit = inheritFrom(moment, before)
  const first = resolveMoment(moment, before ? { ...ctx, after: before.days } : ctx, inherit)
  if (!first) return undefined
  const range = readOngoing(text, moment, first, ctx) ?? readRange(text, moment, first, ctx)
  if (range) return range
  if (moment.clock?.needsRange || isHeadOnly(moment, text)) return undefined
  const phrase = withSuffix(text, moment, first, prefix !== undefined, ctx)
  const shape = phrase.shape === 'time' && inherit.days ? 'datetime' : phrase.shape
  return { ...phrase, start: at, shape, before: { moment, days: first.days } }
}

function inheritFrom(moment: Moment, before: Before | undefined): Inherit {
  if (moment.date || !before?.moment.date || !moment.clock) return {}
  const { part } = before.moment
  return { days: before.days, ...(part && before.moment.clock ? { part } : {}) }
}

/** "3" in front of "到5号" is only the beginning of something. */
function isHeadOnly(moment: Moment, text: string): boolean {
  return (
    moment.date !== undefined &&
    !(moment.date.grain === 'day' && moment.date.rolls === 'year') &&
    !moment.clock &&
    /^(?:\d{1,2}|[一二三四五六七八九十]{1,3})$/.test(text.slice(moment.start, moment.end)) &&
    !/^ ?[、和,]/.test(text.slice(moment.end))
  )
}

/** "5月到10月" said in September is this year's; only a stretch that is over rolls on. */
function readOngoing(text: string, moment: Moment, first: Resolved, ctx: Context): Phrase | undefined {
  const rolls = moment.date?.rolls
  if ((rolls !== 'year' && rolls !== 'month') || ctx.prefer !== 'future' || first.days.from <= ctx.today)
    return undefined
  const neutral: Context = { ...ctx, prefer: 'neutral' }
  const earlier = resolveMoment(moment, neutral)
  const range = earlier && earlier.from <= ctx.now ? readRange(text, moment, earlier, neutral) : undefined
  return range && range.shape === 'range' && range.to > ctx.now ? range : undefined
}

function readRange(text: string, moment: Moment, first: Resolved, ctx: Context): Phrase | undefined {
  const now = eat(TILL_NOW, text, moment.end)
  if (now) return { ...base(moment, first), end: moment.end + now[0].length, shape: 'since' }
  const to = eat(TO, text, moment.end)
  const joint = to ?? eat(AND, text, moment.end)
  if (!joint) return undefined
  const at = moment.end + joint[0].length
  const last = readMoment(text, at, ctx, { moment, days: first.days })
  if (!last || last.span || last.clock?.needsRange) return undefined
  const between = eat(BETWEEN, text, last.end)
  if (!to && !between) return undefined
  const inherit: Inherit = {
    days: first.days,
    ...(moment.part ? { part: moment.part } : {}),
    ...(moment.clock ? { notBefore: first.from } : {}),
    isFull: moment.date?.isFull ?? false,
  }
  const named = resolveMoment(last, { ...ctx, after: first.days }, inherit)
  // "晚上十点到凌晨两点": the end lies in the next day.
  const second = named && !last.date && named.to < first.from ? nextDay(named) : named
  if (!second) return undefined
  const from = earlier(moment, first, last, second)
  if (second.to < from || (second.to === from && last.clock)) return undefined
  const end =
    last.end + (between?.[0].length ?? eat(/ ?(?:止|为止|期间|之间)/y, text, last.end)?.[0].length ?? 0)
  const isWhole = first.isWhole && second.isWhole
  const shift =
    ctx.prefer === 'future' && !moment.date && !last.date && second.to <= ctx.now ? DAY_SECONDS : 0
  const days: DaySpan = { from: first.days.from, to: second.days.to }
  const phrase: Phrase = {
    ...base(moment, first),
    end,
    shape: 'range',
    from: from + shift,
    to: second.to + shift,
    isWhole,
    before: { moment: last, days },
  }
  return withTrailingDate(text, phrase, moment, last, ctx)
}

function nextDay({ from, to, days, isWhole }: Resolved): Resolved {
  return {
    from: from + DAY_SECONDS,
    to: to + DAY_SECONDS,
    days: { from: days.from + 1, to: days.to + 1 },
    isWhole,
  }
}

/** "3点 - 5点PM" and "三点到下午五点" begin in the afternoon too, where that still is before the end. */
function earlier(moment: Moment, first: Resolved, last: Moment, second: Resolved): Second {
  const { clock } = moment
  if (!clock || moment.part || clock.meridiem || clock.isLiteral || (!last.clock?.meridiem && !last.part))
    return first.from
  const plain = first.days.from * DAY_SECONDS + clock.hour * 3600 + clock.rest
  const later = plain + DAY_SECONDS / 2
  return later < second.from && second.from - later < DAY_SECONDS / 2 ? later : plain
}

const TO_DATE = /(?: ?(?:这个)?(?:时间段?|时段)? ?[,，(]? ?)(?=[\d一二三四五六七八九十今明后下本这周星大])/y

/** "10:00-11:30, 3月17号": the day comes last. */
function withTrailingDate(text: string, phrase: Phrase, moment: Moment, last: Moment, ctx: Context): Phrase {
  if (moment.date || last.date || phrase.isWhole) return phrase
  const joint = eat(TO_DATE, text, phrase.end)
  if (!joint) return phrase
  const day = readMoment(text, phrase.end + joint[0].length, ctx)
  const days = day?.date?.grain === 'day' && !day.clock && !day.part ? day.date.resolve(ctx) : undefined
  if (!day || !days) return phrase
  const shift = days.from * DAY_SECONDS - Math.floor(phrase.from / DAY_SECONDS) * DAY_SECONDS
  return { ...phrase, end: day.end, from: phrase.from + shift, to: phrase.to + shift }
}

function withSuffix(text: string, moment: Moment, first: Resolved, isDue: boolean, ctx: Context): Phrase {
  const plain = { ...base(moment, first), ...(isDue ? { deadline: true } : {}) }
  const tail = (pattern: RegExp) => eat(pattern, text, moment.end)?.[0].length
  const about = tail(ABOUT)
  const since = tail(SINCE)
  if (since) return { ...plain, end: moment.end + since, shape: 'since' }
  const early = tail(BEFORE)
  if (early || (isDue && !tail(AFTER))) {
    const from = moment.date?.isLate && !moment.clock && !moment.part ? first.to - DAY_SECONDS : plain.from
    return {
      ...plain,
      end: moment.end + (early ?? about ?? 0),
      shape: 'until',
      from,
      to: from,
      deadline: true,
    }
  }
  const late = tail(AFTER)
  if (late) return { ...plain, end: moment.end + late, shape: 'since', from: afterwards(moment, first, ctx) }
  const within = tail(WITHIN)
  if (within && moment.date && first.to - first.from >= DAY_SECONDS)
    return { ...plain, end: moment.end + within, deadline: true }
  const due = tail(DUE)
  if (due) return { ...plain, end: moment.end + due, deadline: true }
  return about ? { ...plain, end: moment.end + about } : plain
}

/** "After Wednesday" begins on Wednesday, "after May" in June. */
function afterwards(moment: Moment, first: Resolved, ctx: Context): Second {
  if (moment.clock || moment.part) return moment.clock ? first.from : first.to
  if (moment.date?.daysOff) return first.from + moment.date.daysOff * DAY_SECONDS
  return moment.date?.grain === 'day'
    ? Math.max(first.from, first.from === ctx.today * DAY_SECONDS ? ctx.now : 0)
    : first.to
}

function base(moment: Moment, { from, to, isWhole, days }: Resolved): Phrase {
  const { start, end, date, clock, part } = moment
  const isDay = days.to - days.from === 1
  const shape = clock ? (date ? 'datetime' : 'time') : isDay ? 'date' : 'range'
  const confidence = Math.min(
    date?.confidence ?? 0.95,
    clock?.confidence ?? (clock && !date ? 0.8 : 0.95),
    !date && !clock ? 0.6 : 1,
  )
  return { start, end, shape, from, to, isWhole, confidence, ...(part ? { part: part.part } : {}) }
}

function fromSpan(text: string, span: SpanNode): Phrase {
  const { start, form, from, to, confidence, deadline } = span
  const shape = (
    {
      instant: 'datetime',
      day: 'date',
      range: 'range',
      since: 'since',
      until: 'until',
      duration: 'duration',
    } as const
  )[form]
  const edge = form === 'until' ? to : from
  const isWhole = edge % DAY_SECONDS === 0 && (form === 'range' ? to % DAY_SECONDS === 0 : form !== 'instant')
  const about = eat(ABOUT, text, span.end)?.[0].length ?? 0
  return {
    start,
    end: span.end + about,
    shape,
    from: edge,
    to,
    isWhole,
    confidence,
    ...(deadline ? { deadline } : {}),
  }
}
