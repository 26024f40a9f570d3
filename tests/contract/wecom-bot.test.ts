import { WSClient } from '@wecom/aibot-node-sdk'
import { afterEach, describe, expect, it } from 'vitest'
import { record } from '../simulators/wecom/card-rules.js'
import { startWecomStand, type WecomStand } from '../support/wecom-stand.js'

const card = {
  ...{ kind: 'lead.offer', title: '新线索', tone: 'info' as const, blocks: [] },
  actions: [{ id: 'accept', label: '接单', style: 'primary' as const }],
}
const group = { ...{ to: { chatId: 'bot:wr1' }, card, ref: 'd1', idempotencyKey: 'k1', urgent: false } }

describe('the AI bot of WeCom', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())
  async function connect() {
    await stand.adapter.channel.connect?.()
    await expect.poll(() => stand.sim.bot.isConnected()).toBe(true)
    // The acknowledgement of the subscription is on its way.
    await expect
      .poll(() => stand.logged.some(({ message }) => message.includes('bot is connected')))
      .toBe(true)
  }

  it('hears its mentions in a group and ends each turn', async () => {
    stand = await startWecomStand()
    await stand.listen()
    await connect()
    const reply = await stand.sim.bot.says('Wang', 'wr1', '今天有哪些待跟进')
    expect(stand.events).toMatchObject([
      { type: 'message', text: '今天有哪些待跟进', chat: { id: 'bot:wr1', type: 'group' }, toBot: true },
    ])
    expect(reply?.text).toContain('收到')
    expect((await stand.sim.bot.enters('Wang'))?.kind).toBe('welcome')
  })

  it('sends a card to a group that has spoken, and answers its tap with the new card', async () => {
    stand = await startWecomStand()
    await stand.listen(async (event) =>
      event.type === 'tap'
        ? { notice: { text: '接单成功', tone: 'success' }, card: { ...card, actions: [] } }
        : null,
    )
    await connect()
    const { messenger } = stand.adapter
    await expect(messenger.send(group)).rejects.toMatchObject({ code: '93006', retryable: false })
    await stand.sim.bot.says('Wang', 'wr1', '你好')
    await messenger.send(group)
    await messenger.send(group)
    const sent = stand.sim.world.messages.filter((one) => one.to === 'bot:wr1')
    expect(sent).toHaveLength(1)
    const taskId = String(sent[0]?.content['task_id'])
    const reply = await stand.sim.bot.taps('Wang', 'wr1', taskId, 'accept')
    expect(stand.events.at(-1)).toMatchObject({ type: 'tap', cardRef: 'd1', actionId: 'accept' })
    expect(String(record(reply?.card)['sub_title_text'])).toContain('接单成功')
  })

  it.each([false, true])(
    'knows a member by what the app calls them, and answers in the bot’s own chat (encrypted ids: %s)',
    async (botTellsOpenIds) => {
      stand = await startWecomStand({ facts: { botTellsOpenIds } })
      await stand.listen()
      await connect()
      for (const text of ['今日待办', '帮助'])
        expect((await stand.sim.bot.says('Wang', null, text))?.text).toContain('结果发到“跟进”应用里')
      expect(stand.events.map(({ sender }) => sender)).toEqual(
        Array(2).fill({ externalId: 'wang', internal: true }),
      )
      expect(stand.sim.callsTo('/cgi-bin/batch/openuserid_to_userid')).toHaveLength(1)
      const [event] = stand.events
      const chatId = event?.type === 'message' ? event.chat.id : ''
      await stand.adapter.messenger.sendText({ chatId }, '好的', 't1')
      expect(stand.sim.world.messages.at(-1)?.content).toEqual({ content: '好的' })
    },
  )

  it('promises nothing to somebody who has no account here', async () => {
    stand = await startWecomStand({ facts: { botTellsOpenIds: true } })
    await stand.listen()
    await connect()
    expect((await stand.sim.bot.says('li', 'wr1', '你好'))?.text).toBe('收到。')
  })

  it('hears a member of whom WeCom does not say who it is as somebody, and asks again', async () => {
    stand = await startWecomStand({ facts: { botTellsOpenIds: true } })
    await stand.listen()
    await connect()
    stand.sim.fail('/cgi-bin/batch/openuserid_to_userid', 'busy')
    for (const text of ['一', '二']) await stand.sim.bot.says('Wang', null, text)
    expect(stand.events.map(({ sender }) => sender.externalId === 'wang')).toEqual([false, true])
    expect(stand.adapter.counters()['failed.bot-identity']).toBe(1)
  })

  it('marks what may have come already: it knows no key of ours', async () => {
    stand = await startWecomStand()
    await stand.listen()
    await connect()
    const { messenger } = stand.adapter
    await stand.sim.bot.says('Wang', 'wr1', '你好')
    stand.sim.bot.loseAnswer()
    await expect(messenger.send(group)).rejects.toMatchObject({ code: 'timeout' })
    await messenger.send(group)
    stand.sim.bot.loseAnswer()
    const say = () => messenger.sendText(group.to, '好的', 't1')
    await expect(say()).rejects.toMatchObject({ code: 'timeout' })
    await say()
    const shown = stand.sim.world.messages.map(({ content }) =>
      String(content['content'] ?? record(content['main_title'])['title']),
    )
    expect(shown).toEqual(['新线索', '（可能重复）新线索', '好的', '（可能重复）好的'])
  }, 20_000)

  it('comes back after its socket drops', async () => {
    stand = await startWecomStand()
    await stand.listen()
    await connect()
    stand.sim.bot.drop()
    await expect.poll(() => stand.sim.world.sockets.subscribed, { timeout: 5_000 }).toBe(2)
  })

  it('leaves the bot to a program that takes it over, says so, and tries again later', async () => {
    stand = await startWecomStand({ wecom: { botPauseMs: 100 } })
    await stand.listen()
    await connect()
    const other = independent(stand.sim.settings.botUrl, 'bot-secret')
    other.connect()
    await expect.poll(() => stand.sim.world.sockets.kicked, { timeout: 5_000 }).toBeGreaterThan(0)
    await expect
      .poll(() => stand.logged.map(({ message }) => message))
      .toContain('another program has connected with the WeCom bot')
    await expect.poll(() => stand.sim.world.sockets.kicked, { timeout: 5_000 }).toBe(2)
    other.disconnect()
  })

  it('says that it is not connected where another process holds the connection', async () => {
    stand = await startWecomStand()
    await expect(stand.adapter.messenger.send(group)).rejects.toMatchObject({
      ...{ code: 'bot_not_connected', retryable: true },
    })
  })

  it('survives frames of any shape', async () => {
    stand = await startWecomStand()
    await stand.listen()
    await connect()
    for (const body of [
      {},
      { msgtype: 'text' },
      { msgtype: 'text', msgid: 1 },
      { msgtype: 'event', event: {} },
    ])
      stand.sim.bot.raw(body)
    await stand.sim.bot.says('Wang', null, '帮助')
    expect(stand.events).toHaveLength(1)
    expect(stand.adapter.counters()['refused.bot-malformed']).toBe(3)
  })
})

