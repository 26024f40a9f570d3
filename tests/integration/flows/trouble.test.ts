import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startChat, type Chat } from '../../support/chat.js'

describe('a message that cannot be worked on', () => {
  let chat: Chat
  beforeEach(async () => {
    chat = await startChat()
  })
  afterEach(() => chat.stop())

  const rename = (from: string, to: string) =>
    chat.core.write((tx) => tx.query(`ALTER TABLE ${from} RENAME TO ${to}`))

  it('is tried again and has its effect once the trouble is over', async () => {
    await rename('follow_ups', 'follow_ups_away')
    await chat.wang.says('拜访了无锡瑞丰的孙总，想要一份方案，后天给他')
    await rename('follow_ups_away', 'follow_ups')
    await chat.clock.advance('10m')
    await chat.wang.sees('没有找到这位客户')
    expect(await chat.core.read((tx) => chat.core.inbox.depth(tx))).toEqual({ received: 0, dead: 0 })
  })

  it('tells its writer in the end, and stays where somebody can retry it', async () => {
    await rename('follow_ups', 'follow_ups_away')
    await chat.wang.says('拜访了无锡瑞丰的孙总，想要一份方案，后天给他')
    for (let tries = 1; tries < 8; tries++) await chat.clock.advance('15m')
    await chat.wang.sees('这条消息没能处理')
    expect(await chat.core.read((tx) => chat.core.inbox.depth(tx))).toEqual({ received: 0, dead: 1 })
    await rename('follow_ups_away', 'follow_ups')
  })
})
