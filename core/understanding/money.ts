import type { Amount } from './money-amount.js'
import { AMOUNT, readAmount } from './money-amount.js'
import { CURRENCY_BEFORE, CURRENCY_BEHIND, currencyCode } from './money-currencies.js'
import { readNumber } from './numbers.js'
import { foldText } from './text.js'

export interface MoneyHit {
  /** Offsets of the words in the text, in UTF-16 units, end exclusive. */
  start: number
  end: number
  text: string
  /** ISO 4217; CNY where the words name no currency. */
  currency: string
  /**
   * One amount; otherwise minCents and maxCents. Hundredths of the main unit, whatever the currency's own minor unit;
   * with a fraction only where the words give one (an exchange rate of 1.0753).
   */
  valueCents?: number
  minCents?: number
  maxCents?: number
  bound?: MoneyBound
}

export type MoneyBound = 'at_least' | 'at_most'

export interface MoneyOptions {
  /** Also reads the amounts of sales talk: 十几万, 30w, 50k, 一万二, and after 预算, 报价 … 15个 (= 15 万) and 9800. */
  spokenUnits?: boolean
}

/** Finds amounts of money; hits in the order of the text, never overlapping. Percentages and counts are not money. */
export function findMoney(text: string, options: MoneyOptions = {}): MoneyHit[] {
  const folded = foldText(text).replace(/(?<=\d)，(?=\d{3})/g, ',')
  const hits: MoneyHit[] = []
  for (const match of folded.matchAll(MONEY)) {
    const money = read(match, folded, options.spokenUnits ?? false)
    if (!money) continue
    const start = match.index
    const length = match[0].trimEnd().length + (money.isInWan ? 1 : 0)
    const bound = boundOf(folded, start, start + length)
    const { min, max, currency } = money
    const amounts = min === max ? { valueCents: cents(min) } : { minCents: cents(min), maxCents: cents(max) }
    const end = start + length
    hits.push({ start, end, text: text.slice(start, end), currency, ...amounts, ...(bound ? { bound } : {}) })
  }
  return hits
}

const SMALL =
  '(?:美分|欧分|便士|角|毛(?!病|利|笔|衣|巾|坯|重)|分(?!钟|之|期|店|公|部|享|析|配|别|为|成|布|类|数|制|红|销|批))'
const COUNT = '[零一二两三四五六七八九十\\d]{1,3}'
// 三块零四, 一块二角, 五元七毛八分, 两美元又三美分, 三块五.
const CHANGE = `(?:又?(${COUNT})(${SMALL})(?:(${COUNT})(分(?!钟)))?|(零?[一二三四五六七八九]|[1-9])(?![\\d.%]|[十百千万亿]| ?[个位人台套条年月天折点号份件张]))`
const TO = ' ?(?:\\(含\\))? ?(?:到|至|-{1,2}|~) ?'

const MONEY = new RegExp(
  `(?<before>${CURRENCY_BEFORE})? ?(?<![\\d.A-Za-z])(?<first>${AMOUNT})(?<middle>${CURRENCY_BEHIND})?(?<change>${CHANGE})?` +
    `(?:${TO}(?<second>${AMOUNT})(?: ?(?<last>${CURRENCY_BEHIND}))?(?<lastChange>${CHANGE})?)?` +
    `(?: ?(?<behind>${CURRENCY_BEHIND}))?(?<small>${SMALL})?`,
  'g',
)

interface Money {
  min: number
  max: number
  currency: string
  /** 15个: the counting word belongs to the amount. */
  isInWan?: boolean
}

function read(match: RegExpMatchArray, text: string, spoken: boolean): Money | undefined {
  const groups = match.groups ?? {}
  const first = readAmount(groups.first ?? '')
  if (!first) return undefined
  const start = match.index ?? 0
  const end = start + match[0].length
  if (groups.small && !groups.behind) return smallChange(first, match[0], text, groups.before)
  const name = groups.before ?? groups.last ?? groups.behind ?? groups.middle
  const foreign = [groups.before, groups.behind, groups.last, groups.middle].find(
    (word) => word && currencyCode(word) !== 'CNY',
  )
  const currency = currencyCode(foreign ?? name ?? '元') ?? 'CNY'
  if (isTogether(groups.middle, groups.first, text, start, end)) return undefined
  if (!name && !(spoken && isSpoken(match, first, text))) return undefined
  const inWan = !name && isInWan(text, end)
  const factor = inWan ? 10_000 : 1
  const unit = { currency, ...(inWan ? { isInWan: true } : {}) }
  const low = (first.min + changeOf(groups.change ?? '')) * factor
  const high = (first.max + changeOf(groups.change ?? '')) * factor
  const second = groups.second === undefined ? undefined : readAmount(groups.second)
  if (!second) return { min: low, max: high, ...unit }
  const top = (second.max + changeOf(groups.lastChange ?? '')) * factor
  // "10-15万", "七千到九千亿": the first figure shares the scale of the second.
  const scaled = first.scale < second.scale ? low * second.scale : low
  const bottom = scaled <= top ? scaled : low
  return bottom <= top ? { min: bottom, max: top, ...unit } : { min: low, max: high, ...unit }
}

/** "20分", "两毛" alone; 分 is money only where nothing else is said. */
function smallChange(
  amount: Amount,
  words: string,
  text: string,
  before: string | undefined,
): Money | undefined {
  const isFen = /分$/.test(words)
  if (isFen && words.trim().length !== text.trim().length && !/钱/.test(text)) return undefined
  const unit = isFen ? 0.01 : 0.1
  const currency = /美分/.test(words)
    ? 'USD'
    : /欧分/.test(words)
      ? 'EUR'
      : /便士/.test(words)
        ? 'GBP'
        : currencyCode(before ?? '元')
  return { min: round(amount.min * unit), max: round(amount.max * unit), currency: currency ?? 'CNY' }
}

