import { findMoney, type MoneyHit } from './money.js'
import { findPhones } from './phones.js'
import type { AmountKind, NoteDraft } from './note-schema.js'

/** What stands before an amount and names it. The first that fits decides. */
const KINDS: { kind: AmountKind; near: RegExp }[] = [
  { kind: 'discount', near: /返点|折扣|优惠|便宜|让利|降了|减|抹/ },
  { kind: 'invoice', near: /发票|开票|抬头/ },
  { kind: 'payment', near: /付|打款|到账|收款|收到|已收|首款|首付|定金|订金|尾款|余款|回款|预付|转账|款/ },
  {
    kind: 'deal',
    near: /合同|签|中标|成交|合计|总计|总共|总额|总价|拿下|定了|敲定|下单|采购|续费|续约|金额/,
  },
  { kind: 'budget', near: /预算|限价|控制价|经费|拨款|批了|上限/ },
  { kind: 'quote', near: /报|价|预计|大概|左右|方案/ },
]
/** Amounts that are somebody else's or a part of the one meant. */
const ASIDE =
  /(?:竞品|友商|对手|别家|别人|他们家|同行|原价|原来报?|之前报?|上次报?|单价|每(?:个|人|套|年|月|期)|一个账号|注册资本|营业额|年产值|产值|营收|年销售额|流水|去年|投资|不是|成本|奖金|罚|从)[^,，。;；]{0,5}$/
/** 输给友商,差了两万; 老系统每月1200: a difference or a running cost is not the size of the deal. */
const NEVER = /(?:差|贵|便宜|少|多|涨)(?:了|个)?$|每(?:个)?月[^,，。;；]{0,2}$/
const FINAL =
  /(?:合计|总计|总共|总额|总价|一共|共计|降到|砍到|压到|谈到|让到|优惠到|改成|改为|调到|最后|最终|实际|成交|定在|敲定|应该是|不对|说错了?|更正|是)[^,。;；]{0,6}$/
const SIGNED = /签|中标|成交|合同|拿下|定了/
const PER_UNIT = /^\s?(?:\/|每)(?:人|个|账号|用户|年|月|天|席|坐席|套)/

/** A hundred billion: more is a slip of the tongue or of the keyboard. */
const MAX_CENTS = 100_000_000_000_00

export type AmountChoice = { amount: NoteDraft['amount']; doubtful: boolean }

/** The one amount a note is about, or none: the final one, else the signed one, else the first that may be meant. */
export function chooseAmount(text: string): AmountChoice {
  const phones = findPhones(text)
  const found = findMoney(text, { spokenUnits: true })
  const all = (found.length > 0 ? found : bareSums(text))
    .filter((hit) => !phones.some((phone) => hit.start < phone.end && phone.start < hit.end))
    .filter((hit) => !NEVER.test(before(text, hit, 6)))
  const main = all.filter(
    (hit) => !ASIDE.test(before(text, hit, 10)) && !PER_UNIT.test(text.slice(hit.end, hit.end + 5)),
  )
  const usable = main.length > 0 ? main : all
  const hit =
    usable.filter((m) => FINAL.test(before(text, m, 12))).at(-1) ??
    (usable.length > 1 ? usable.find((m) => SIGNED.test(segment(text, m))) : undefined) ??
    usable[0]
  if (hit === undefined) return { amount: undefined, doubtful: false }
  const cents = hit.valueCents ?? hit.maxCents ?? hit.minCents
  if (cents === undefined || cents > MAX_CENTS) return { amount: undefined, doubtful: true }
  const amount = { valueCents: Math.round(cents), kind: kindOf(text, hit), currency: hit.currency }
  return { amount, doubtful: usable.length > 1 || hit.valueCents === undefined }
}

/** 当场定了基础版,9800,微信转账已收: a number alone between commas where money changes hands. */
function bareSums(text: string): MoneyHit[] {
  if (!/收|付|转账|打款|到账|报价|成交|价|款|费用|定了|签/.test(text)) return []
  const alone =
    /(?<=^|[,，。;；:：\s]|[收付报价款费共]了?|单价|总价|合计|成交)(\d{3,8}(?:\.\d{1,2})?)(?=$|[,，。;；\s]|已收|到账|付|收)(?!,\d)/g
  return [...text.matchAll(alone)].flatMap((m): MoneyHit[] => {
    const words = m[1] ?? ''
    const year = /^20\d\d$/.test(words)
    return year
      ? []
      : [
          {
            start: m.index,
            end: m.index + words.length,
            text: words,
            currency: 'CNY',
            valueCents: Math.round(Number(words) * 100),
          },
        ]
  })
}

function kindOf(text: string, hit: MoneyHit): AmountKind {
  const near = segment(text, hit)
  const close = KINDS.find(({ near: pattern }) => pattern.test(near))
  return (close ?? KINDS.find(({ near: pattern }) => pattern.test(text)))?.kind ?? 'quote'
}

function before(text: string, hit: MoneyHit, length: number): string {
  return text.slice(Math.max(0, hit.start - length), hit.start)
}

/** The clause of an amount, its own words blanked, so that 块钱 does not read as a price. */
function segment(text: string, hit: MoneyHit): string {
  const head =
    text
      .slice(0, hit.start)
      .split(/[,，。;；!！?？\n]/)
      .at(-1) ?? ''
  const tail = text.slice(hit.end).split(/[,，。;；!！?？\n]/, 1)[0] ?? ''
  return `${head.slice(-24)} ${tail.slice(0, 24)}`
}
