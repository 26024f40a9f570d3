import type { Bootstrap, MessagePage, TapResult } from '../../adapters/sandbox/wire.js'
import { startSandbox } from '../support/sandbox-stand.js'
import { describePlatform, type PlatformStand } from './platform-contract.js'

describePlatform('the sandbox', async (): Promise<PlatformStand> => {
  const stand = await startSandbox()
  const { sandbox } = stand
  const chatOf = (account: string) => `bot:${account}`
  let number = 0

  async function cards(account: string) {
    const path = `/chats/${encodeURIComponent(chatOf(account))}/messages?as=${account}`
    const { messages } = (await stand.get<MessagePage>(path)).body
    return messages.filter((message) => message.card !== null)
  }

  return {
    channel: sandbox.channel,
    messenger: sandbox.messenger,
    identity: sandbox.identity,
    directory: sandbox.directory,
    accounts: { colleague: 'wang', customer: 'zhang' },
    groupId: 'g1',
    async says(account, chatId, text) {
      number += 1
      const chat = chatId === 'bot' ? chatOf(account) : chatId
      await stand.post('/messages', { as: account, chatId: chat, text, clientId: `client-${number}` })
    },
    async taps(account, actionId, values = {}) {
      const messageId = (await cards(account)).at(-1)?.id
      const { body } = await stand.post<TapResult>('/taps', { as: account, messageId, actionId, values })
      return { notice: body.notice?.text ?? null }
    },
    shownCard: async (account) => (await cards(account)).at(-1)?.card ?? null,
    cardCount: async (account) => (await cards(account)).length,
    async repeatCallbacks() {
      await stand.post('/settings', { doubleCallbacks: true }, { method: 'PUT' })
    },
    async signInCode(account) {
      await stand.get<Bootstrap>(`/bootstrap?as=${account}`)
      const { body } = await stand.post<{ url: string }>('/pages', { as: account, path: '/today' })
      return new URL(body.url, 'http://localhost').searchParams.get('code') ?? ''
    },
    async idle() {
      await sandbox.idle()
    },
    stop: () => stand.end(),
  }
})
