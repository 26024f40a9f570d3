import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  AccountGroup,
  Bootstrap,
  MessagePage,
  TapResult,
  WireMessage,
} from '../../adapters/sandbox/wire.js'
import { start, type Running } from '../../bot/main.js'
import { silentLog, type Log } from '../../bot/log.js'
import { readConfig } from '../../core/config.js'
import { spanMs } from '../../core/deadlines/ladder.js'
import { createManualClock } from '../../core/ports/clock.js'
import { makeCompany, type Cast, type Company } from './company.js'
import { newDatabase, wednesdayMorning } from './test-core.js'

/**
 * The whole product on a database and a sandbox of its own, spoken to over HTTP as the console does. Tests read like
 * chat logs: people say, see and click; the clock is pushed by hand.
 */
export async function startChat({
  at = wednesdayMorning,
  env = {},
  log = silentLog,
  only,
}: { at?: string; env?: Record<string, string>; log?: Log; only?: Cast[] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-chat-'))
  const database = await newDatabase()
  const clock = createManualClock(at)
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    DEMO: 'off',
    LOG_LEVEL: 'silent',
    ...env,
  })
  const running = await start(config, { log, dist: join(folder, 'dist'), clock })
  const company = await makeCompany(running.core, only ? { only } : {})
  for (const [key, person] of Object.entries(company.people)) put(running, key, person.name, person.role)
  put(running, 'customer', '张伟', 'customer')
  put(running, 'stranger', '新同事', 'rep')
  running.sandbox?.accounts.putGroup({
    id: 'group',
    name: '华东客户群',
    memberIds: ['customer', ...('wang' in company.people ? ['wang'] : [])],
    hasBot: true,
  })
  if ('wang' in company.people) running.sandbox?.accounts.putDirect('customer', 'wang')

  const people = (key: string) => personOf(running, key)
  return {
    running,
    core: running.core,
    company,
    clock: {
      now: clock.now,
      /** Pushes the clock and lets everything that is due then happen. */
      async advance(span: string) {
        await running.idle()
        clock.advance(spanMs(span))
        running.wake()
        await running.idle()
      },
    },
    idle: running.idle,
    wang: people('wang'),
    zhao: people('zhao'),
    sun: people('sun'),
    eastManager: people('eastManager'),
    director: people('director'),
    admin: people('admin'),
    stranger: people('stranger'),
    customer: people('customer'),
    group: { customer: personOf(running, 'customer', 'group'), wang: personOf(running, 'wang', 'group') },
    async stop() {
      await running.stop()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Chat = Awaited<ReturnType<typeof startChat>>
export type Person = ReturnType<typeof personOf>
export type { Company }

function put(running: Running, externalId: string, name: string, group: AccountGroup): void {
  running.sandbox?.accounts.put({ externalId, name, group })
}

let messageNumber = 0

function personOf(running: Running, account: string, chatId = `bot:${account}`) {
  async function call<Shape>(method: string, path: string, body?: unknown): Promise<Shape> {
    const response = await fetch(`${running.origin}/sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Shape
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }

  async function messages(): Promise<WireMessage[]> {
    await running.idle()
    return (await call<MessagePage>('GET', `/chats/${encodeURIComponent(chatId)}/messages?as=${account}`))
      .messages
  }

  /** The newest card that carries these words, or the newest of all. */
  async function card(words?: string): Promise<WireMessage & { card: NonNullable<WireMessage['card']> }> {
    const cards = (await messages()).flatMap((message) =>
      message.card ? [{ ...message, card: message.card }] : [],
    )
    const found = cards.reverse().find((message) => !words || wordsOf(message).includes(words))
    if (!found)
      throw new Error(
        `${account} has no card${words ? ` with “${words}”` : ''}; has: ${JSON.stringify(cards.map(wordsOf))}`,
      )
    return found
  }

  return {
    account,
    messages,
    card,
    async says(text: string, { to = chatId }: { to?: string } = {}) {
      messageNumber += 1
      await call('POST', '/messages', { as: account, chatId: to, text, clientId: `client-${messageNumber}` })
      await running.idle()
    },
    /** Fails unless a message or card with these words stands in the chat. */
    async sees(words: string): Promise<string> {
      const all = (await messages()).map(wordsOf)
      const found = all.reverse().find((text) => text.includes(words))
      if (found === undefined)
        throw new Error(`${account} does not see “${words}”, but: ${JSON.stringify(all, null, 1)}`)
      return found
    },
    async seesNo(words: string): Promise<void> {
      const found = (await messages()).map(wordsOf).find((text) => text.includes(words))
      if (found !== undefined) throw new Error(`${account} sees “${words}”: ${found}`)
    },
    /** Taps a button by its label on the newest card that has it (or on the newest with `on`), with values for its inputs. */
    async clicks(
      label: string,
      { values = {}, on }: { values?: Record<string, string>; on?: string } = {},
    ): Promise<string> {
      const cards = (await messages()).filter(
        (message) => message.card && (!on || wordsOf(message).includes(on)),
      )
      const target = cards
        .reverse()
        .find((message) => message.card?.actions?.some((action) => action.label === label))
      const action = target?.card?.actions?.find((candidate) => candidate.label === label)
      if (!target || !action)
        throw new Error(`${account} has no button “${label}”; has: ${JSON.stringify(cards.map(wordsOf))}`)
      return this.taps(target.id, action.id, values)
    },
    /** Taps an action of one card, also one that the card no longer shows. @returns the notice. */
    async taps(messageId: string, actionId: string, values: Record<string, string> = {}): Promise<string> {
      const result = await call<TapResult>('POST', '/taps', { as: account, messageId, actionId, values })
      await running.idle()
      return result.notice?.text ?? ''
    },
    /** Opens the chat: what is in it is read. */
    async reads() {
      const list = await messages()
      await call('POST', '/reads', {
        as: account,
        chatId,
        upToSeq: Math.max(0, ...list.map((message) => message.seq)),
      })
      await running.idle()
    },
    async unread(): Promise<number> {
      await running.idle()
      const { chats } = await call<Bootstrap>('GET', `/bootstrap?as=${account}`)
      return chats.find((chat) => chat.id === chatId)?.unread ?? 0
    },
  }
}

/** Everything a person can read of a message, on one line. */
export function wordsOf({ text, card }: Pick<WireMessage, 'text' | 'card'>): string {
  if (!card) return text
  const blocks = card.blocks.flatMap((block) => {
    switch (block.type) {
      case 'text':
        return block.text
      case 'quote':
        return [block.text, block.by ?? '']
      case 'fields':
        return block.fields.map((field) => `${field.label}：${field.value}`)
      case 'divider':
        return []
    }
  })
  const buttons = (card.actions ?? []).map((action) => `[${action.label}]`)
  return [card.title, card.subtitle ?? '', ...blocks, ...buttons, card.footnote ?? '']
    .filter(Boolean)
    .join(' | ')
}
