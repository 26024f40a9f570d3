import type { Day, DaySpan, Second } from './times-calendar.js'
import { readNumber } from './numbers.js'

export type Daypart = 'dawn' | 'morning' | 'noon' | 'afternoon' | 'evening' | 'night'

/** What the rules may know: the moment of speaking and, inside ranges and lists, the days named just before. */
export interface Context {
  now: Second
  today: Day
  prefer: 'future' | 'neutral'
  after?: DaySpan | undefined
}

export type Grain = 'day' | 'weekend' | 'week' | 'month' | 'quarter' | 'half' | 'year' | 'edge' | 'holiday'

/** Words that name days. They are resolved late, because "20日" means another day after "3月5日到". */
export interface DateNode {
  start: number
  end: number
  grain: Grain
  resolve: (ctx: Context) => DaySpan | undefined
  /** The year was written out: then hours are meant as they are written too. */
  isFull?: boolean
  /** 月底, 年末: "before it" means by its last day. */
  isLate?: boolean
  /** How many days or months later the same words come true again: "周二九点" said on Tuesday at ten. */
  rolls?: 'week' | 'month' | 'year'
  /** A holiday's days off: "after it" begins behind them. */
  daysOff?: number
  confidence?: number
}

export type YearOf = (ctx: Context) => number
/** A date inside a year or month; where it starts is known to whoever read the year or month. */
export type Part = Omit<DateNode, 'start'>

/** Words that name an instant, a window or a length directly from the moment of speaking. */
export interface SpanNode {
  start: number
  end: number
  form: 'instant' | 'day' | 'range' | 'since' | 'until' | 'duration'
  from: Second
  to: Second
  confidence: number
  deadline?: boolean
}

/** Runs a sticky pattern at one place. */
export function eat(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** Where the next word begins when spaces, commas or 的 stand between. */
export function skipJoint(text: string, at: number): number {
  JOINT.lastIndex = at
  JOINT.exec(text)
  return JOINT.lastIndex || at
}

const JOINT = /[ 的]{0,3}/y

/** A number that its pattern has already vouched for. */
export function num(words: string | undefined): number {
  return (words === undefined ? undefined : readNumber(words)) ?? NaN
}

export const MONTH = '(?:1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])'
export const DATE =
  '(?:[12]\\d|3[01]|0?[1-9]|三十一?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|十[一二三四五六七八九]?|[一二三四五六七八九])'
