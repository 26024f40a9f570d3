import { describe, expect, it } from 'vitest'
import { captureDefault } from '../../../core/playbook/capture.js'
import { counterFrames, findFrames } from '../../../core/understanding/chat-frames.js'
import { readChat, type ChatContext } from '../../../core/understanding/chat.js'

const read = (text: string, context: Partial<ChatContext> = {}) =>
  readChat(text, {
    sender: 'external',
    chat: 'single',
    reference: '2026-03-10T10:30:00',
    capture: captureDefault,
    ...context,
  })

const keysOf = (text: string) => findFrames(text).map((hit) => hit.frame.key)

describe('the constructions of trade', () => {
  it.each([
    ['先给我们发60箱，卖得好再补', 'order'],
    ['那台旧的换掉，再来两台新款', 'order'],
    ['定金汇到哪个账户', 'order-asked'],
    ['续三年怎么办理', 'order-asked'],
    ['董事会已经通过了，推进吧', 'settled'],
    ['住两晚下来大概要多少', 'price-asked'],
    ['物业费怎么算', 'price-asked'],
    ['5万块能做不', 'haggle'],
    ['样布可以寄一块给我吗', 'trial-asked'],
    ['我周日去你们展厅看看', 'visit-offered'],
    ['找个人给我们讲讲吧', 'demo-asked'],
    ['律师看过了，协议寄来吧', 'paper'],
    ['你们能送到乌鲁木齐吗', 'able-asked'],
    ['大概几天能到货', 'supply-asked'],
    ['我们诊所准备装一套叫号系统', 'need'],
    ['有没有做冷库的，私我', 'search'],
    ['上半年又开了三家门店，账号不够', 'grow'],
  ])('%s is of the kind %s', (text, key) => {
    expect(keysOf(text)).toContain(key)
  })

  it('finds the place of a construction in the text', () => {
    const [hit] = findFrames('好的，再来五吨')
    expect(hit && '好的，再来五吨'.slice(hit.start, hit.end)).toBe('再来五吨')
  })

  it('finds nothing in an empty text', () => {
    expect([...findFrames(''), ...findFrames('', counterFrames)]).toEqual([])
  })
})

describe('a lead told by its build', () => {
  it.each([
    ['牙冠做一颗全部下来要多少', 'price', ['报价']],
    ['抱价单再发一遍', 'price', ['报价']],
    ['我们想采够一批手套', 'purchase', ['采购']],
    ['小样先寄来看看质量', 'trial', ['试用']],
    ['本来说周四，算了，还是下周一过来聊吧', 'meeting', ['约见']],
  ])('reads %s', (text, intent, keywords) => {
    expect(read(text)).toMatchObject({ isLead: true, intent, keywords })
  })

  it.each([
    '俺们合作社想弄套滴灌，恁给瞅瞅',
    '发电机声音大不大，酒店后院用',
    '现在的记账方式太乱，想找个软件管起来',
    '我们新开了个校区，想把那边也加进来',
  ])('needs no keyword in %s', (text) => {
    expect(read(text).isLead).toBe(true)
  })

  it('lets a number beside a question for the price tell how many and not that it is ordered', () => {
    expect(read('帆布袋要500个，单价多少')).toMatchObject({ keywords: ['报价'], quantity: 500 })
  })

  it('does not take a phone number for a sum', () => {
    expect(read('有意向，可以打17366660000找我').budget).toBeUndefined()
  })
})

describe('a message that only looks like a lead', () => {
  it.each([
    ['合同我收到了', 'a receipt'],
    ['方案我转给领导了', 'a report'],
    ['对公账户已转，水单见图', 'a payment made'],
    ['我们工厂专业生产纸箱，可以寄样给您', 'an offer'],
    ['低价转让一批二手货架，要的联系', 'a sale'],
    ['请问贵公司还缺会计吗', 'an applicant'],
    ['我买的那台机器什么时候来人修', 'trouble with an own order'],
    ['我的会员怎么没到账', 'trouble with an own account'],
    ['这个我不负责，你找我们采购部的人', 'a passing on'],
    ['物业通知：明天停水检修', 'a notice'],
    ['老同学，有空一起吃个饭叙叙旧', 'an old friend'],
  ])('leaves %s alone: %s', (text) => {
    expect(read(text).isLead).toBe(false)
  })

  it('does not take a question among others in a group for one to us', () => {
    expect(read('这周六谁去爬山？', { chat: 'group' }).isLead).toBe(false)
  })

  it('keeps a pitch with a number to ring a pitch', () => {
    expect(read('我司专业提供代理记账，欢迎来电13700000000').isLead).toBe(false)
  })
})
