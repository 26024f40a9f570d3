import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNumber } from '../../../core/understanding/numbers.js'
import { inChinese } from './chinese-number.js'

describe('readNumber', () => {
  it.each([
    ['12', 12],
    ['1,234.5', 1234.5],
    ['十二', 12],
    ['两千三', 2300],
    ['一万二', 12_000],
    ['一万零二', 10_002],
    ['9万6', 96_000],
    ['3.5万', 35_000],
    ['1亿2000万', 120_000_000],
    ['一万亿', 1e12],
    ['二零二六', 2026],
    ['廿三', 23],
    ['一点五万', 15_000],
    ['壹拾贰万', 120_000],
  ])('reads %s', (words, value) => {
    expect(readNumber(words)).toBe(value)
  })

  it.each(['', '万', 'abc', '一二点', '百'])('reads no number from %j', (words) => {
    expect(readNumber(words)).toBeUndefined()
  })

  it('reads every whole number back from its Chinese numeral', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (value) => {
        expect(readNumber(inChinese(value))).toBe(value)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (words) => void readNumber(words)))
  })
})
