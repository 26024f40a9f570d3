import { readNumber } from './numbers.js'

/** An amount without its currency: one figure, or the two it lies between. */
export interface Amount {
  min: number
  max: number
  /** It was written with 万, 亿, w or k, so it is large even without a currency. */
  isScaled: boolean
  /** The scale alone, for "10-15万". */
  scale: number
}

const DIGIT = '零一二两三四五六七八九壹贰叁肆伍陆柒捌玖'
const UNIT = '十百千拾佰仟'
const PAIRS = '一两|二三|两三|三四|三五|四五|五六|六七|七八|八九'
const ARABIC = '\\d{1,3}(?:,\\d{3}){1,5}(?:\\.\\d{1,6})?|\\d{1,15}(?:\\.\\d{1,6})?'
// One figure to a place, so that 一万二一年 ends behind 二.
const PLACE = `[${DIGIT.slice(1)}]`
const CHINESE =
  `(?=[${DIGIT}${UNIT}])(?:零?${PLACE}?[${UNIT}]|零?${PLACE}(?=[万亿])|[万亿](?=[${DIGIT}十]))` +
  `{0,20}(?:零?${PLACE}(?:点[${DIGIT}]{1,6})?)?`
const SCALE = ' ?(?:个?[十百千]?[万亿]|[wW](?![A-Za-z])|[kK](?![A-Za-z])|千|百|[mM]illion)'

/** The pattern of an amount; `readAmount` reads what it finds. */
export const AMOUNT = `(?:[几数](?=[十百千万亿]|[块元]|[^ -~]{0,2}[块元])[十百千]?|(?:${PAIRS})(?=[十百千万亿块元美欧港])[十百千]?|(?:\\d{1,6}(?:\\.\\d{1,4})? ?亿 ?零?)?(?:${ARABIC})|${CHINESE})(?:[几多余来](?= ?[十百千万亿wk]))?(?:${SCALE}){0,3}(?:\\d(?![\\d.%])(?! ?[个位人台套条年月天折点号])|[${DIGIT}](?!(?!一[年个套台月天人次份件张])[${DIGIT}${UNIT}万亿个位人台套条年月天折点号])|零?[${DIGIT}][${UNIT}][${DIGIT}${UNIT}]{0,8})?(?:[多余来几](?!少|次|种|个))?`

export function readAmount(words: string): Amount | undefined {
  const text = words
    .replace(/[ ,个]/g, '')
    .replace(/[wW]$|[wW](?=\d|多|来|余)/, '万')
    .replace(/[kK]/, '千')
    .replace(/[mM]illion/, '百万')
  const isScaled = /[万亿]|千$|\d千|[kKwW]/.test(text) && !/^\d+千克/.test(text)
  const scale = /亿/.test(text) ? 1e8 : /万/.test(text) ? 1e4 : /^\d+(?:\.\d+)?千/.test(text) ? 1e3 : 1
  const between = readFuzzy(text)
  if (between) return { ...between, isScaled, scale }
  const value = readNumber(text.replace(/来/, ''))
  return value === undefined ? undefined : { min: value, max: value, isScaled, scale }
}

/** 几十万, 八九亿, 三五百, 十几块, 3000多, 二十几万: the two figures it lies between. */
function readFuzzy(text: string): { min: number; max: number } | undefined {
  const some = /^[几数]([十百千万亿]*)$/.exec(text)
  if (some) {
    const unit = unitOf(some[1] ?? '')
    return unit === undefined ? undefined : { min: unit, max: unit * 10 }
  }
  const pair = /^([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]*)$/.exec(text)
  if (pair && /^[十百千万亿]*$/.test(pair[3] ?? '')) {
    const unit = unitOf(pair[3] ?? '')
    const [low, high] = [readNumber(pair[1] ?? ''), readNumber(pair[2] ?? '')]
    if (unit && low && high && high > low) return { min: low * unit, max: high * unit }
  }
  const more = /^(.+?)[多余几]([十百千万亿]*)$/.exec(text)
  if (!more?.[1]) return undefined
  const unit = unitOf(more[2] ?? '')
  const value = readNumber(more[1])
  if (value === undefined || unit === undefined) return undefined
  return { min: value * unit, max: (value + step(value)) * unit }
}

function unitOf(words: string): number | undefined {
  return words === '' ? 1 : readNumber(`一${words}`)
}

/** 3000多 stays below 4000, 120多 below 130: the place of the last figure that is not zero. */
function step(value: number): number {
  let place = 1
  while (value >= place * 10 && value % (place * 10) === 0) place *= 10
  return place
}