/** The official SDK as any other program would use it: it says whether the simulator speaks as WeCom does. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const independent = (wsUrl: string, secret: string) =>
  new WSClient({
    botId: 'bot-1',
    secret,
    wsUrl,
    logger: silent,
    maxReconnectAttempts: 0,
    maxAuthFailureAttempts: 0,
  })

describe('the simulator before the official SDK', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it('lets it subscribe, talk and be told no', async () => {
    stand = await startWecomStand()
    const client = independent(stand.sim.settings.botUrl, 'bot-secret')
    const ready = new Promise((resolve) => client.once('authenticated', () => resolve(true)))
    client.connect()
    expect(await ready).toBe(true)
    const heard = new Promise<string>((resolve) =>
      client.once('message.text', (frame) => {
        void client.replyStream(frame, 's1', '好的', true).then(() => resolve(frame.body?.text.content ?? ''))
      }),
    )
    expect((await stand.sim.bot.says('wang', 'wr1', '在吗'))?.text).toBe('好的')
    expect(await heard).toBe('@销售助手 在吗')
    const refused = client.sendMessage('nobody', { msgtype: 'markdown', markdown: { content: 'x' } })
    await expect(refused).rejects.toMatchObject({ errcode: 93006 })
    client.disconnect()
  })

  it('refuses its wrong secret', async () => {
    stand = await startWecomStand()
    const client = independent(stand.sim.settings.botUrl, 'wrong')
    const failed = new Promise<string>((resolve) => client.once('error', (err) => resolve(err.message)))
    client.connect()
    expect(await failed).toContain('40001')
    client.disconnect()
  })
})
