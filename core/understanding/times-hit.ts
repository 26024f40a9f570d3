import { DAY_SECONDS, formatClock, formatDay, formatSecond } from './times-calendar.js'
import type { Phrase } from './times-phrase.js'
import type { Context } from './times-shape.js'
import type { TimeHit, TimeKind } from './times.js'

const KINDS: Record<Phrase['shape'], TimeKind> = {
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  range: 'range',
  since: 'open-range',
  until: 'open-range',
  duration: 'duration',
  recurring: 'recurring',
}

/** Writes a phrase in the normal form of TimeHit. */
export function toHit(phrase: Phrase, text: string, ctx: Context): TimeHit {
  const { start, end, shape, part, deadline, confidence } = phrase
  return {
    start,
    end,
    text: text.slice(start, end),
    kind: KINDS[shape],
    value: valueOf(phrase),
    ...instants(phrase, ctx),
    ...(part ? { daypart: part } : {}),
    ...(deadline ? { deadline } : {}),
    confidence,
  }
}

function valueOf({ shape, from, to, isWhole }: Phrase): string {
  const point = (second: number) =>
    isWhole && second % DAY_SECONDS === 0 ? formatDay(second / DAY_SECONDS) : formatSecond(second)
  switch (shape) {
    case 'date':
      return formatDay(Math.floor(from / DAY_SECONDS))
    case 'datetime':
      return formatSecond(from)
    case 'time':
      return formatClock(from - Math.floor(from / DAY_SECONDS) * DAY_SECONDS)
    case 'range':
      return `${point(from)}/${point(to)}`
    case 'since':
      return `${point(from)}/..`
    case 'until':
      return `../${point(from)}`
    case 'duration':
      return `PT${Math.round(from)}S`
    case 'recurring':
      return point(from)
  }
}

function instants({ shape, from, to }: Phrase, ctx: Context): Pick<TimeHit, 'at' | 'until'> {
  if (shape === 'duration') return {}
  if (shape === 'until') return { until: formatSecond(from) }
  if (shape === 'since') return { at: formatSecond(from) }
  // "九点" said at ten is tomorrow's.
  const shift = shape === 'time' && from < ctx.now && ctx.prefer === 'future' ? DAY_SECONDS : 0
  return { at: formatSecond(from + shift), ...(to > from ? { until: formatSecond(to + shift) } : {}) }
}
