import { describe, expect, it } from 'vitest'
import { readNote } from '../../../core/understanding/note.js'

// A Tuesday.
const reference = '2026-03-10T10:30:00'
const read = (text: string) => readNote(text, { reference })

describe('what happened and what is ahead', () => {
  it.each([
    ['客户主动打来的，明天下午三点再视频会议', 'call'],
    ['客户带我转了车间，周五给底价', 'visit'],
    ['样件已经寄了，等检测', 'sample'],
    ['收到他们的预付款3万', 'payment'],
    ['农博会上加了两个合作社', 'exhibition'],
    ['中午跟老魏吃了顿便饭', 'dinner'],
    ['陌拜电话，对方让发资料', 'call'],
  ])('takes the action of %s from the past', (text, action) => {
    expect(read(text).action).toBe(action)
  })

  it('does not call a contract won that is still to be signed', () => {
    expect(read('客户说五点前把合同盖好章拍给我').outcome).toBe('positive')
    expect(read('争取月底前签完合同').outcome).not.toBe('won')
  })

  it.each([
    ['约了今天下午三点通个电话', '2026-03-10T15:00:00'],
    ['客户说明天安排付款', '2026-03-11'],
    ['他可以，让我把价格表明天发给他', '2026-03-11'],
    ['26号客户内部评审，等结果', '2026-03-26'],
  ])('sees the next step in %s', (text, at) => {
    expect(read(text).next?.at).toBe(at)
  })

  it.each(['今天没什么进展', '现在用的是老系统', '今年指标还没下来', '今天跟韩总、李副总开了个会'])(
    'sees no next step in %s',
    (text) => {
      expect(read(text).next).toBeUndefined()
    },
  )
})

describe('sums, people and places', () => {
  it.each([
    ['尾款13万客户说再等等', 13_000_000],
    ['戴总说4.5万周五打', 4_500_000],
    ['总价21万行，分两次付', 21_000_000],
  ])('reads the sum of %s', (text, valueCents) => {
    expect(read(text).amount?.valueCents).toBe(valueCents)
  })

  it.each(['输给了友商，差了两万块', '老系统每月1200块，想换', '联系电话13700000000，聊了报价'])(
    'takes no part of %s for the size of the deal',
    (text) => {
      expect(read(text).amount).toBeUndefined()
    },
  )

  it('takes a junior who is told what to do for a colleague', () => {
    expect(read('跟王总通了电话，让小李周四前把标书弄好')).toMatchObject({
      persons: ['王总'],
      todos: [{ who: '小李' }],
    })
  })

  it.each([
    ['去中铁十二局见了金部长', '中铁十二局'],
    ['南通恒业合同签了，38万', '南通恒业'],
    ['今天跑了趟华瑞印染，见到厂长', '华瑞印染'],
    ['柳州工程机械的柳工说在走审批', '柳州工程机械'],
  ])('knows the organisation in %s by where it stands', (text, customer) => {
    expect(read(text).customer).toBe(customer)
  })
})
