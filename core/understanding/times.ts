/** Wall clock of the organisation, 'YYYY-MM-DDTHH:mm:ss', without a zone. */
export type LocalDateTime = string

export type TimeKind = 'date' | 'datetime' | 'time' | 'range' | 'open-range' | 'duration' | 'recurring'

export type Daypart = 'dawn' | 'morning' | 'noon' | 'afternoon' | 'evening' | 'night'

export interface TimeHit {
  /** Offsets of the words in the text, in UTF-16 units, end exclusive. */
  start: number
  end: number
  text: string
  kind: TimeKind
  /**
   * Normal form: date '2026-03-18', datetime '2026-03-18T15:00:00', time '15:00:00', range 'start/end' with the END
   * EXCLUSIVE, open range '2026-03-01/..' or '../2026-04-01', duration 'PT5400S'; recurring gives its next date.
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
  /** 'future' (default): a day without year, month or week is the coming one; 'neutral': the nearest one. */
  prefer?: 'future' | 'neutral'
}

/**
 * Finds the times that a text speaks of.
 *
 * @param reference - The moment the text was written, on the organisation's wall clock.
 * @returns hits in the order of the text, never overlapping; an empty list where there is none.
 */
export function findTimes(_text: string, _reference: LocalDateTime, _options: TimeOptions = {}): TimeHit[] {
  return []
}
