/** Pattern of a Chinese or Arabic whole number, for building other patterns (folded text, no capture). */
export const WHOLE = '(?:\\d+|[零一二两三四五六七八九十百千廿卅]+)'

const DIGITS = new Map(
  [...'零一二三四五六七八九']
    .map((unit, value) => [unit, value] as const)
    .concat([
      ['〇', 0],
      ['○', 0],
      ['两', 2],
      ['俩', 2],
      ['仨', 3],
      ['幺', 1],
      ['壹', 1],
      ['贰', 2],
      ['叁', 3],
      ['肆', 4],
      ['伍', 5],
      ['陆', 6],
      ['柒', 7],
      ['捌', 8],
      ['玖', 9],
    ]),
)
const SMALL_UNITS = new Map([
  ['十', 10],
  ['拾', 10],
  ['百', 100],
  ['佰', 100],
  ['千', 1000],
  ['仟', 1000],
])
const LARGE_UNITS = new Map([
  ['万', 10_000],
  ['亿', 100_000_000],
])

/**
 * Reads a number as people write it: 12, 1,234.5, 十二, 一百零五, 两千三, 一万二 (12000), 3.5万, 1亿2000万, 二零二六,
 * 廿三, 三点五.
 *
 * @returns undefined where the words are no number.
 */
export function readNumber(words: string): number | undefined {
  const text = words.replace(/[ ,]/g, '').replace(/廿/g, '二十').replace(/卅/g, '三十')
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  if (/^[零〇○一二三四五六七八九幺]{2,}$/.test(text)) return readDigitRow(text)
  return readMixed(
    text.replace(/^([^点]+)点([^点万亿千百十]+)/, (_, whole: string, part: string) => pointed(whole, part)),
  )
}

function pointed(whole: string, part: string): string {
  const left = readMixed(whole)
  const digits = [...part].map((unit) => DIGITS.get(unit) ?? (/\d/.test(unit) ? Number(unit) : undefined))
  return left === undefined || digits.includes(undefined) ? 'x' : `${left}.${digits.join('')}`
}

function readDigitRow(text: string): number {
  return Number([...text].map((unit) => DIGITS.get(unit)).join(''))
}

/** The sum so far over 亿, 万 and below; `last` is the unit just used, for the short last digit (一万二, 两千三). */
interface Sum {
  total: number
  section: number
  digit: number | undefined
  last: number
  zero: boolean
}

function readMixed(text: string): number | undefined {
  if (!text) return undefined
  const sum: Sum = { total: 0, section: 0, digit: undefined, last: 0, zero: false }
  for (const part of text.match(/\d+(?:\.\d+)?|[^\d]/g) ?? []) {
    if (!addPart(sum, part)) return undefined
  }
  const tail = sum.digit ?? 0
  const isShort = sum.digit !== undefined && sum.last >= 100 && tail < 10 && !sum.zero
  return round(sum.total + sum.section + (isShort ? (tail * sum.last) / 10 : tail))
}

function addPart(sum: Sum, part: string): boolean {
  const digit = DIGITS.get(part) ?? (/^\d/.test(part) ? Number(part) : undefined)
  if (digit !== undefined) return addDigit(sum, digit, part)
  const small = SMALL_UNITS.get(part)
  if (small !== undefined) {
    sum.section += (sum.digit ?? (small === 10 && sum.section % 100 === 0 ? 1 : NaN)) * small
    return settle(sum, small)
  }
  const large = LARGE_UNITS.get(part)
  if (large === undefined) return false
  const below = sum.section + (sum.digit ?? 0)
  // 一万亿: the section is empty, so everything so far is counted in the larger unit.
  if (below === 0 && sum.total > 0) sum.total *= large
  else if (below === 0) return false
  else sum.total += below * large
  sum.section = 0
  return settle(sum, large)
}

function addDigit(sum: Sum, digit: number, part: string): boolean {
  if (sum.digit !== undefined) return false
  if (digit === 0 && part !== '0') {
    sum.zero = true
    return true
  }
  sum.digit = digit
  return true
}

function settle(sum: Sum, unit: number): boolean {
  sum.digit = undefined
  sum.last = unit
  sum.zero = false
  return !Number.isNaN(sum.section)
}

// 12.8 万 is 128000 and not 128000.00000000001.
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(14))
}
