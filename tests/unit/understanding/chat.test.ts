import { describe, expect, it } from 'vitest'
import { captureDefault, captureSchema } from '../../../core/playbook/capture.js'
import { readChat, type ChatContext } from '../../../core/understanding/chat.js'

const read = (text: string, context: Partial<ChatContext> = {}) =>
  readChat(text, {
    sender: 'external',
    chat: 'single',
    reference: '2026-03-10T10:30:00',
    capture: captureDefault,
    ...context,
  })

describe('a message of an outside person', () => {
  it.each([
    ['你好，请问你们这一套下来要多少钱', 'price', ['报价']],
    ['下周三下午能不能过来给我们领导演示一下', 'demo', ['演示']],
    ['可以先给我们开几个号用用看吗', 'trial', ['试用']],
    ['合同发过来吧，我们法务审一下', 'contract', ['合同']],
    ['账号不够用了，想再加15个', 'purchase', ['采购']],
    ['领导批了50万专项经费做数字化', 'budget', ['预算']],
    ['有没有教育行业的成功案例', 'purchase', ['方案']],
    ['周四上午10点我有空', 'meeting', ['约见']],
    ['can you send me a quote for 50 seats?', 'price', ['报价']],
    ['價格多少？', 'price', ['报价']],
    ['报 个 价 给 我', 'price', ['报价']],
  ])('makes a lead of %s', (text, intent, keywords) => {
    expect(read(text)).toMatchObject({ isLead: true, intent, keywords })
  })

  it.each([
    '支持私有化部署吗',
    '我们做连锁餐饮的，有合适的产品推荐吗',
    '想换个CRM，现在用的那个太难用了',
    '年后再联系吧，我们三月份启动选型',
    '等预算批下来我找你',
    '不是不买，是老板还在出差，下周回来就定',
  ])('sees interest without a keyword, or with a later date, in %s', (text) => {
    expect(read(text).isLead).toBe(true)
  })

  it.each([
    ['没有预算，今年不考虑', ['预算']],
    ['我们暂时没有采购计划', ['采购']],
    ['演示就算了，我们没兴趣', ['演示']],
    ['合同先不签了，项目停了', ['合同']],
    ['你们报价太高了，我们选别家了', ['报价']],
    ['先不用了，谢谢', []],
    ['以后有需要再联系你们', []],
  ])('respects the refusal in %s', (text, negated) => {
    expect(read(text)).toMatchObject({ isLead: false, intent: 'refuse', keywords: [], negated })
  })

  it('keeps the wish and the denial of one sentence apart', () => {
    expect(read('试用就不用了，直接报个价吧')).toMatchObject({
      isLead: true,
      keywords: ['报价'],
      negated: ['试用'],
    })
    expect(read('不用演示了，我都了解过，直接说价格')).toMatchObject({
      keywords: ['报价'],
      negated: ['演示'],
    })
  })

  it('takes a missing quotation as a wish for one', () => {
    expect(read('没收到你们的报价啊，再发一遍')).toMatchObject({
      isLead: true,
      keywords: ['报价'],
      negated: [],
    })
  })

  it.each([
    ['试用期到期的员工账号怎么停用', 'support'],
    ['采购订单模块加载特别慢', 'support'],
    ['客户导入的时候一直提示格式错误', 'support'],
    ['都反馈三天了还没解决，什么服务态度', 'complaint'],
    ['您好，我们是做企业短信群发的，价格优惠，有需要可以联系我 13812345678', 'other'],
    ['你们还招销售吗？简历发哪里', 'other'],
    ['点击链接领红包，人人有份', 'spam'],
    ['周末一起去打球不', 'smalltalk'],
    ['收到，谢谢', 'smalltalk'],
    ['试用过了，不太适合我们', 'refuse'],
    ['打印合同的时候页眉没了', 'support'],
    ['我们是做软件测试的，需要外包吗', 'other'],
  ])('makes no lead of %s', (text, intent) => {
    expect(read(text)).toMatchObject({ isLead: false, intent, keywords: [] })
  })

  it('reads who, where, how much and how many from an introduction', () => {
    const reading = read('我是宁波海天塑机的周敏，想采购30个账号，预算20万，电话15888886666')
    expect(reading).toMatchObject({
      isLead: true,
      companies: ['宁波海天塑机'],
      persons: ['周敏'],
      quantity: 30,
      budget: { currency: 'CNY', valueCents: 20_000_000 },
    })
    expect(reading.phones.map((phone) => phone.value)).toEqual(['15888886666'])
    expect(reading.keywords).toEqual(['采购', '预算', '留资'])
  })

  it('files a forwarded business card under contact', () => {
    const card = '名片 | 何静 | 市场总监 | 苏州云帆信息技术有限公司 | 13566667777 | hejing@yunfan.example.com'
    expect(read(card)).toMatchObject({
      isLead: true,
      intent: 'contact',
      emails: ['hejing@yunfan.example.com'],
    })
  })

  it('says in Chinese why', () => {
    expect(read('想试用一下').reasons).toContain('提到试用')
    expect(read('没有预算，今年不考虑').reasons).toContain('否定了预算')
    expect(read('今天好冷啊').reasons.length).toBeGreaterThan(0)
  })
})

describe('a message of a colleague', () => {
  it.each(['客户电话13800001111，想要报价', '合同审批麻烦过一下', '周五前报个价，预算20万'])(
    'makes no lead of %s',
    (text) => {
      expect(read(text, { sender: 'internal' })).toMatchObject({
        isLead: false,
        intent: 'internal',
        keywords: [],
        persons: [],
      })
    },
  )
})

describe('the capture document', () => {
  it('fits its own schema', () => {
    expect(captureSchema.safeParse(captureDefault).error).toBeUndefined()
  })

  it('decides what is a keyword: an added wording counts at once', () => {
    const [first, ...rest] = captureDefault.keywords
    if (first === undefined) throw new Error('the default has keywords')
    const capture = {
      ...captureDefault,
      keywords: [{ ...first, forms: [...first.forms, '搬砖…走起'] }, ...rest],
    }
    expect(read('搬砖今天走起').isLead).toBe(false)
    expect(read('搬砖今天走起', { capture })).toMatchObject({ isLead: true, keywords: [first.key] })
  })

  it('refuses wordings with unbalanced brackets', () => {
    const broken = { ...captureDefault, negations: { ...captureDefault.negations, after: ['不(要|用'] } }
    expect(captureSchema.safeParse(broken).success).toBe(false)
  })
})
