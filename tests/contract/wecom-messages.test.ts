import { afterEach, describe, expect, it } from 'vitest'
import type { Card } from '../../core/ports/card.js'
import type { Outgoing } from '../../core/ports/messenger.js'
import { record } from '../simulators/wecom/card-rules.js'
import { startWecomStand, type WecomStand } from '../support/wecom-stand.js'

const card: Card = {
  ...{ kind: 'lead.offer', title: '新线索：宏达机械', tone: 'info', subtitle: '请在 14:05 前接单' },
  blocks: [{ type: 'quote', text: '想要一份报价', by: '张先生' }],
  actions: [{ id: 'accept', label: '接单', style: 'primary' }],
  page: { label: '查看详情', path: '/leads/01HX' },
}
const state = (title: string): Card => ({ ...card, title, actions: [] })
const outgoing = (key: string, content: Card = card, ref = 'd1'): Outgoing => ({
  ...{ to: { externalId: 'wang' }, card: content, ref, idempotencyKey: key, urgent: false },
})
const send = '/cgi-bin/message/send'
const update = '/cgi-bin/message/update_template_card'

describe('messages in WeCom', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())
  const titleOf = () => record(stand.sim.newest('wang').shown?.card['main_title'])['title']

  it('changes a card by the code of its sending, then sends it anew and takes the old one back', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    await messenger.update(platformMessageId, outgoing('k1:2', state('超时未接：宏达机械')))
    expect(titleOf()).toBe('超时未接：宏达机械')
    expect(stand.sim.buttonsOf('wang')).toEqual([])
    expect(stand.sim.callsTo(send)).toHaveLength(1)
    await messenger.update(platformMessageId, outgoing('k1:3', state('已由主管接手：宏达机械')))
    expect(titleOf()).toBe('已由主管接手：宏达机械')
    expect(stand.sim.cardsOf('wang')).toHaveLength(1)
    // The fresh card brought a code of its own.
    await messenger.update(platformMessageId, outgoing('k1:4', state('已关闭：宏达机械')))
    expect(titleOf()).toBe('已关闭：宏达机械')
    expect(stand.sim.callsTo(send)).toHaveLength(2)
  })

  it('asks WeCom for nothing when the card looks as it should already', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    await messenger.update(platformMessageId, outgoing('k1:2'))
    expect(stand.sim.callsTo(update)).toHaveLength(0)
  })

  it('takes the state shown in answer to a tap for shown, and keeps the click’s code for the next', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    await stand.listen(async () => ({
      notice: { text: '接单成功', tone: 'success' },
      card: state('已接单：宏达机械'),
    }))
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    await stand.sim.taps('wang', 'accept')
    await messenger.update(platformMessageId, outgoing('k1:2', state('已接单：宏达机械')))
    expect(stand.sim.callsTo(update)).toHaveLength(0)
    await messenger.update(platformMessageId, outgoing('k1:3', state('已转出：宏达机械')))
    expect([titleOf(), stand.sim.callsTo(update).length, stand.sim.callsTo(send).length]).toEqual([
      ...['已转出：宏达机械', 1, 1],
    ])
  })

  it('takes no spent code of a click that WeCom repeats late for a fresh one', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    await stand.listen()
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    await stand.sim.taps('wang', 'accept')
    const repeat = stand.sim.lastCallback()
    await messenger.update(platformMessageId, outgoing('k1:2', { ...card, title: '一' }))
    await stand.sim.taps('wang', 'accept')
    await repeat()
    await messenger.update(platformMessageId, outgoing('k1:3', state('二')))
    expect([titleOf(), stand.sim.callsTo(send).length]).toEqual(['二', 1])
    expect(stand.sim.callsTo(update).map(({ errcode }) => errcode)).toEqual([0, 0])
  })

  it('leaves a card of four days ago as it is and answers its taps', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    await stand.listen(async () => ({ card: state('已关闭：宏达机械') }))
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    stand.clock.advance(4 * 24 * 3_600_000)
    await messenger.update(platformMessageId, outgoing('k1:2', state('已关闭：宏达机械')))
    expect(stand.sim.callsTo(send)).toHaveLength(1)
    expect((await stand.sim.taps('wang', 'accept')).card).toMatchObject({ replace_text: '已关闭' })
  })

  it.each([true, false])(
    'ends as one true card whether a notice may become buttons or not (%s)',
    async (may) => {
      stand = await startWecomStand({ facts: { updateChangesKind: may } })
      const { messenger } = stand.adapter
      const { platformMessageId } = await messenger.send(outgoing('k1', state('老客户又有需求：宏达机械')))
      await messenger.update(platformMessageId, outgoing('k1:2'))
      expect(titleOf()).toBe(card.title)
      expect(stand.sim.cardsOf('wang')).toHaveLength(1)
      expect(stand.sim.buttonsOf('wang')).toEqual(['accept'])
    },
  )

  it.each([24, 0])('shows today’s state when messages may be taken back for %s hours', async (hours) => {
    stand = await startWecomStand({ facts: { recallMs: hours * 3_600_000 - 1 } })
    const { messenger } = stand.adapter
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    await messenger.update(platformMessageId, outgoing('k1:2', state('一')))
    await messenger.update(platformMessageId, outgoing('k1:3', state('二')))
    expect([titleOf(), stand.sim.cardsOf('wang').length]).toEqual(['二', hours ? 1 : 2])
    expect(await messenger.recall(platformMessageId, {})).toBe(hours > 0)
  })

  it.each([true, false])(
    'shows a card once when the answer to its sending is lost (unique notices: %s)',
    async (unique) => {
      stand = await startWecomStand({ facts: { noticeTaskIdsUnique: unique } })
      const { messenger } = stand.adapter
      for (const content of [card, state('老客户又有需求')]) {
        stand.sim.fail(send, 'hang-up-after')
        const key = content.title
        await expect(messenger.send(outgoing(key, content, 'd2'))).rejects.toMatchObject({
          ...{ code: 'timeout', retryable: true },
        })
        await messenger.send(outgoing(key, content, 'd2'))
      }
      // Both have a menu, so WeCom checks their task ids in either case.
      expect(stand.sim.cardsOf('wang')).toHaveLength(2)
    },
  )

  it('does not lose a change whose answer was lost, and shows it once', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    stand.sim.fail(update, 'hang-up-after')
    const next = outgoing('k1:2', state('已接单'))
    await expect(messenger.update(platformMessageId, next)).rejects.toMatchObject({ code: 'timeout' })
    await messenger.update(platformMessageId, next)
    expect([titleOf(), stand.sim.cardsOf('wang').length]).toEqual(['已接单', 1])
  })

  it('never sends a member more than WeCom shows, and says when to try again', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    let shown = 0
    for (let second = 0; second < 180; second += 1) {
      for (let i = 0; i < 2; i += 1) {
        const sent = messenger.send(outgoing(`${second}:${i}`, card, `d${second}-${i}`))
        const wait = await sent.then(
          () => null,
          (err: { retryAfterMs?: number }) => err.retryAfterMs,
        )
        if (wait === null) shown += 1
        else expect(wait).toBeGreaterThan(0)
      }
      stand.clock.advance(1_000)
    }
    expect(stand.sim.world.messages.filter((one) => one.isDropped)).toEqual([])
    expect(shown).toBe(60)
  })

  it('fetches one token for many calls at once, and a new one when it is refused', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    await Promise.all(['a', 'b', 'c'].map((key) => messenger.send(outgoing(key, card, key))))
    expect(stand.sim.callsTo('/cgi-bin/gettoken')).toHaveLength(1)
    stand.sim.expireTokens()
    await messenger.send(outgoing('d', card, 'd'))
    stand.sim.fail(send, 'token')
    await messenger.send(outgoing('e', card, 'e'))
    expect(stand.sim.cardsOf('wang')).toHaveLength(5)
    stand.sim.fail(send, 'token', 'token')
    await expect(messenger.send(outgoing('f', card, 'f'))).rejects.toMatchObject({
      code: '42001',
      retryable: true,
    })
  })

  it('makes of every odd answer an error that says whether to try again', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const expected = {
      ...{
        busy: ['-1', true],
        html: ['bad_answer', true],
        empty: ['bad_answer', true],
        '502': ['timeout', true],
      },
      ...{ 'hang-up': ['timeout', true], frequency: ['45009', true], ip: ['60020', false] },
    } as const
    for (const [fault, [code, retryable]] of Object.entries(expected)) {
      stand.sim.fail(send, fault as keyof typeof expected)
      await expect(messenger.send(outgoing(fault, card, `f-${fault}`))).rejects.toMatchObject({
        code,
        retryable,
      })
    }
  })

  it('tells somebody who left from somebody who is there', async () => {
    stand = await startWecomStand({ visible: ['Wang'] })
    const { messenger } = stand.adapter
    for (const externalId of ['gone', 'li'])
      await expect(messenger.send({ ...outgoing(externalId), to: { externalId } })).rejects.toMatchObject({
        ...{ code: '81013', retryable: false },
      })
    await messenger.send(outgoing('k1'))
  })

  it('sends words to members, customers and groups, as words', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const { sim } = stand
    await messenger.sendText({ externalId: 'wang' }, '<a href="http://x">点我</a>', 't1')
    await messenger.sendText({ externalId: 'wang' }, '<a href="http://x">点我</a>', 't1')
    expect(sim.textsTo('wang')).toEqual(['＜a href="http://x">点我＜/a>'])
    await messenger.sendText({ chatId: 'user:wang' }, '好'.repeat(2000), 't2')
    expect(Buffer.byteLength(sim.textsTo('wang')[1] ?? '')).toBeLessThanOrEqual(2048)
    const group = { ...outgoing('g1'), to: { chatId: 'chat-1' } }
    await messenger.send(group)
    await messenger.send(group)
    expect(sim.world.messages.filter((one) => one.to === 'chat-1')).toMatchObject([
      {
        msgtype: 'textcard',
        content: { title: card.title, url: expect.stringContaining('/app/leads/01HX') },
      },
    ])
  })

  it('marks a group card that may have come already', async () => {
    stand = await startWecomStand()
    const group = { ...outgoing('g1'), to: { chatId: 'chat-1' } }
    stand.sim.fail('/cgi-bin/appchat/send', 'hang-up-after')
    await expect(stand.adapter.messenger.send(group)).rejects.toMatchObject({ code: 'timeout' })
    await stand.adapter.messenger.send(group)
    expect(stand.sim.world.messages.map(({ content }) => content['title'])).toEqual([
      ...[card.title, `（可能重复）${card.title}`],
    ])
  })

  it.each([5, 0])('answers customers while customer service allows %s answers', async (customerReplies) => {
    stand = await startWecomStand({ facts: { customerReplies } })
    const { sim, adapter } = stand
    await stand.listen()
    await sim.customerSays('你好')
    const reply = adapter.messenger.sendText({ chatId: sim.customerChat }, '您好，稍后联系您', 'c1')
    if (customerReplies) expect((await reply).state).toBe('sent')
    else await expect(reply).rejects.toMatchObject({ code: '95001', retryable: false })
  })

  it.each([48, 1])(
    'says that a customer who wrote two hours ago is out of reach after %s hours',
    async (hours) => {
      stand = await startWecomStand({ facts: { customerWindowMs: hours * 3_600_000 } })
      const { sim, adapter } = stand
      await stand.listen()
      await sim.customerSays('你好')
      stand.clock.advance(2 * 3_600_000)
      const reply = adapter.messenger.sendText({ chatId: sim.customerChat }, '您好', 'c1')
      if (hours > 2) expect((await reply).state).toBe('sent')
      else await expect(reply).rejects.toMatchObject({ retryable: false })
    },
  )

  it.each([true, false])(
    'gets a long text through, refused beyond its limit or not (%s)',
    async (refusesLongText) => {
      stand = await startWecomStand({ facts: { refusesLongText } })
      await stand.adapter.messenger.sendText({ externalId: 'wang' }, '长😀'.repeat(2000), 't1')
      expect(stand.sim.textsTo('wang')).toHaveLength(1)
    },
  )

  it('makes a phone ring, or writes a second line, and says where it cannot', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const to = { externalId: 'wang' }
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    expect(await messenger.urge(platformMessageId, to, 'phone', 'r1')).toBe(true)
    expect(await messenger.urge(platformMessageId, to, 'sms', 'r2')).toBe(false)
    expect(await messenger.urge(platformMessageId, to, 'app', 'r3')).toBe(true)
    expect(stand.sim.textsTo('wang')).toEqual([`【请尽快处理】${card.title}`])
  })

  it('reminds of a card as often as it is asked, and once for one reminder', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const to = { externalId: 'wang' }
    const { platformMessageId } = await messenger.send(outgoing('k1'))
    for (const key of ['r1', 'r1', 'r2']) {
      expect(await messenger.urge(platformMessageId, to, 'app', key)).toBe(true)
      stand.clock.advance(60_000)
    }
    expect(stand.sim.textsTo('wang')).toHaveLength(2)
  })

  it.each([true, false])(
    'shows a text once when its answer is lost, and the same words of another message again (all compared: %s)',
    async (checkComparesAll) => {
      stand = await startWecomStand({ facts: { checkComparesAll } })
      const { messenger } = stand.adapter
      const say = (key: string) => messenger.sendText({ externalId: 'wang' }, '你好', key)
      for (const fault of ['hang-up-after', 'hang-up'] as const) {
        stand.sim.fail(send, fault)
        await expect(say(fault)).rejects.toMatchObject({ code: 'timeout' })
        await say(fault)
        stand.clock.advance(31 * 60_000)
      }
      expect(stand.sim.textsTo('wang')).toEqual(['你好', '你好'])
      await say('a')
      await say('b')
      stand.clock.advance(29.5 * 60_000)
      await say('c')
      expect(stand.sim.textsTo('wang')).toHaveLength(5)
    },
  )

  it('marks a text that may have come already where WeCom cannot be asked to swallow it', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const say = (key: string) => messenger.sendText({ externalId: 'wang' }, '你好', key)
    await say('a')
    stand.sim.fail(send, 'hang-up-after')
    await expect(say('b')).rejects.toMatchObject({ code: 'timeout' })
    await say('b')
    stand.sim.fail(send, 'empty')
    stand.clock.advance(31 * 60_000)
    await expect(say('c')).rejects.toMatchObject({ code: 'bad_answer' })
    stand.clock.advance(31 * 60_000)
    await say('c')
    expect(stand.sim.textsTo('wang')).toEqual(['你好', '你好', '（可能重复）你好', '（可能重复）你好'])
  })

  it('says which of its ways recognise a repeat', async () => {
    stand = await startWecomStand()
    const { messenger } = stand.adapter
    const recognises = (to: Parameters<typeof messenger.capabilities>[0]) =>
      messenger.capabilities(to).idempotentSend
    expect([undefined, { externalId: 'wang' }, { chatId: 'user:wang' }].map(recognises)).toEqual([
      ...[true, true, true],
    ])
    const others = ['bot:wr1', 'chat-1', stand.sim.customerChat].map((chatId) => recognises({ chatId }))
    expect(others).toEqual([false, false, false])
  })

  it('sends notices only where no callback is set up', async () => {
    stand = await startWecomStand({ settings: { callback: null } })
    stand.sim.world.isCallbackSet = false
    await stand.adapter.messenger.send(outgoing('k1'))
    expect(stand.sim.newest('wang').shown?.card).toMatchObject({ card_type: 'text_notice' })
    expect(stand.adapter.messenger.capabilities().maxActions).toBe(0)
  })
})
