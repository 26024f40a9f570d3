import type { DaySpan } from './times-calendar.js'
import { dayOf, monthSpan } from './times-calendar.js'
import type { Context, DateNode } from './times-shape.js'
import { eat } from './times-shape.js'

/** Dates written in digits: 2026-03-18, 2026.3, 20260318, 4/15, 3.20, 09-01. */
export function readNumericDate(text: string, at: number): DateNode | undefined {
  if (
    at > 0 &&
    /[\dA-Za-z.\-/:#_]/.test(text.charAt(at - 1)) &&
    !/\d[-~]$/.test(text.slice(Math.max(0, at - 2), at))
  )
    return undefined
  if (LABEL.test(text.slice(Math.max(0, at - 8), at))) return undefined
  for (const { pattern, read, grain = 'day', isFull = true, needsProof = false } of FORMS) {
    const match = eat(pattern, text, at)
    if (!match) continue
    const end = at + match[0].length
    if (needsProof && !isProven(match, text.slice(end, end + 8), at)) continue
    const resolve = read(match)
    if (!resolve) continue
    return { start: at, end, grain, resolve, isFull, ...(isFull ? {} : { rolls: 'year' as const }) }
  }
  return undefined
}

/** A date of the month in the year that fits: exact where one is given, else the coming one. */
export function yearlyDay(month: number, day: number) {
  return (ctx: Context): DaySpan | undefined => {
    const floor = ctx.after?.from ?? (ctx.prefer === 'future' ? ctx.today : -Infinity)
    const first = new Date((ctx.after?.from ?? ctx.today) * 86_400_000).getUTCFullYear()
    // Eight years always hold a 29 February.
    for (let year = first; year <= first + 8; year++) {
      const from = dayOf(year, month, day)
      if (from !== undefined && from >= floor) return { from, to: from + 1 }
    }
    return undefined
  }
}

type Resolve = (ctx: Context) => DaySpan | undefined

interface Form {
  pattern: RegExp
  read: (match: RegExpExecArray) => Resolve | undefined
  grain?: DateNode['grain']
  isFull?: boolean
  /** Could as well be a fraction, a price or a version: only with a word around it that speaks of time. */
  needsProof?: boolean
}

const END = '(?![\\d%‰]|[-/.]\\d|[A-SU-Za-z])'
// A full date may be followed by another one: 2018/1/10-2018/7/10.
const FULL_END = '(?![\\d%‰]|[/.]\\d|-\\d{1,3}(?![\\d/.])|[A-SU-Za-z])'
const DAY_WORD = '(?:日|号)?'

const FORMS: readonly Form[] = [
  {
    pattern: new RegExp(
      `(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${DAY_WORD}(?=T?\\d\\d:\\d\\d|${FULL_END})`,
      'y',
    ),
    read: (m) => exact(Number(m[1]), Number(m[3]), Number(m[4])),
  },
  {
    pattern: new RegExp(`(\\d{4}) (\\d{1,2}) (\\d{1,2})(?! ?[\\d:])${END}`, 'y'),
    read: (m) => exact(Number(m[1]), Number(m[2]), Number(m[3])),
  },
  {
    pattern: new RegExp(`((?:19|20)\\d\\d)(\\d\\d)(\\d\\d)${END}`, 'y'),
    read: (m) => exact(Number(m[1]), Number(m[2]), Number(m[3])),
  },
  {
    pattern: new RegExp(`(\\d{1,2})/(\\d{1,2})/(\\d{4})${FULL_END}`, 'y'),
    // Day first, as most of the world writes it; month first only where the middle can be no month.
    read: (m) =>
      exact(Number(m[3]), Number(m[2]), Number(m[1])) ?? exact(Number(m[3]), Number(m[1]), Number(m[2])),
  },
  {
    pattern: new RegExp(`(\\d\\d)([-/.])(\\d{1,2})\\2(\\d{1,2})${DAY_WORD}${END}`, 'y'),
    read: (m) =>
      m[2] === '.' && !/^[12]\d$/.test(m[1] ?? '')
        ? undefined
        : exact(2000 + Number(m[1]), Number(m[3]), Number(m[4])),
  },
  {
    pattern: new RegExp(`((?:19|20)\\d\\d)[-/.](\\d{1,2})(?!月)${FULL_END}`, 'y'),
    read: (m) => exactMonth(Number(m[1]), Number(m[2])),
    grain: 'month',
  },
  {
    pattern: new RegExp(`(\\d{1,2})([-/.])(\\d{1,2})(?!月|个|位|人)(?:日|号)?${END}`, 'y'),
    read: (m) => monthDay(Number(m[1]), Number(m[3])),
    isFull: false,
    needsProof: true,
  },
]

const LABEL =
  /(?:号|编码|单|型|房间?|室|栋|楼|座|电话|手机|传真|版本?|[vV]|比分|比例|占比|比|率|第|折|条|证|code|ID|[Nn]o\.?|价|费|元|¥|\$|共|约|大概|涨|跌|降|升)[: ]?$/
const PROOF =
  /^ ?(?:[(]?(?:周|星期|礼拜)|上午|下午|早|晚|中午|傍晚|\d{1,2}[:点]|[一二三四五六七八九十两]{1,3}点|之?前|以?后|之后|到|至|~|开|去|来|见|交|发|签|约|再|回|起|截|联系|会|过|拜|打|给|上门|出差|安排|提醒|跟进|演示|培训)/
const UNIT = /^(?:寸|折|条|版|万|亿|元|块|米|吨|个|倍|度|公|千|克|章|节|分|成|级|代|号线|[kKmMgGwW℃])/

function isProven(match: RegExpExecArray, after: string, at: number): boolean {
  const [, month = '', separator, day = ''] = match
  const isPadded = month.length === 2 && day.length === 2
  // 3-5号 is the third to the fifth.
  if (/[日号]$/.test(match[0])) return separator !== '-' || isPadded
  if (UNIT.test(after)) return false
  if (PROOF.test(after)) return true
  const isWhole = at === 0 && after === ''
  if (separator === '.') return day.length === 2 && (isWhole || /^[ ,。;!?、)]/.test(after)) && at === 0
  return isPadded || (separator === '/' && Number(day) > 12)
}

function exact(year: number, month: number, day: number): Resolve | undefined {
  const from = year >= 1000 ? dayOf(year, month, day) : undefined
  return from === undefined ? undefined : () => ({ from, to: from + 1 })
}

function exactMonth(year: number, month: number): Resolve | undefined {
  return month >= 1 && month <= 12 ? () => monthSpan(year, month) : undefined
}

function monthDay(month: number, day: number): Resolve | undefined {
  return dayOf(2000, month, day) === undefined ? undefined : yearlyDay(month, day)
}
