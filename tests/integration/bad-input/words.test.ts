import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InboxEntity } from '../../../core/inbox/inbox.js'
import { LeadEntity, TouchEntity } from '../../../core/leads/lead.js'
import { startChat, type Chat } from '../../support/chat.js'

describe('words that nobody expects', () => {
  let chat: Chat
  beforeEach(async () => {
    chat = await startChat()
  })
  afterEach(() => chat.stop())

  const touches = () => chat.core.read((tx) => tx.getRepository(TouchEntity).find({ order: { id: 'ASC' } }))
  const undone = async () => {
    const inbox = await chat.core.read((tx) => tx.getRepository(InboxEntity).find())
    return inbox.filter((row) => row.state !== 'done').map((row) => [row.state, row.lastError])
  }

  it('may be 100 kB long: they are kept whole and the card shows their beginning', async () => {
    const text = `我们在杭州，想要CRM的报价，电话 13800138000。${'详细需求见下文，'.repeat(4200)}`
    expect(Buffer.byteLength(text)).toBeGreaterThan(100_000)
    await chat.group.customer.says(text)
    expect((await touches()).map((touch) => touch.text)).toEqual([text])
    const words = await chat.wang.sees('新线索')
    expect(words).toContain('想要CRM的报价')
    expect(words.length).toBeLessThan(6000)
    expect(await undone()).toEqual([])
  })

  it('are answered calmly when a colleague sends the bot 100 kB', async () => {
    await chat.wang.says('刚和张总通了电话，'.repeat(3800))
    const last = (await chat.wang.messages()).at(-1)
    expect(last?.senderId).toBeNull()
    expect(await undone()).toEqual([])
  })

  it.each([
    ['emoji', '想要报价 👨‍👩‍👧‍👦🇨🇳 预算20万 电话 13800138000 🙏🏽'],
    ['control characters', '想要报价\u0007\u001b[31m\u202e 预算20万\u200b 电话 13800138000\u0085'],
    ['HTML', '<img src=x onerror="alert(1)"><script>alert(2)</script>想要报价，电话 13800138000'],
    ['a formula', '=HYPERLINK("http://evil.example","想要报价")，电话 13800138000'],
    ['SQL', "想要报价'); DROP TABLE leads; -- 电话 13800138000"],
    ['templates and format marks', '想要报价 ${process.env} {{7*7}} %s %n 电话 13800138000'],
    ['Markdown', '[想要报价](javascript:alert(1)) **电话** 13800138000 <at user_id="all">所有人</at>'],
  ])('with %s are stored and shown as the text they are', async (_what, text) => {
    await chat.group.customer.says(text)
    expect((await touches()).map((touch) => touch.text)).toEqual([text])
    const card = await chat.wang.card('新线索')
    const quotes = card.card.blocks.flatMap((block) => (block.type === 'quote' ? [block.text] : []))
    // The number alone is masked before somebody takes the lead.
    expect(quotes.join('\n')).toContain(text.replace('13800138000', '138****8000'))
    expect(await chat.wang.clicks('接单')).toContain('接单成功')
    expect(await undone()).toEqual([])
  })

  it('with a NUL or half a character do not stop what comes after them', async () => {
    await chat.group.customer.says('想要报价\u0000\ud83d，电话 13800138000')
    await chat.wang.sees('新线索')
    await chat.group.customer.says('另外想问下试用，电话 13900139000')
    expect((await touches()).length).toBe(2)
    expect(await undone()).toEqual([])
  })

  it('as the name of a lead stay a name', async () => {
    const name = '=1+1<b>张</b>'
    await chat.wang.says('新建线索')
    await chat.wang.clicks('保存', { values: { name, phone: '13911112222', company: '"; --' } })
    const leads = await chat.core.read((tx) => tx.getRepository(LeadEntity).find())
    expect(leads.map((lead) => [lead.name, lead.company])).toEqual([[name, '"; --']])
    await chat.wang.says('我的线索')
    await chat.wang.sees(name)
  })

  it('of somebody without a binding are answered with how to get one, and change nothing', async () => {
    await chat.stranger.says('我的线索')
    await chat.stranger.sees('绑定')
    await chat.stranger.says('刚和张总通了电话，要报价，明天联系')
    expect(await chat.core.read((tx) => chat.core.changes.latest(tx, 10))).toEqual([])
    await chat.stranger.seesNo('已记录')
  })
})
