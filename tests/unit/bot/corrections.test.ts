import { describe, expect, it } from 'vitest'
import { readCorrection } from '../../../bot/corrections.js'

// A Wednesday morning.
const now = '2026-03-11T10:00:00'
const actions = [
  { value: 'visit', label: '上门拜访' },
  { value: 'call', label: '电话沟通' },
]
const read = (text: string) => readCorrection(text, now, actions)

describe('a sentence that puts a follow-up right', () => {
  it.each([
    ['下次联系改到下周五下午三点', { nextAt: '2026-03-20T15:00:00' }],
    ['把下次联系时间改成明天', { nextAt: '2026-03-12' }],
    ['下次联系：3月20日 带样品过去。', { nextAt: '2026-03-20', nextWhat: '带样品过去' }],
    ['下次联系改为不用了', { nextAt: null }],
    ['金额改成40万', { amountCents: 40_000_000 }],
    ['预算改成30万', { amountCents: 30_000_000 }],
    ['下次改到明天', { nextAt: '2026-03-12' }],
    ['提醒推到明天', { nextAt: '2026-03-12' }],
    ['金额：38.5万', { amountCents: 38_500_000 }],
    ['方式改成上门拜访', { action: 'visit' }],
    ['结果改成不顺利', { outcome: 'negative' }],
  ])('%s', (text, correction) => expect(read(text)).toEqual(correction))

  it.each([
    '刚和张总通了电话，下次联系改到下周五',
    '下次联系张总时要带样品',
    '下次联系改到时候再说',
    '方式改成飞鸽传书',
    '金额还没定',
    '提醒：明天给张总打电话',
    '下次：明天带样品过去',
    '结果：客户说要再考虑，下周二再联系',
  ])('%s is none', (text) => expect(read(text)).toBeNull())
})
