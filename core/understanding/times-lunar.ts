import type { DaySpan } from './times-calendar.js'
import { firstOfMonth } from './times-calendar.js'

// One word a year, base 36: days from 1 January to the new year << 17 | number of the leap month (0: none) << 13 |
// one bit a month in order, set where it has 30 days. Computed with lunar-typescript 1.x, which follows GB/T 33661-2017;
// the Chinese calendar of ICU is a day off in a dozen of these years (2027 among them) and was not used.
const FIRST_YEAR = 1950
const YEARS = `
  3o2eu 2t6zx 221ey 3fn3m 2ks6d 1tave 3a2bu 2dqqd 3qwlz 2ys7q 24yph 3ih91 2qd3m 1w7fp 3cvqd 2hxl6
  1ks5z 31me3 2atei 3o2ga 2t755 221qq 3ihci 2krol 1qmob 378ln 2dsq3 3qv1p 2vz3h 24yuh 3lay1 2qefm
  1waat 3cvfp 2jsr1 3wity 31kty 27qut 3o2qd 2t7s9 2236a 3ihzm 2nl7q 1qdzq 34fh3 2dsra 3tobe 2vzdh
  24urt 3l9op 2qd1v 1tfl7 3a0q3 2f597 1ngpm 31ld6 281g5 3qwtg 2w095 1z98z 3fo2d 2kqi5 1qkdp 34fjp
  2dz8q 3tosy 2ytut 252dm 3lave 2qe8l 1w8q6 3a0ra 2f5bp 1ngs2 34es2 27smd 3o2sl 2t64r 1z6hj 3cvcb
  2kqje 1qe3a 378tl 2ec7m 3tpw2 2ytd1 251sb 3ih57 2njjf 1tisb 3a0tp 2f5gq 1nhw2 34g42 2auxx 3o3z9
  2t6xh 1z831 3fmwm 2hxh1 1qene 379hl 2gnte 3tqj6 2ytra 24ymu 3ih5j 2njkm 1tcr9 3a15h 2hxs9 1ksk3
  31llf 2808b 3o2ej 2qdsr 1z87u 3fn1m 2krqd 1qmve 378sq 2dtw5 3tpqt 2vz1p 225kd 3ih85 2qcve 1tdph
  3a2ed 2hyyy 1nogl 31ms6 2811q 3o2fq 2t705 1z8aa 3fnbm 2ksdh 1te8a 34eq3 2axzr 3qvfv 2vz2z 225li
  3ihd6 2qd76 1w945 3a1xh 2f5aj 1knff 31l7v
`
  .trim()
  .split(/\s+/)
  .map((word) => Number.parseInt(word, 36))

/** The days of a lunar month of 1950–2100, or undefined where there is none (a leap month in another year). */
export function lunarMonth(year: number, month: number, isLeap = false): DaySpan | undefined {
  const word = YEARS[year - FIRST_YEAR]
  if (word === undefined || month < 1 || month > 12) return undefined
  const leap = (word >> 13) & 15
  if (isLeap && leap !== month) return undefined
  const index = month - 1 + (isLeap || (leap > 0 && month > leap) ? 1 : 0)
  let from = firstOfMonth(year, 1) + (word >> 17)
  for (let i = 0; i < index; i++) from += 29 + ((word >> i) & 1)
  return { from, to: from + 29 + ((word >> index) & 1) }
}

/** The day of a lunar date, or undefined where that month has no such day. */
export function lunarDay(year: number, month: number, day: number, isLeap = false): number | undefined {
  const span = lunarMonth(year, month, isLeap)
  return span && day >= 1 && day <= span.to - span.from ? span.from + day - 1 : undefined
}

/** New Year's Eve at the end of a lunar year (the 29th or 30th of the last month). */
export function lunarNewYearsEve(year: number): number | undefined {
  const first = lunarDay(year + 1, 1, 1)
  return first === undefined ? undefined : first - 1
}