function changeOf(words: string): number {
  const match = new RegExp(`^${CHANGE}$`).exec(words)
  if (!match) return 0
  const [, count, unit, fen, , bare] = match
  if (bare) return (readNumber(bare.replace('零', '')) ?? 0) * (bare.startsWith('零') ? 0.01 : 0.1)
  const main = (readNumber(count ?? '') ?? 0) * (/[角毛]/.test(unit ?? '') ? 0.1 : 0.01)
  return main + (readNumber(fen ?? '') ?? 0) * 0.01
}

/** 一块去: together, and no money. */
function isTogether(
  middle: string | undefined,
  first: string | undefined,
  text: string,
  start: number,
  end: number,
): boolean {
  return (
    middle === '块' && first === '一' && end - start === 2 && !/^(?:[ ,。;!?、/]|$|钱)/.test(text.slice(end))
  )
}

// 50万条, 30万吨, 4k屏, 3个点: counts, measures and percentages.
const COUNTED =
  /^ ?(?:条|吨|家|人|台|个|次|粉|字|平|用户|份|辆|公里|米|年|步|行(?=数据|代码|记录|日志|的?数据)|件|张|套|店|户|级|%|％|倍|折|点|位|名|页|本|只|门|项|瓶|箱|斤|公斤|千克|克|升|毫|度|瓦|伏|天|月|日|号|周(?![一二三四五六日天末])|分|秒|小时|瓦|功率|屏|显示|分辨|视频|电视|高清|快充|星|种|岁|楼|层|排|版|代|期|轮|场|批|亩|座|间|栋|公|英里|像素|并发|数据|客户(?![说要想付那讲还可觉嫌答同会明下月周给把])|会员|订单|坐席|账号|门店|终端|设备|商品|sku|[A-Za-z:.\d])/i
const BUDGET =
  /(?:预算|优惠|便宜|折后|减|报价|价格|单价|总价|总额|合计|共计|金额|费用|报了?|付了?|收了?|打了?|定金|订金|首付款?|尾款|回款|货款|年费|只要|开价|定价|卖|合同额?|底价|成本价|原价|现价|砍到|降到|压到|谈到|给到|做到|控制在|成交价?|标的|限价|到账|转账|收款|付款|欠款|应收)(?:大概|大约|约|是|为|了|有|在|批了|给了|差不多|定|也就|一共|总共|就|[ :,]){0,4}$/

function isSpoken(match: RegExpMatchArray, first: Amount, text: string): boolean {
  const start = match.index ?? 0
  const end = start + match[0].trimEnd().length
  const after = text.slice(end, end + 6)
  if (
    /[第\d.:/#-]$/.test(text.slice(Math.max(0, start - 2), start)) &&
    !/[\u4e00-\u9fff]-$/.test(text.slice(Math.max(0, start - 2), start))
  )
    return false
  const isBudget = BUDGET.test(text.slice(Math.max(0, start - 14), start))
  if (isInWan(text, end)) return true
  const second = match.groups?.second === undefined ? undefined : readAmount(match.groups.second)
  if (COUNTED.test(after)) return false
  const isScaled = first.isScaled || second?.isScaled === true
  return isScaled
    ? Math.max(first.max, second?.max ?? 0) >= 1000
    : isBudget && /^\d/.test(match.groups?.first ?? '') && first.min >= 100
}

/** "预算15个", "报价十二个左右": nobody counts anything else there, so it is 万. */
function isInWan(text: string, end: number): boolean {
  const behind =
    /^ ?(?:个|来个|多个)(?:W|w|达不溜)?(?=$|[ ,。;!?、)]|左右|上下|以内|以下|以上|吧|的?预算|封顶|到头|起|打底|差不多)/.test(
      text.slice(end, end + 6),
    )
  if (!behind) return false
  const window = text.slice(Math.max(0, end - 24), end)
  const from = window.search(/[\d一二两三四五六七八九十百几]+(?:[-~到至][\d一二两三四五六七八九十百]+)?$/)
  return from >= 0 && BUDGET.test(window.slice(Math.max(0, from - 14), from))
}

const AT_LEAST = /(?:至少|最少|不低于|不少于|起码|超过|大于|高于|多于|不止|>=?|≥|逾) ?(?:是|要|为|得)?$/
const AT_MOST =
  /(?:至多|最多|最高|不超过|不高于|不多于|顶多|封顶|上限|限价|控制在|不到|低于|少于|小于|不足|未满|<=?|≤)(?:是|为|在|到)? ?$/
const OR_MORE = /^ ?(?:及|或)?(?:以上|起步?|打底|朝上|往上|\+|出头)/
const OR_LESS = /^ ?(?:及|或)?(?:以下|以内|之内|内|封顶|到顶|到头|以里)/

function boundOf(text: string, start: number, end: number): MoneyBound | undefined {
  const before = text.slice(Math.max(0, start - 8), start)
  const after = text.slice(end, end + 5).replace(/^个/, '')
  if (AT_LEAST.test(before) || OR_MORE.test(after)) return 'at_least'
  return AT_MOST.test(before) || OR_LESS.test(after) ? 'at_most' : undefined
}

function cents(value: number): number {
  return round(value * 100)
}

function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(14))
}
