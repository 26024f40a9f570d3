import { describe, expect, it } from 'vitest'
import { noteDraftSchema } from '../../../core/understanding/note-schema.js'
import { readNote } from '../../../core/understanding/note.js'

// A Tuesday.
const reference = '2026-03-10T15:30:00'
const read = (text: string, extra: { knownNames?: string[]; self?: string } = {}) =>
  readNote(text, { reference, ...extra })

describe('readNote', () => {
  it('turns one sentence into a draft', () => {
    expect(read('刚和张总通了电话，要报价，下周三再联系')).toMatchObject({
      persons: ['张总'],
      action: 'call',
      outcome: 'positive',
      stage: 'proposal',
      next: { at: '2026-03-18' },
    })
  })

  it.each([
    ['今天拜访恒丰服饰的李主任', 'visit'],
    ['昨晚跟老周吃饭，聊得不错', 'dinner'],
    ['陈经理微信回复说最近忙', 'im'],
    ['给王强发了邮件，附上方案', 'email'],
    ['跟赵工开了个视频会', 'meeting'],
    ['样品已寄出，等客户测试', 'sample'],
    ['给客户做了两小时培训', 'training'],
    ['尾款今天到账了', 'payment'],
    ['上午做了产品演示', 'demo'],
    ['打了三个电话都没接', 'call'],
    ['广交会上加了几个客户', 'exhibition'],
  ])('knows what was done in %s', (text, action) => {
    expect(read(text).action).toBe(action)
  })

  it.each([
    ['何总嫌贵，要再便宜点', 'negative'],
    ['给刘姐打电话没接', 'no_contact'],
    ['丢单了，竞品低三成', 'lost'],
    ['拜访吴总，当场签了合同，26万', 'won'],
    ['郑院长说年后再谈', 'postponed'],
    ['客户很满意', 'positive'],
    ['把资料发过去了', 'neutral'],
    ['合同可以签了', 'positive'],
    ['安总说预算用完了，9月份再说', 'postponed'],
    ['石老板说我们比竞品贵三成', 'negative'],
    ['不是不签，是等总部批文', 'postponed'],
  ])('knows how it went in %s', (text, outcome) => {
    expect(read(text).outcome).toBe(outcome)
  })

  it('takes the corrected day, not the first one', () => {
    expect(read('改约周四，不对，周五下午两点').next?.at).toBe('2026-03-13T14:00:00')
  })

  it("leaves the customer's own appointments alone", () => {
    expect(read('明天把方案发她，她周四要跟领导汇报').next?.at).toBe('2026-03-11')
  })

  it('forgets what is over', () => {
    expect(read('上周五拜访过张总').next).toBeUndefined()
  })

  it('takes the sum that was signed, and not the price of one seat or of a rival', () => {
    expect(read('单价398，合计23084元，合同签了').amount).toMatchObject({ valueCents: 2_308_400 })
    expect(read('竞品报了8万，我们报了10万').amount).toMatchObject({ valueCents: 10_000_000, kind: 'quote' })
  })

  it('knows who has to do what', () => {
    expect(read('许总让我明天把合同寄过去').todos).toEqual([
      { who: '我', what: expect.stringContaining('合同'), due: '2026-03-11' },
    ])
    expect(read('合同条款让法务再看一下').todos).toMatchObject([{ who: '法务' }])
    expect(read('他让助理小郭跟我对接').todos).toEqual([])
  })

  it('keeps a colleague out of the people of the customer', () => {
    const draft = read('让实施的小杨评估一下，明天给张总排期')
    expect(draft.persons).toEqual(['张总'])
    expect(draft.todos).toMatchObject([{ who: '小杨' }])
  })

  it('recognises names that the speaker may see, and not his own', () => {
    const draft = read('星河那边陈晓燕说下周签，周敏记一下', { knownNames: ['星河', '陈晓燕'], self: '周敏' })
    expect(draft).toMatchObject({ customer: '星河', persons: ['陈晓燕'] })
  })

  it('says what it is not sure of', () => {
    expect(read('有意向').unsure).toEqual(expect.arrayContaining(['customer', 'action']))
    expect(read('和张总通了电话，很满意').unsure).toEqual([])
  })
})

describe('the shape of a draft', () => {
  const draft = { persons: [], action: 'call', outcome: 'neutral', todos: [], confidence: 0.5, unsure: [] }

  it('accepts what a careful model answers', () => {
    expect(
      noteDraftSchema.safeParse({ ...draft, next: { at: '2026-03-18T15:00:00', what: '签合同' } }).success,
    ).toBe(true)
  })

  it.each([
    ['an unknown action', { ...draft, action: 'telepathy' }],
    [
      'a sum that is no whole number of cents',
      { ...draft, amount: { valueCents: 0.5, kind: 'deal', currency: 'CNY' } },
    ],
    ['a time that is no time', { ...draft, next: { at: '下周三', what: '' } }],
    ['a field of its own', { ...draft, note: 'x' }],
    [
      'more than 4,000 characters',
      {
        ...draft,
        todos: Array.from({ length: 20 }, () => ({
          who: '我',
          what: '字'.repeat(200),
          due: '2026-03-18T15:00:00',
        })),
      },
    ],
  ])('refuses %s', (_, value) => {
    expect(noteDraftSchema.safeParse(value).success).toBe(false)
  })
})
