import { DAY_SECONDS } from './times-calendar.js'
import { readMoment, resolveMoment } from './times-moment.js'
import type { Phrase } from './times-phrase.js'
import type { Context } from './times-shape.js'
import { eat } from './times-shape.js'

const EVERY = /(?:每隔|每)(?:一|1)?个?/y
const WEEK = /(?:周|星期|礼拜)/y
const DAY = /(?:天|日|工作日|个工作日)的?/y
const MONTH = /个?月的? ?/y

/** 每周三下午, 每月25号, 每天九点: the next time it comes round. "每天" or "每周" alone is a habit and no time. */
export function readRecurring(text: string, at: number, ctx: Context): Phrase | undefined {
  const every = eat(EVERY, text, at)
  if (!every) return undefined
  const from = at + every[0].length
  const day = eat(DAY, text, from)
  const month = eat(MONTH, text, from)
  const head = day ?? month
  if (!head && !eat(WEEK, text, from)) return undefined
  // What follows is read as if nothing stood before it: 每 keeps the other rules off its weekdays.
  const begin = from + (head?.[0].length ?? 0)
  const moment = readMoment(` ${text.slice(begin, begin + 40)}`, 1, ctx)
  if (!moment || moment.span || (!moment.date && !moment.clock) || (day && !moment.clock)) return undefined
  const next = resolveMoment(moment, ctx)
  if (!next) return undefined
  const isOver = !moment.date && next.from < ctx.now
  const shift = isOver ? DAY_SECONDS : 0
  return {
    start: at,
    end: begin + moment.end - 1,
    shape: 'recurring',
    from: next.from + shift,
    to: next.to + shift,
    isWhole: moment.clock === undefined,
    confidence: 0.5,
    ...(moment.part ? { part: moment.part.part } : {}),
  }
}
