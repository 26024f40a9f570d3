import type { DaySpan } from './times-calendar.js'
import { mondayOf } from './times-calendar.js'
import { weekdayNumber } from './times-parts.js'
import type { Context, DateNode } from './times-shape.js'
import { eat } from './times-shape.js'

const WEEK = '(?:周|星期|礼拜)'
// 周三次, 周一共: the numeral belongs to the next word.
const NOT_COUNTED =
  '(?!次|遍|个(?!人?[,。 ])|共|定要?|直|样|些|般|并|致|旦|家|位|台|套|份|切|边|更|福|天(?!见|去|来)|百|千|万|报|刊|期(?!间|末))'
const WEEKDAY = `(六日(?!程|报)|[一二三四五六日天末1-7])${NOT_COUNTED}`

const RELATIVE = new RegExp(`(上{1,4}|下{1,4}|这|本|当|今|同)一?个? ?${WEEK}`, 'y')
const DAY_OF = new RegExp(`(?:的?${WEEK})?${WEEKDAY}`, 'y')
const EDGE_OF = /(初)|(中(?!国|文|心|午)|中段)|(晚些时候|后半段|下半周|后半周)|(前半周|上半周)/y
const BARE = new RegExp(`${WEEK} ?${WEEKDAY}`, 'y')
const JOINED = new RegExp(
  `([一二三四五六日天])(?![一二三四五六七八九十\\d]|点|时|号|月|万|个|次|位|台|层|楼|期|是|共)`,
  'y',
)

/** 下周, 下周三, 上上个星期天, 这周末; weeks begin on Monday. */
export function readRelativeWeek(text: string, at: number): DateNode | undefined {
  const match = eat(RELATIVE, text, at)
  const word = match?.[1]
  if (!match || !word) return undefined
  const step = word.startsWith('上') ? -word.length : word.startsWith('下') ? word.length : 0
  const monday = (ctx: Context) =>
    mondayOf(word === '同' ? (ctx.after?.from ?? ctx.today) : ctx.today) + step * 7
  const end = at + match[0].length
  const day = eat(DAY_OF, text, end)
  if (day) {
    const isWeekend = day[1] === '末' || day[1] === '六日'
    const resolve = (ctx: Context) => weekdaySpan(monday(ctx), day[1])
    return { start: at, end: end + day[0].length, grain: isWeekend ? 'weekend' : 'day', resolve }
  }
  const edge = eat(EDGE_OF, text, end)
  const bounds = edge?.[1] ? [0, 2] : edge?.[2] ? [2, 4] : edge?.[3] ? [2, 5] : edge?.[4] ? [0, 3] : undefined
  const [first = 0, last = 7] = bounds ?? []
  const resolve = (ctx: Context) => ({ from: monday(ctx) + first, to: monday(ctx) + last })
  return { start: at, end: end + (edge?.[0].length ?? 0), grain: bounds ? 'edge' : 'week', resolve }
}

/** 周三, 星期天, 周末 on their own: the coming one (today counts), or the first after the days named before. */
export function readWeekday(text: string, at: number): DateNode | undefined {
  if (/[\d一二两三四五六七八九十几半每]个?$/.test(text.slice(Math.max(0, at - 6), at))) return undefined
  const match = eat(BARE, text, at)
  return match && weekdayNode(at, match)
}

/** The 三 of "周一、三" and "周一三五": only right behind another weekday. */
export function readJoinedWeekday(text: string, at: number): DateNode | undefined {
  const match = eat(JOINED, text, at)
  return match && weekdayNode(at, match)
}

function weekdayNode(at: number, match: RegExpExecArray): DateNode {
  const isWeekend = match[1] === '末' || match[1] === '六日'
  return {
    start: at,
    end: at + match[0].length,
    grain: isWeekend ? 'weekend' : 'day',
    rolls: 'week',
    resolve: (ctx) => comingWeekday(ctx, match[1]),
  }
}

function comingWeekday(ctx: Context, word: string | undefined): DaySpan {
  const base = ctx.after?.from ?? ctx.today
  const span = weekdaySpan(mondayOf(base), word)
  const isOver = ctx.after ? span.from < base : span.to <= base && ctx.prefer === 'future'
  return isOver ? { from: span.from + 7, to: span.to + 7 } : span
}

function weekdaySpan(monday: number, word: string | undefined): DaySpan {
  const isWeekend = word === '末' || word === '六日'
  const from = monday + (isWeekend ? 5 : weekdayNumber(word) - 1)
  return { from, to: from + (isWeekend ? 2 : 1) }
}
