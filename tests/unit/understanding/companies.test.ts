import { describe, expect, it } from 'vitest'
import { findCompanies } from '../../../core/understanding/companies.js'
import { findPeople } from '../../../core/understanding/people.js'

const companies = (text: string, known: string[] = []) =>
  findCompanies(text, findPeople(text), known).map((hit) => hit.text)

describe('findCompanies', () => {
  it.each([
    ['我是苏州恒信电子的王磊', ['苏州恒信电子']],
    ['今天拜访了无锡天奇重工有限公司', ['无锡天奇重工有限公司']],
    ['回访华锐机械陈工', ['华锐机械']],
    ['在会上认识了宁波港的吴处长', ['宁波港']],
    ['公司：成都川味餐饮 电话 028-85551234', ['成都川味餐饮']],
    ['我们公司叫“不采购贸易”', ['不采购贸易']],
    ['东莞市虎门宏远五金，老板不在', ['东莞市虎门宏远五金']],
  ])('finds the company in %s', (text, expected) => {
    expect(companies(text)).toEqual(expected)
  })

  it.each([
    '贵公司有没有制造业的案例',
    '我们集团下属9家子公司要统一采购',
    '客户要实地看看我们公司',
    '互联网教育行业怎么收费',
    '销售当初承诺免费培训，现在又要收费',
  ])('finds none in %s', (text) => {
    expect(companies(text)).toEqual([])
  })

  it('trusts the names that it is given', () => {
    expect(companies('星河那边又催了', ['星河'])).toEqual(['星河'])
  })
})
