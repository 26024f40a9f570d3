import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startChat, type Chat } from '../../support/chat.js'

describe('a lead from a customer’s words', () => {
  let chat: Chat
  beforeEach(async () => {
    chat = await startChat()
  })
  afterEach(() => chat.stop())

  it('comes to a rep of the region as a card, with the words and where they were said', async () => {
    await chat.group.customer.says('我们在杭州，想了解下你们CRM的报价，预算20万左右，电话 13800138000')
    const words = await chat.wang.sees('新线索')
    expect(words).toContain('预算20万左右')
    expect(words).toContain('华东客户群')
    expect(words).toContain('138****8000')
    expect(words).toContain('为什么给你')
    await chat.zhao.seesNo('新线索')
    await chat.sun.seesNo('新线索')
  })

  it('belongs to the rep who taps 接单; the number stands whole on the page only', async () => {
    await chat.group.customer.says('我们在杭州，想要试用，电话 13800138000')
    expect(await chat.wang.clicks('接单')).toContain('接单成功')
    const words = await chat.wang.sees('已接单')
    expect(words).toContain('138****8000')
    expect(words).not.toContain('13800138000')
    expect(await chat.wang.clicks('已联系客户')).toContain('已记录首次联系')
  })

  it('goes to the manager when nobody accepts within five minutes', async () => {
    await chat.group.customer.says('我们在杭州，想要一份报价，电话 13800138000')
    await chat.clock.advance('4m')
    await chat.eastManager.seesNo('超时未接')
    await chat.clock.advance('1m')
    await chat.eastManager.sees('线索超时未接')
    await chat.wang.sees('超时未接')
    expect(await chat.eastManager.clicks('自己接')).toContain('已在你名下')
    await chat.wang.sees('现由李经理负责')
    await chat.eastManager.sees('线索归你')
  })

  it('climbs to the director after ten more minutes and then stands red', async () => {
    await chat.group.customer.says('我们在杭州，想要一份报价，电话 13800138000')
    await chat.clock.advance('5m')
    await chat.clock.advance('10m')
    await chat.director.sees('线索超时未接')
    await chat.clock.advance('10m')
    await chat.director.sees('已问过所有主管')
    expect(
      await chat.director.clicks('指派', { values: { personId: chat.company.people.zhao.id } }),
    ).toContain('赵敏')
    await chat.zhao.sees('线索归你')
    await chat.eastManager.sees('现由赵敏负责')
  })

  it('is offered again when the one it was given to does not look at it for two hours', async () => {
    await chat.group.customer.says('我们在杭州，想要一份报价，电话 13800138000')
    await chat.clock.advance('5m')
    await chat.eastManager.clicks('指派', { values: { personId: chat.company.people.wang.id } })
    await chat.wang.sees('线索归你')
    await chat.clock.advance('2h')
    await chat.zhao.sees('新线索')
    await chat.wang.sees('已不在你名下')
    const { core } = chat
    const [run] = await core.read(async (tx) => {
      const [lead] = await core.leads.openOf(tx, chat.company.people.zhao.id, 5)
      return core.assignment.runsOf(tx, lead?.id ?? '')
    })
    expect(run?.candidates.find((candidate) => candidate.name === '王小明')?.reasons.at(-1)?.why).toContain(
      '下降 30%',
    )
  })

  it('stays with its owner when a read receipt shows that they have seen it', async () => {
    await chat.group.customer.says('我们在杭州，想要一份报价，电话 13800138000')
    await chat.clock.advance('5m')
    await chat.eastManager.clicks('指派', { values: { personId: chat.company.people.wang.id } })
    await chat.wang.reads()
    await chat.clock.advance('3h')
    await chat.zhao.seesNo('新线索')
    await chat.wang.sees('已查看')
  })

  it('becomes a touch when the number is known: no second lead, the owner hears of it', async () => {
    await chat.group.customer.says('我们在杭州，想要试用，电话 13800138000')
    await chat.wang.clicks('接单')
    await chat.group.customer.says('上次说的报价什么时候能给？还是 138****8000 这个号')
    await chat.wang.sees('客户又有消息')
    const open = await chat.core.read((tx) => chat.core.leads.openOf(tx, chat.company.people.wang.id, 10))
    expect(open).toHaveLength(1)
  })

  it('answers the loser of a race with who has it', async () => {
    await chat.group.customer.says('我们在杭州，想要试用，电话 13800138000')
    const card = await chat.wang.card('新线索')
    await chat.clock.advance('5m')
    await chat.eastManager.clicks('自己接')
    expect(await chat.wang.taps(card.id, 'accept')).toContain('李经理')
    await chat.wang.sees('已由主管接手')
  })

  it('is not made of a colleague’s words, of small talk or of a denial', async () => {
    await chat.group.wang.says('客户说预算20万，想要报价')
    await chat.group.customer.says('大家中午吃什么')
    await chat.group.customer.says('暂时不需要报价，谢谢')
    expect(await chat.core.read((tx) => chat.core.changes.latest(tx, 10))).toEqual([])
  })
})

describe('a lead that nobody can get', () => {
  it('waits in the queue with a line in the log when there is nobody to get it', async () => {
    const chat = await startChat({ only: ['director', 'eastManager', 'admin'] })
    await chat.group.customer.says('我们在杭州，想要一份报价，电话 13800138000')
    await chat.eastManager.sees('没有匹配到可用的销售')
    const [lead] = await chat.core.read((tx) =>
      chat.core.leads.queuedFor(tx, chat.company.people.eastManager.id, 5),
    )
    const runs = await chat.core.read((tx) => chat.core.assignment.runsOf(tx, lead?.id ?? ''))
    expect(runs.map((run) => run.outcome)).toEqual(['nobody'])
    await chat.stop()
  })
})
