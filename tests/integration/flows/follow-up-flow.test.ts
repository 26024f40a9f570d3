import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeliveryEntity } from '../../../core/deliveries/delivery.js'
import { startChat, type Chat } from '../../support/chat.js'

describe('one sentence to the bot', () => {
  let chat: Chat
  beforeEach(async () => {
    chat = await startChat()
    await chat.group.customer.says('我是杭州云帆科技的张伟，想要试用CRM，电话 13800138000')
    await chat.wang.clicks('接单')
  })
  afterEach(() => chat.stop())

  it('becomes a follow-up of the one it can only be, with the next contact as a reminder at its minute', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，下周三下午三点再联系')
    const words = await chat.wang.sees('已记录跟进')
    expect(words).toContain('云帆科技')
    expect(words).toContain('3月18日 周三 15:00')
    await chat.clock.advance('7d')
    await chat.wang.seesNo('该联系客户了')
    await chat.clock.advance('5h')
    await chat.wang.sees('该联系客户了')
    expect(await chat.wang.clicks('已完成')).toContain('已完成')
  })

  it('rests while it is the customer’s turn: the manager hears nothing, and all goes on when the customer writes', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    await chat.clock.advance('30h')
    await chat.wang.sees('该联系客户了')
    expect(await chat.wang.clicks('等客户回复')).toContain('接着提醒')
    await chat.wang.sees('等客户回复')
    await chat.clock.advance('3d')
    await chat.eastManager.seesNo('待办已逾期')
    await chat.group.customer.says('我是张伟，报价单发我一份，电话 13800138000')
    await chat.wang.sees('该联系客户了')
    await chat.clock.advance('12h')
    await chat.eastManager.seesNo('待办已逾期')
    await chat.clock.advance('12h')
    await chat.eastManager.sees('待办已逾期')
  })

  it('goes on by hand as well, and a tap on an old card changes nothing twice', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    await chat.clock.advance('30h')
    await chat.wang.clicks('等客户回复')
    expect(await chat.wang.clicks('继续提醒')).toContain('继续提醒')
    await chat.clock.advance('1d')
    await chat.eastManager.sees('待办已逾期')
  })

  it('leaves no line in the message log of an entry that its platform has no list for', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    await chat.wang.sees('已记录跟进')
    const { core, company } = chat
    const open = await core.read((tx) =>
      core.tasks.openFor(tx, company.people.wang.id, new Date('2026-03-20T00:00:00Z')),
    )
    expect(open).toHaveLength(1)
    const about = { type: 'task' as const, id: open[0]?.id ?? '' }
    const entries = await core.read((tx) =>
      tx.getRepository(DeliveryEntity).findBy({ subjectType: about.type, subjectId: about.id }),
    )
    expect(entries).toEqual([])
  })

  it('can be taken back, with its reminder', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    expect(await chat.wang.clicks('撤销')).toContain('已撤销')
    await chat.wang.sees('跟进已撤销')
    await chat.clock.advance('2d')
    await chat.wang.seesNo('该联系客户了')
  })

  it('can be put right on the card', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    await chat.wang.clicks('修改')
    await chat.wang.clicks('保存修改', {
      values: { action: 'visit', outcome: 'negative', nextAt: '2026-03-13T09:30' },
    })
    const words = await chat.wang.sees('已记录跟进')
    expect(words).toContain('方式：上门拜访')
    expect(words).toContain('结果：不顺利')
    expect(words).toContain('3月13日 周五 09:30')
  })

  it('can be put right by one more sentence, reminder and all, while the form stands open', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    await chat.wang.clicks('修改')
    await chat.wang.says('下次联系改到周五上午十点，带合同过去')
    expect(await chat.wang.sees('已记录跟进')).toContain('3月13日 周五 10:00 · 带合同过去')
    await chat.clock.advance('36h')
    await chat.wang.seesNo('该联系客户了')
    await chat.clock.advance('12h')
    expect(await chat.wang.sees('该联系客户了')).toContain('带合同过去')
  })

  it('is nobody else’s to put right', async () => {
    await chat.wang.says('刚和张总通了电话，要报价，明天下午三点再联系')
    await chat.zhao.says('下次联系改到周五上午十点')
    await chat.zhao.sees('没有看懂')
    expect(await chat.wang.sees('已记录跟进')).toContain('15:00')
  })

  it('asks with a card when several may be meant', async () => {
    await chat.group.customer.says('换个号码：13900139000', { to: 'group' })
    await chat.wang.says('新建线索')
    await chat.wang.clicks('保存', { values: { name: '张敏', phone: '13911112222', company: '苏州恒泰' } })
    await chat.wang.sees('已录入')
    await chat.wang.says('刚和张总通了电话，他还要再考虑')
    const card = await chat.wang.card('哪位客户')
    const select = card.card.inputs?.find((input) => input.name === 'about')
    const option =
      select?.type === 'select'
        ? select.options.find((candidate) => candidate.label.includes('恒泰'))
        : undefined
    await chat.wang.clicks('就是这位', { values: { about: option?.value ?? '' } })
    expect(await chat.wang.sees('已记录跟进')).toContain('恒泰')
  })

  it('offers to make a lead of somebody unknown', async () => {
    await chat.wang.says('拜访了无锡瑞丰的孙总，想要一份方案，后天给他')
    await chat.wang.sees('没有找到这位客户')
    expect(await chat.wang.clicks('新建线索')).toContain('已新建线索')
    expect(await chat.wang.sees('已记录跟进')).toContain('孙总')
  })

  it('never reaches the customers of somebody else', async () => {
    await chat.zhao.says('刚和云帆科技的张总通了电话，要报价')
    await chat.zhao.sees('没有找到这位客户')
  })

  it('is answered helpfully when it is not understood', async () => {
    await chat.wang.says('哈哈哈哈')
    await chat.wang.sees('没有看懂')
    await chat.wang.says('帮助')
    await chat.wang.sees('我能帮你做这些')
  })
})

describe('a command', () => {
  let chat: Chat
  beforeEach(async () => {
    chat = await startChat()
    await chat.group.customer.says('我是杭州云帆科技的张伟，想要试用CRM，电话 13800138000')
  })
  afterEach(() => chat.stop())

  it('lists my leads and what today asks of me', async () => {
    await chat.wang.says('我的线索')
    expect(await chat.wang.sees('1 条在手线索')).toContain('等你接单')
    await chat.wang.says('今日待办')
    await chat.wang.sees('1 件事等你')
    await chat.zhao.says('我的线索')
    await chat.zhao.sees('没有在手的线索')
  })

  it('finds records in reach only, with the number masked', async () => {
    await chat.wang.clicks('接单')
    await chat.wang.says('查 云帆')
    expect(await chat.wang.sees('找到 1 条')).toContain('138****8000')
    await chat.zhao.says('查 云帆')
    await chat.zhao.sees('没有找到“云帆”')
    await chat.eastManager.says('查 8000')
    await chat.eastManager.sees('找到 1 条')
    await chat.director.says('查 张伟')
    await chat.director.sees('找到 1 条')
  })

  it('from an account that is bound to nobody is told how to get bound', async () => {
    await chat.stranger.says('我的线索')
    await chat.stranger.sees('还没有绑定')
  })
})
