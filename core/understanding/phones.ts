import { foldText } from './text.js'

export type PhoneKind = 'mobile' | 'landline' | 'service'

export interface PhoneHit {
  /** Offsets of the words in the text, in UTF-16 units, end exclusive. */
  start: number
  end: number
  text: string
  /** National digits: 13812341234, 01088886666, 4006880186. */
  value: string
  kind: PhoneKind
  ext?: string
}

export interface MaskedPhoneHit {
  start: number
  end: number
  text: string
  /** Digits before and after the mask. */
  prefix: string
  suffix: string
}

export type NormalisedPhone =
  | { ok: true; value: string; kind: PhoneKind; ext?: string }
  | { ok: false; reason: 'empty' | 'masked' | 'foreign' | 'length' | 'prefix' }

/** Finds Chinese phone numbers; hits in the order of the text, never overlapping. */
export function findPhones(text: string): PhoneHit[] {
  const folded = blankForeign(foldDigits(foldText(text)))
  const hits: PhoneHit[] = []
  for (const { kind, pattern, digits } of SHAPES) {
    for (const match of folded.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      const value = digits(match)
      if (!value || hits.some((hit) => hit.start < end && start < hit.end)) continue
      if (!standsAlone(folded, start, end, hits)) continue
      const hit: PhoneHit = { start, end, text: text.slice(start, end), value, kind }
      const ext = kind === 'mobile' ? undefined : EXTENSION.exec(folded.slice(end, end + 14))
      if (ext?.[1]) {
        hit.ext = ext[1]
        hit.end = end + ext[0].length
        hit.text = text.slice(start, hit.end)
      }
      hits.push(hit)
    }
  }
  return hits.sort((a, b) => a.start - b.start)
}

/** Finds numbers with hidden digits, such as 138****1234. */
export function findMaskedPhones(text: string): MaskedPhoneHit[] {
  return [...foldText(text).matchAll(MASKED)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: text.slice(match.index, match.index + match[0].length),
    prefix: onlyDigits(match[1] ?? ''),
    suffix: onlyDigits(match[2] ?? ''),
  }))
}

/**
 * Reads one form field or table cell as one phone number.
 *
 * @returns the national digits, or why it is none: `masked` (digits hidden), `foreign` (another country's code),
 *   `length` (a digit too many or too few), `prefix` (no Chinese number starts so).
 */
