import { foldText } from './text.js'
import { DAY_SECONDS, readLocal } from './times-calendar.js'
import { blankFalseFriends } from './times-guards.js'
import { toHit } from './times-hit.js'
import type { Before } from './times-moment.js'
import { readPhrase } from './times-phrase.js'
import type { Context, Daypart } from './times-shape.js'

export type { Daypart } from './times-shape.js'

/** Wall clock of the organisation, 'YYYY-MM-DDTHH:mm:ss', without a zone. */
export type LocalDateTime = string

export type TimeKind = 'date' | 'datetime' | 'time' | 'range' | 'open-range' | 'duration' | 'recurring'

export interface TimeHit {
  /** Offsets of the words in the text, in UTF-16 units, end exclusive. */
  start: number
  end: number
  text: string
  kind: TimeKind
  /**
   * Normal form: date '2026-03-18', datetime '2026-03-18T15:00:00', time '15:00:00', range 'start/end' with the END
   * EXCLUSIVE, open range '2026-03-01/..' or '../2026-04-01', duration 'PT5400S'; recurring gives its next date.
   * '../X' is "before X", where X is the day or minute that was named (for 月底前 the last day of the month).
   */
  value: string
  /** First instant that is meant, with a day where the words name none; missing for durations and '../X'. */
  at?: LocalDateTime
  /** Instant at which it is over (exclusive); missing where there is none. */
  until?: LocalDateTime
  daypart?: Daypart
  /** The words say "by then" (周五前, 三天内, 月底之前, …截止). */
  deadline?: boolean
  /** 0..1; below 0.5 are words such as 最近 or 现在 that seldom fix an appointment. */
  confidence: number
}

export interface TimeOptions {
  /** 'future' (default): a day without year, month or week is the coming one; 'neutral': the one of this period. */
  prefer?: 'future' | 'neutral'
}

/**
 * Finds the times that a text speaks of.
 *
 * A bare hour from one to six is the afternoon's, unless a full date stands before it. Weeks begin on Monday.
 *
 * @param reference - The moment the text was written, on the organisation's wall clock.
 * @returns hits in the order of the text, never overlapping; an empty list where there is none.
 * @throws RangeError where the reference is no local time.
 */
export function findTimes(text: string, reference: LocalDateTime, options: TimeOptions = {}): TimeHit[] {
  const now = readLocal(reference)
  const ctx: Context = { now, today: Math.floor(now / DAY_SECONDS), prefer: options.prefer ?? 'future' }
  const folded = blankFalseFriends(foldText(text))
  const hits: TimeHit[] = []
  let before: Before | undefined
  for (let i = nextStart(folded, 0); i >= 0; i = nextStart(folded, i)) {
    const linked = before && LINK.test(folded.slice(before.moment.end, i)) ? before : undefined
    const phrase = readPhrase(folded, i, ctx, linked)
    if (!phrase) {
      i += 1
      continue
    }
    hits.push(toHit(phrase, text, ctx))
    before = phrase.before
    i = phrase.end
  }
  return hits
}

// Every word for a time begins with one of these; all other places are skipped without trying a rule.
const START =
  /[\d零一二两三四五六七八九十廿卅半几数个俩仨今明昨前后大上下这本当同次翌听琴周星礼每隔年月初农阴旧正腊冬闰春夏秋立惊霜谷元端中国劳青儿护建教万光双圣平感母父情女三植消愚清五六七八十教重除小过新复世地环程跨灯鬼盂黑阳公早晚凌清傍黄深夜午晌拂黎现目最近未往之此再等接还剩仅若刚而截最不赶去来差妇第晏昼季a-dpqA-DPQ]/g

function nextStart(text: string, from: number): number {
  START.lastIndex = from
  return START.exec(text)?.index ?? -1
}

const LINK = /^ ?(?:、|或者?|还是|和|与|及|以及|跟|,|\/|要么|不然|要不)? ?$/
