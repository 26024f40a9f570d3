import { describe, expect, it } from 'vitest'
import { captureDefault } from '../../../core/playbook/capture.js'
import { createKeywordReader } from '../../../core/understanding/keywords.js'
import { createNegationReader } from '../../../core/understanding/negation.js'
import { compilePhrases, isPhrase } from '../../../core/understanding/phrases.js'

const negation = createNegationReader(captureDefault.negations)
const keywords = createKeywordReader(captureDefault.keywords, negation)
const states = (text: string) =>
  Object.fromEntries(keywords(text, negation.mask(text)).map((hit) => [hit.key, hit.state]))

describe('a keyword', () => {
  it.each([
    ['不考虑试用', { 试用: 'denied' }],
    ['预算没批', { 预算: 'denied' }],
    ['谁说我要试用的', { 试用: 'denied' }],
    ['方案就不用了', { 方案: 'denied' }],
    ['能不能报价', { 报价: 'affirmed' }],
    ['不是没预算', { 预算: 'affirmed' }],
    ['不好意思，想要个报价', { 报价: 'affirmed' }],
    ['不仅要试用，还要演示', { 试用: 'affirmed', 演示: 'affirmed' }],
    ['不用试用，直接报价', { 试用: 'denied', 报价: 'affirmed' }],
    ['他说“先要个报价”再看', { 报价: 'quoted' }],
    ['新人在试用期', {}],
    ['预算法实施了', {}],
  ])('is read in %s as it is meant', (text, expected) => {
    expect(states(text)).toEqual(expected)
  })
})

describe('wordings', () => {
  it('match over a gap, either way and any number', () => {
    const find = compilePhrases(['加#个(账号|坐席)', '把…签了'])
    expect(find('再加十五个坐席，把这份合同签了吧').map((hit) => hit.text)).toEqual([
      '加十五个坐席',
      '把这份合同签了',
    ])
  })

  it('do not reach over the end of a clause', () => {
    expect(compilePhrases(['把…签了'])('把门关上，签了')).toEqual([])
  })

  it('match Latin words whole and in either case', () => {
    expect(compilePhrases(['demo'])('Demo in democracy').map((hit) => hit.text)).toEqual(['Demo'])
  })

  it('are refused with open or nested brackets', () => {
    expect(['甲(乙|丙)', '甲(乙', '甲(乙(丙))', '甲|乙', ''].map(isPhrase)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })
})
