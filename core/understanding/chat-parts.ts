import type { Clause } from './chat-text.js'
import type { MoneyHit } from './money.js'
import { readNumber } from './numbers.js'

/** A sum the customer names, in cents of the currency: one amount, or a range, or one with a bound. */
export type Budget = {
  currency: string
  valueCents?: number
  minCents?: number
  maxCents?: number
  bound?: MoneyHit['bound']
}

const EMAIL =
  /(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9-]{1,62}){1,4}/g

/** E-mail addresses in the order of the text, each once, in lower case. */
export function findEmails(text: string): string[] {
  return [...new Set([...text.matchAll(EMAIL)].map((m) => m[0].toLowerCase().replace(/[-.]+$/, '')))]
}

const WECHAT =
  /(?:微信号?|薇信|威信|vx|wx|wechat|weixin|V信|加v|加我v|\bV(?=[:：号]))(?:号|id)?(?:是|为|[:：\s])*([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9@.])/gi

/** WeChat ids after a word that announces one; the id's own rule: a letter, then 5–19 letters, digits, _ or -. */
export function findWechatIds(text: string): string[] {
  return [...new Set([...text.matchAll(WECHAT)].map((m) => m[1] ?? ''))].filter((id) => id !== '')
}

const COUNTED =
  '(?:个|位|名|套|家|台|条|张)?(?:员工|正式)?(?:账号|帐号|账户|子账号|用户|坐席|座席|席位|席|端口|点位|授权|license|licenses|licence|seats?|users?|accounts?|人|号|门店|店铺|店|分店|分公司|子公司|公司|分支机构|套|台|销售|业务员|业务|员工|同事|工位|个点位|客服|导购|经销商|代理商|校区|工厂|老师|学生|护士|医生|司机|店员|桶|吨|箱|件|份|辆|方(?!案|式|便|面|法)|公斤|斤|平米|平方|立方|卷|瓶|units?|pcs|户|间|柜|车|[\\u4e00-\\u9fff]{1,3}店|点(?=$|[,，。])|张|片|个(?=[\\u4e00-\\u9fff,，。]|$)(?!月|小时|点|工作日|字|星期|礼拜|问题|电话|多|半|亿|百|价|方案|版本))'
const NUMBER = '(?:\\d[\\d,]*(?:\\.\\d+)?[万千wk]?|[一二三四五六七八九十百千万两]+)'
const QUANTITY = new RegExp(
  `(?<![\\d.第])(${NUMBER})(几|多|来|余)?(?:左右|上下)?\\s?(?:${COUNTED})(?![天月年元块])`,
  'gi',
)
const AFTER_NOUN =
  /(?:账号|帐号|坐席|座席|席位|用户数?|人数|员工数?|门店|数量|端口|规模|license|seats|users)(?:数|数量)?(?:大概|大约|约|有|要|是|需要|在|[:：\s]){0,3}(\d[\d,]*|[一二三四五六七八九十百千万两]+)(几|多|来)?(?:个|人|位|席|套|家)/i
const NOT_QUANTITY = /(?:[两一]天|第|降|让|返|税|票|优惠|少|人民币|第|每|星期|周|\/|上次|满|买)$/
const SINGLE = /^(?:一|1)$/

/**
 * How many seats, people, shops or sets a customer speaks of; the first number of each kind that is not one.
 * `masked` has amounts of money, times and phones blanked out.
 */
export function findQuantity(masked: string): number | undefined {
  const counted = [...masked.matchAll(QUANTITY)].filter((m) => {
    const head = masked.slice(Math.max(0, m.index - 4), m.index)
    const tail = masked.slice(m.index + m[0].length, m.index + m[0].length + 4)
    // 两个版本, 三个问题: a bare 个 counts goods only in larger numbers.
    if (/[个张片]$/.test(m[0]) && (wholeNumber(m[1] ?? '') ?? 0) < 10) return false
    const unitIsPeople = /人$/.test(m[0])
    if (NOT_QUANTITY.test(head) || (SINGLE.test(m[1] ?? '') && !/账号|坐席|席位/.test(m[0]))) return false
    return !(unitIsPeople && /^(?:开会|过来|来|到|去|参加|吃|一起|民币|次|工|才|事|力|员)/.test(tail))
  })
  const best =
    counted.find((m) => /账号|帐号|坐席|席位|用户|license|seat|user|端口|套/i.test(m[0])) ?? counted[0]
  const match = AFTER_NOUN.exec(masked) ?? best
  return match == null ? undefined : wholeNumber(match[1] ?? '')
}

function wholeNumber(words: string): number | undefined {
  const value = readNumber(words.replace(/w$/i, '万').replace(/k$/i, '千').replace(/几$/, ''))
  return value !== undefined && Number.isInteger(value) && value > 0 ? value : undefined
}

/** Words before an amount that make it another thing than what the customer would pay. */
const NOT_BUDGET =
  /(?:原价|每期|首付|定金|押金|月供|每人|每个|单价|注册资本|营收|年营业额|营业额|流水|产值|投资|奖金|工资|月薪|欠|市值|现在用的|别家|他们家|你们报的|报了|报的)[^,，。;；]{0,4}$/
const PER_UNIT = /^\s?(?:\/|每)(?:人|个|账号|用户|席|坐席|月|天)|^(?:一个(?:账号|号|人)|每人|一人|一个月)/
const CALLS_IT =
  /(?:预算|限价|控制价|总价|最多|上限|不超过|控制在|只有|拿得出|经费|抹零|抹个零|成交|能出到?|budget)[^,，。;；]{0,6}$/i

/** The amount that the customer would pay, or undefined: the one that is called so, else the last that may be it. */
export function chooseBudget(text: string, money: readonly MoneyHit[]): Budget | undefined {
  const usable = money.filter((hit) => {
    const head = text.slice(Math.max(0, hit.start - 10), hit.start)
    return !NOT_BUDGET.test(head) && !PER_UNIT.test(text.slice(hit.end, hit.end + 6))
  })
  const called = usable.find((hit) => CALLS_IT.test(text.slice(Math.max(0, hit.start - 12), hit.start)))
  const hit = called ?? usable.at(-1)
  if (hit === undefined) return undefined
  const { currency, valueCents, minCents, maxCents, bound } = hit
  return {
    currency,
    ...(valueCents === undefined ? {} : { valueCents }),
    ...(minCents === undefined ? {} : { minCents }),
    ...(maxCents === undefined ? {} : { maxCents }),
    ...(bound === undefined ? {} : { bound }),
  }
}

/** Blanks spans out, keeping the length. */
export function blankSpans(text: string, spans: readonly { start: number; end: number }[]): string {
  const units = text.split('')
  for (const span of spans) units.fill('\u3000', span.start, span.end)
  return units.join('')
}

/** The clause in which an offset lies. */
export function clauseAt(clauses: readonly Clause[], offset: number): Clause | undefined {
  return clauses.find((clause) => clause.start <= offset && offset < clause.end)
}
