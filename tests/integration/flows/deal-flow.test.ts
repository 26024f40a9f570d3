import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../core/actor.js'
import { startChat, type Chat } from '../../support/chat.js'

const scan = Buffer.from('%PDF-1.7 盖章合同')

describe('a deal’s stage on its card', () => {
  let chat: Chat
  let wang: Actor
  let dealId: string

  beforeEach(async () => {
    chat = await startChat()
    const { core, company } = chat
    await chat.group.customer.says('我是杭州云帆科技的张伟，想要试用CRM，预算20万，电话 13800138000')
    await chat.wang.clicks('接单')
    wang = {
      kind: 'person',
      personId: company.people.wang.id,
      role: 'rep',
      departmentIds: [],
      origin: { channel: 'page' },
    }
    const [lead] = await core.read((tx) => core.leads.openOf(tx, company.people.wang.id, 5))
    const deal = await core.write((tx) =>
      core.conversion.convert(tx, wang, lead?.id ?? '', { now: core.clock.now() }),
    )
    dealId = deal.id
  })
  afterEach(() => chat.stop())

  it('comes when a lead becomes a deal and moves with a select', async () => {
    expect(await chat.wang.sees('商机：')).toContain('20 万元')
    expect(await chat.wang.clicks('更新阶段', { values: { stage: 'proposal' } })).toContain('方案报价')
    expect(await chat.wang.sees('商机：')).toContain('方案报价')
  })

  it('says what is missing instead of moving, and where to put it right', async () => {
    expect(await chat.wang.clicks('更新阶段', { values: { stage: 'signed' } })).toContain('盖章合同的扫描件')
    expect(await chat.wang.sees('商机：')).toContain('需求确认')
  })

  it('is signed once the contract’s scan is there', async () => {
    const { core } = chat
    await core.write((tx) =>
      core.files.add(tx, wang, {
        id: core.files.newId(),
        name: '合同.pdf',
        bytes: scan,
        purpose: 'contract',
        subject: { type: 'deal', id: dealId },
      }),
    )
    expect(await chat.wang.clicks('更新阶段', { values: { stage: 'signed' } })).toContain('已签约')
    expect(await chat.wang.sees('商机：')).toContain('恭喜')
  })

  it('cannot be moved by somebody who merely holds the card', async () => {
    const card = await chat.wang.card('商机：')
    await expect(chat.zhao.taps(card.id, 'move', { stage: 'proposal' })).rejects.toThrow()
    const deal = await chat.core.read((tx) => chat.core.deals.find(tx, dealId))
    expect(deal?.stage).toBe('qualify')
  })

  it('can be asked for by name', async () => {
    await chat.wang.says('商机 云帆')
    expect(await chat.wang.clicks('更新阶段', { values: { stage: 'demo' } })).toContain('演示试用')
    await chat.eastManager.says('商机')
    expect(await chat.eastManager.sees('商机：')).toContain('演示试用')
  })

  it('tells the owner when the customer shows interest again', async () => {
    await chat.group.customer.says('我们还想再加购20个账号，什么价格？')
    await chat.wang.sees('老客户又有需求')
  })
})
