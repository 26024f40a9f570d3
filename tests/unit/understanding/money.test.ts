import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMoney } from '../../../core/understanding/money.js'
import { inChinese } from './chinese-number.js'

const brief = (text: string, spokenUnits = true) =>
  findMoney(text, { spokenUnits }).map((hit) =>
    [hit.valueCents ?? `${hit.minCents}-${hit.maxCents}`, hit.currency, hit.bound].filter(Boolean).join(' '),
  )

describe('findMoney', () => {
  it.each([
    ['￥1,280.50', '128050 CNY'],
    ['六万四千零三元一角七分', '6400317 CNY'],
    ['三块零四', '304 CNY'],
    ['一块二角', '120 CNY'],
    ['US$20,000', '2000000 USD'],
    ['新台币 17 亿元', '170000000000 TWD'],
    ['港币八千五', '850000 HKD'],
    ['9000元日币', '900000 JPY'],
    ['十几块钱', '1000-2000 CNY'],
    ['几十万元', '10000000-100000000 CNY'],
    ['2000余元', '200000-300000 CNY'],
    ['七千到九千亿元', '70000000000000-90000000000000 CNY'],
    ['1万-5万元', '1000000-5000000 CNY'],
    ['至少三百元', '30000 CNY at_least'],
    ['五千元以内', '500000 CNY at_most'],
  ])('reads %s', (text, expected) => {
    expect(brief(text, false)).toEqual([expected])
  })

  it.each([
    ['预算15个左右', '15000000 CNY'],
    ['预算10-15个，下周聊', '10000000-15000000 CNY'],
    ['报十二万八', '12800000 CNY'],
    ['两百来万的盘子', '200000000 CNY'],
    ['三五万能做吗', '3000000-5000000 CNY'],
    ['30w封顶', '30000000 CNY at_most'],
    ['不到20万', '20000000 CNY at_most'],
    ['一万二一年', '1200000 CNY'],
    ['合同额1亿2000万', '12000000000 CNY'],
    ['单价398/年', '39800 CNY'],
  ])('reads the sales talk %s', (text, expected) => {
    expect(brief(text)).toEqual([expected])
  })

  it('reads sales talk only where it is asked to', () => {
    expect(brief('30w，一万二', false)).toEqual([])
  })

  it.each([
    '返3个点',
    '打85折',
    'SLA 99.9%',
    '导入50万条数据',
    '我们有8000人',
    '4k屏',
    '一块去吃饭',
    '三块屏幕',
    '订单号20260310001',
    '第2000元素',
    '5点30分',
    '元旦后',
  ])('finds no money in %s', (text) => {
    expect(brief(text)).toEqual([])
  })

  it('reads every amount back from its Chinese numeral', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (yuan) => {
        expect(brief(`${inChinese(yuan)}元`)).toEqual([`${yuan * 100} CNY`])
      }),
    )
  })

  it('never throws and answers with ordered hits inside the text', () => {
    const wild = fc.string({
      unit: fc.constantFrom(...'0123456789.,一二十百千万亿几多元块角分$¥wk个到- 预算以上'),
    })
    fc.assert(
      fc.property(fc.oneof(wild, fc.string({ unit: 'binary' })), (text) => {
        let last = 0
        for (const hit of findMoney(text, { spokenUnits: true })) {
          expect(hit.start).toBeGreaterThanOrEqual(last)
          expect(hit.end).toBeGreaterThan(hit.start)
          expect(text.slice(hit.start, hit.end)).toBe(hit.text)
          last = hit.end
        }
      }),
    )
  })
})
