import { describe, expect, it } from 'vitest'
import { findPeople } from '../../../core/understanding/people.js'

const names = (text: string, known: string[] = []) => findPeople(text, known).map((hit) => hit.text)

describe('findPeople', () => {
  it.each([
    ['和张总聊了', ['张总']],
    ['华总和周总都在', ['华总', '周总']],
    ['跟欧阳经理、上官总确认过', ['欧阳经理', '上官总']],
    ['王芳经理和李建国总经理来访', ['王芳经理', '李建国总经理']],
    ['找了刘副总', ['刘副总']],
    ['陈工、赵老师、郑院长', ['陈工', '赵老师', '郑院长']],
    ['约了老李和小骆吃饭', ['老李', '小骆']],
    ['丽姐介绍的', ['丽姐']],
    ['我是陈晓燕，想问下', ['陈晓燕']],
    ['联系人：吴婷婷', ['吴婷婷']],
    ['刚跟李明聊了', ['李明']],
    ['孙丽说再等等', ['孙丽']],
    ['免贵姓王', ['王']],
    ['跟Kevin通了电话', ['Kevin']],
    ['Mr. Smith replied', ['Mr. Smith']],
    ['Hi Jason, 报价发你了', ['Jason']],
    ['采购经理王磊，想对接一下', ['王磊']],
    ['园长姓黎', ['黎']],
    ['常总要求打八折', ['常总']],
    ['王总助理说发票没到', ['王总']],
  ])('finds who is named in %s', (text, expected) => {
    expect(names(text)).toEqual(expected)
  })

  it.each([
    '总部的项目总价还没定',
    '对方经理不在，客户老板也不在',
    '施工方要小程序和老方案',
    '上周总结会，小时工的费用',
    '我们部门经理和客户总监开会',
    '高兴地安排了方案',
    '发Excel和Word给客户',
    '员工加工完工了',
  ])('finds nobody in %s', (text) => {
    expect(names(text)).toEqual([])
  })

  it('trusts the names that it is given', () => {
    expect(names('阿布力孜回电了', ['阿布力孜'])).toEqual(['阿布力孜'])
  })
})