export function normalisePhone(text: string): NormalisedPhone {
  const folded = foldDigits(foldText(text)).trim()
  const hits = findPhones(folded)
  const hit = hits[0]
  if (
    hit &&
    hits.length === 1 &&
    /^[\p{L}\p{P}\s]*$/u.test(folded.slice(0, hit.start) + folded.slice(hit.end))
  )
    return { ok: true, value: hit.value, kind: hit.kind, ...(hit.ext ? { ext: hit.ext } : {}) }
  if (findMaskedPhones(folded).length) return { ok: false, reason: 'masked' }
  const digits = onlyDigits(folded)
  if (!digits) return { ok: false, reason: 'empty' }
  if (/^\(?(?:\+|00)/.test(folded) && !/^(?:00)?86/.test(digits)) return { ok: false, reason: 'foreign' }
  return { ok: false, reason: /^(?:86)?(?:1[3-9]|0[1-9]|[48]00)/.test(digits) ? 'length' : 'prefix' }
}

/** 138****1234; other numbers keep their last four digits, short ones nothing. */
export function maskPhone(value: string): string {
  if (/^1\d{10}$/.test(value)) return `${value.slice(0, 3)}****${value.slice(-4)}`
  return value.length > 7 ? `****${value.slice(-4)}` : '****'
}

interface Shape {
  kind: PhoneKind
  pattern: RegExp
  /** The national digits, or undefined where the match is no number after all. */
  digits: (match: RegExpMatchArray) => string | undefined
}

const GAP = '[ \\-._/\\u200b-\\u200f\\u2060\\ufeff]'
const COUNTRY = `(?:\\(?(?:\\+|00)?${GAP}?86\\)?${GAP}{0,2})?`
// 010 and 02x have eight digits behind them, the others seven or eight (numbering plan of the MIIT).
const SHORT_AREA = '(?:10|2[0-57-9])'
const LONG_AREA = '(?:3[1-9]|4[1-8]|5[1-9]|6[369]|7\\d|8[1-9]|9\\d)\\d'

const SHAPES: readonly Shape[] = [
  {
    kind: 'mobile',
    pattern: new RegExp(`${COUNTRY}\\(?0?(1${GAP}?[3-9](?:${GAP}{0,2}\\d){9})(?!\\d)`, 'g'),
    digits: (match) => (isGroupedLikeAPhone(match[1] ?? '') ? onlyDigits(match[1] ?? '') : undefined),
  },
  {
    kind: 'landline',
    pattern: new RegExp(
      `${COUNTRY}\\(?(?:0|(?<=86\\)?${GAP}{0,2}\\(?))(${SHORT_AREA}|${LONG_AREA})\\)?${GAP}{0,2}([2-9]\\d{2,3}${GAP}?\\d{4})(?!\\d)`,
      'g',
    ),
    digits: (match) => landline(match[1] ?? '', onlyDigits(match[2] ?? '')),
  },
  {
    // 95588, 10086: carriers and banks; five digits are a phone only where somebody is to ring them.
    kind: 'service',
    pattern:
      /(?<=(?:拨打?|电话|热线|客服|打|致电)(?:是|为|[:：\s])?)((?:95|96|10|12)\d{3})(?![\d.]|[万千百元块个号点年月])/g,
    digits: (match) => match[1],
  },
  {
    kind: 'service',
    pattern: new RegExp(`${COUNTRY}([48]00(?:${GAP}?\\d){7})(?!\\d)`, 'g'),
    digits: (match) =>
      groups(match[1] ?? '').every((size) => size >= 3) ? onlyDigits(match[1] ?? '') : undefined,
  },
]

const EXTENSION = /^ ?(?:转|分机号?|ext\.?:?|[xX#-]) ?(\d{1,6})(?!\d)/
const MASKED =
  /(?<![\dA-Za-z])((?:\+?86[ -]?)?(?:1[3-9]|0\d)[\d -]{0,8}?)[*×•●·xX#]{2,8}[ -]?(\d{2,4})?(?![\dA-Za-z*])/g
const FOREIGN = /(?<![\dA-Za-z]|\d[ \-./()])\(?(?:\+ ?|00 ?)(?!86|0)\d[\d ()\-./x]*/g

// "tel138…", "VX138…" are labels; any other letter that touches the number makes it part of a code.
const LABEL = /(?:^|[^A-Za-z])(?:tel|phone|mobile|mob|cell|call|vx?|wx|wechat|m|t|p)[.:]?$/i
// Numbers that look like phones and are none, by the word in front of them.
const OTHER_NUMBER =
  /(?:订单|运单|快递|物流|银行卡|卡|账单|发票|税|身份证|证件|工|学|序列|流水|合同|设备|编|单|款|批|货|资产|商品|统一社会信用代|QQ|ISBN|SN|ID)(?:号码?|码|编号)?[ :.#]{0,2}$/i

function standsAlone(text: string, start: number, end: number, hits: readonly PhoneHit[]): boolean {
  const before = text.slice(Math.max(0, start - 14), start)
  const after = text.slice(end, end + 2)
  if (/^(?:[A-Za-z_@\d]|[.]\d|[-/]\d{7})/.test(after) && !/^(?:x|ext)/i.test(after)) return false
  if (hits.some((hit) => hit.end === start || (hit.end === start - 1 && /[ ,;/、|-]/.test(before.slice(-1)))))
    return true
  if (/[A-Za-z]$/.test(before)) return LABEL.test(before)
  if (/(?:[\d_][.\-/_]|\d|[=+_¥$]|\d \d{0,4} )$/.test(before)) return false
  return !OTHER_NUMBER.test(before)
}

function groups(number: string): number[] {
  return number.split(new RegExp(`${GAP}+`)).map((group) => group.length)
}

/** Two to four groups of at least two digits, or every digit on its own; otherwise it is a row of numbers. */
function isGroupedLikeAPhone(number: string): boolean {
  const sizes = groups(number)
  return sizes.length === 11 || (sizes.length <= 4 && sizes.every((size) => size >= 2))
}

function landline(area: string, local: string): string | undefined {
  const wanted = area.length === 2 ? local.length === 8 : local.length >= 7
  return wanted ? `0${area}${local}` : undefined
}

/** Numbers with another country's code are blanked, so that no part of them is taken for a Chinese one. */
function blankForeign(text: string): string {
  return text.replace(FOREIGN, (number) => '\u0001'.repeat(number.length))
}

/** Spoken digits (幺三八…) in a row of eleven become digits. */
function foldDigits(text: string): string {
  return text.replace(
    /(?<![零一二三四五六七八九幺])[一幺][零一二三四五六七八九幺]{10}(?![零一二三四五六七八九幺])/g,
    (run) => run.replace(/./g, (unit) => String('零一二三四五六七八九'.indexOf(unit === '幺' ? '一' : unit))),
  )
}

function onlyDigits(text: string): string {
  return text.replace(/\D/g, '')
}
