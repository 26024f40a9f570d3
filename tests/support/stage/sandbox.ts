import type { MessagePage, TapResult, WireMessage } from '../../../adapters/sandbox/wire.js'
import type { Running } from '../../../bot/main.js'
import type { FarSide, Member } from './far-side.js'
import { noCard, type Seen } from './seen.js'

/** The messenger in the browser, over the HTTP of its console. It shows every word of a group. */
export function sandboxSide(members: readonly Member[]): FarSide {
  let running: Running | null = null
  let said = 0
  const urged = new Set<string>()
  const chat = (account: string) => `bot:${account}`

  async function call<Shape>(path: string, body?: unknown): Promise<Shape> {
    const response = await fetch(`${running?.origin}/sandbox${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Shape
  }

  const write = (account: string, chatId: string, words: string) =>
    call('/messages', { as: account, chatId, text: words, clientId: `client-${(said += 1)}-stage` })

  const messages = async (account: string): Promise<WireMessage[]> =>
    (await call<MessagePage>(`/chats/${encodeURIComponent(chat(account))}/messages?as=${account}`)).messages

  return {
    platform: 'sandbox',
    settings: {},
    accountOf: (key) => key,
    async open(opened) {
      running = opened
      const { accounts } = opened.sandbox ?? {}
      for (const { key, name } of members) accounts?.put({ externalId: key, name, group: 'rep' })
      accounts?.put({ externalId: 'customer', name: '张伟', group: 'customer' })
      accounts?.putGroup({ id: 'group', name: '华东客户群', memberIds: ['customer', 'wang'], hasBot: true })
    },
    async customerWrites(words) {
      await write('customer', 'group', words)
    },
    async says(account, words) {
      await write(account, chat(account), words)
    },
    async chatOf(account) {
      const all = await messages(account)
      if (all.some(({ urgent }) => urgent)) urged.add(account)
      return all.map(read)
    },
    async presses(account, message, actionId, values) {
      const { notice } = await call<TapResult>('/taps', {
        as: account,
        messageId: message.id,
        actionId,
        values,
      })
      return notice?.text ?? ''
    },
    urgesOf: (account) => (urged.has(account) ? ['ring'] : []),
    stop: async () => undefined,
  }
}

export function read({ id, text, card }: Pick<WireMessage, 'id' | 'text' | 'card'>): Seen {
  if (!card) return { ...noCard, id, kind: 'text', lines: [text], raw: '' }
  const blocks = card.blocks.flatMap((block): string[] => {
    switch (block.type) {
      case 'text':
        return [block.text]
      case 'quote':
        return [block.by ?? '', block.text]
      case 'fields':
        return block.fields.map(({ label, value }) => `${label}：${value}`)
      case 'divider':
        return []
    }
  })
  return {
    id,
    kind: 'card',
    lines: [card.title, card.subtitle ?? '', ...blocks, card.footnote ?? ''].filter(Boolean),
    buttons: (card.actions ?? []).map((action) => ({ id: action.id, label: action.label })),
    inputs: (card.inputs ?? []).map((input) => ({
      name: input.name,
      label: input.label,
      type: input.type,
      options: input.type === 'select' ? input.options : [],
      value: input.value ?? '',
    })),
    links: card.page ? [{ label: card.page.label, url: card.page.path }] : [],
    raw: '',
  }
}
