import { createHash } from 'node:crypto'
import { PlatformError } from '../../core/errors.js'
import type { Messenger, Outgoing, Sent, UrgeLevel } from '../../core/ports/messenger.js'
import type { AdapterDeps } from '../platforms.js'
import { accountOf, targetOf } from './accounts.js'
import type { BotSocket } from './bot-socket.js'
import { failure } from './calls.js'
import type { CardLedger, CardRecord } from './card-ledger.js'
import type { Client } from './client.js'
import { duplicateTaskId, meaningOf } from './codes.js'
import { capabilities, encodeCard, looksOf, type EncodeContext } from './encode.js'
import { takeTurn } from './limits.js'
import { createMemberText } from './member-text.js'
import { createSendOnce, repeatMark } from './once.js'
import { botText, cardInWords, groupCard, messageText } from './plain-text.js'
import { taskIdOf } from './task-id.js'

export interface MessengerDeps extends Pick<AdapterDeps, 'state' | 'log' | 'clock'> {
  client: Client
  ledger: CardLedger
  bot: BotSocket | null
  /** What all cards are drawn with. */
  drawing: Pick<EncodeContext, 'pageUrl' | 'interactive'>
}

/**
 * The way out. A member gets template cards of the app, a chat of the AI bot gets its cards, a group of the app gets
 * text cards, a customer gets words.
 *
 * A card whose update code is spent cannot be changed: its new state is sent as a new card and the old one is taken
 * back, so that the member sees one card, and the true one. Past 72 h a card stays as it is; whoever taps it is
 * answered with today's card.
 */
export function createMessenger(deps: MessengerDeps): Messenger {
  const { client, ledger, bot, state, log, drawing } = deps
  const sendOnce = createSendOnce(ledger)
  const textToMember = createMemberText({ ...deps, sendOnce })

  async function sendCard(userId: string, message: Outgoing, taskId: string): Promise<CardRecord> {
    const context = { ...drawing, taskId }
    const card = encodeCard(message.card, context)
    await takeTurn(state, `member:${accountOf(userId)}`)
    const base = {
      userId,
      taskId,
      looks: looksOf(message.card, context),
      hasButtons: card.card_type !== 'text_notice',
      title: message.card.title,
    }
    try {
      const answer = await client.sendMessage(userId, 'template_card', card)
      // Some of several recipients invalid is no error for WeCom; ours is the only one.
      if (answer.invaliduser) throw failure('81013', false)
      if (answer.response_code) await ledger.addCode(taskId, answer.response_code)
      return { ...base, msgid: answer.msgid }
    } catch (err) {
      // An earlier try arrived: the card is there, only its message id and its code never came back.
      if (err instanceof PlatformError && err.code === String(duplicateTaskId)) return { ...base, msgid: '' }
      throw err
    }
  }

  async function sendToMember(userId: string, message: Outgoing): Promise<Sent> {
    const messageId = taskIdOf(message.ref, message.idempotencyKey)
    if ((await ledger.find(messageId)) === null)
      await ledger.remember(messageId, await sendCard(userId, message, messageId))
    return { platformMessageId: messageId, state: 'sent' }
  }

  const requireBot = (): BotSocket => {
    if (!bot) throw failure('not_configured', false)
    return bot
  }

  async function update(messageId: string, message: Outgoing): Promise<void> {
    const record = await ledger.find(messageId)
    // Other kinds of messages cannot be changed, and after 72 h nothing can.
    if (!record) return
    const context = { ...drawing, hadButtons: record.hasButtons }
    const looks = looksOf(message.card, context)
    if (looks === record.looks) return
    const code = await ledger.spendCode(record.taskId)
    if (code !== null) {
      try {
        const card = encodeCard(message.card, context)
        await client.updateCard(record.userId, code, card)
        const { tried: _tried, ...rest } = record
        await ledger.remember(messageId, { ...rest, looks, title: message.card.title })
        return
      } catch (err) {
        if (!(err instanceof PlatformError)) throw err
        if (err.retryable) {
          await ledger.giveBack(record.taskId, code)
          if (err.code === 'timeout') await ledger.remember(messageId, { ...record, tried: looks })
          throw err
        }
        log.warn(
          { code: err.code, meaning: meaningOf(err.code).meaning },
          'a card could not be changed in place',
        )
        // The code was spent by the try that timed out: it had arrived.
        if (record.tried === looks) {
          await ledger.remember(messageId, { ...record, looks, title: message.card.title })
          return
        }
      }
    }
    await replace(messageId, record, message)
  }

  async function replace(messageId: string, old: CardRecord, message: Outgoing): Promise<void> {
    const taskId = taskIdOf(message.ref, message.idempotencyKey)
    const fresh = await sendCard(old.userId, message, taskId)
    await ledger.replaced(taskId, messageId)
    await ledger.remember(messageId, fresh)
    if (old.msgid) await takeBack(old.msgid)
  }

  async function takeBack(msgid: string): Promise<boolean> {
    try {
      await client.recallMessage(msgid)
      return true
    } catch (err) {
      if (!(err instanceof PlatformError)) throw err
      if (err.retryable) log.warn({ code: err.code }, 'a message could not be taken back')
      return false
    }
  }

  async function urge(messageId: string, userId: string, level: UrgeLevel, key: string): Promise<boolean> {
    if (level === 'phone') return callPhone(userId)
    if (level === 'sms') return false
    const record = await ledger.find(messageId)
    // Nothing makes the app's messages ring: a second message does, in words.
    const text = `【请尽快处理】${record?.title ?? '上面的卡片在等你处理'}`
    await textToMember(userId, text, `urge:${key}`)
    return true
  }

  async function callPhone(userId: string): Promise<boolean> {
    try {
      const { states } = await client.callPhone(userId)
      return states.some(({ code }) => code === 0)
    } catch (err) {
      if (!(err instanceof PlatformError) || err.retryable) throw err
      log.warn({ code: err.code, meaning: meaningOf(err.code).meaning }, 'no phone was rung')
      return false
    }
  }

  const sendText: Messenger['sendText'] = async (to, text, key) => {
    const target = targetOf(to)
    switch (target?.kind) {
      case 'member':
        return textToMember(target.userId, text, key)
      case 'bot':
        return sendOnce('bot', key, async (isMaybeRepeated) => {
          await takeTurn(state, `bot:${target.chatId}`)
          await requireBot().sendMarkdown(target.chatId, botText(marked(text, isMaybeRepeated)))
          return ''
        })
      case 'customer': {
        // Customer service knows a message id of ours: a repeat is recognised there.
        const msgid = createHash('sha256').update(key).digest('hex').slice(0, 32)
        return sendOnce('text', key, async () => {
          await client.sendToCustomer(target.openKfId, target.externalUserId, msgid, messageText(text))
          return msgid
        })
      }
      case 'app-group':
        return sendOnce('group', key, async (isMaybeRepeated) => {
          const content = messageText(marked(text, isMaybeRepeated))
          await client.sendToGroup(target.chatId, 'text', { content })
          return ''
        })
      case undefined:
        throw failure('no_address', false)
    }
  }

  return {
    platform: 'wecom',
    capabilities: (to) => ({
      ...capabilities,
      // The other ways know no key of ours.
      idempotentSend: to === undefined || targetOf(to)?.kind === 'member',
      ...(drawing.interactive ? {} : { maxActions: 0, inputs: { select: false, text: false, date: false } }),
      groupMessages: bot ? 'mentions' : 'none',
    }),

    async send(message) {
      const target = targetOf(message.to)
      switch (target?.kind) {
        case 'member':
          return sendToMember(target.userId, message)
        case 'bot':
          return sendOnce('bot', message.idempotencyKey, async (isMaybeRepeated) => {
            const taskId = taskIdOf(message.ref, message.idempotencyKey)
            await takeTurn(state, `bot:${target.chatId}`)
            const card = { ...message.card, title: marked(message.card.title, isMaybeRepeated) }
            await requireBot().sendCard(
              target.chatId,
              encodeCard(card, { ...drawing, interactive: true, taskId }),
            )
            return taskId
          })
        case 'customer':
          return sendText(message.to, cardInWords(message.card), message.idempotencyKey)
        case 'app-group':
          return sendOnce('group', message.idempotencyKey, async (isMaybeRepeated) => {
            const card = groupCard(message.card, drawing.pageUrl, isMaybeRepeated)
            await client.sendToGroup(target.chatId, 'textcard', card)
            return ''
          })
        case undefined:
          throw failure('no_address', false)
      }
    },
    update,
    sendText,
    async urge(messageId, to, level, key) {
      const target = targetOf(to)
      return target?.kind === 'member' ? urge(messageId, target.userId, level, key) : false
    },
    async recall(messageId) {
      const msgid = messageId.startsWith('text:')
        ? messageId.slice('text:'.length)
        : (await ledger.find(messageId))?.msgid
      return msgid ? takeBack(msgid) : false
    },
  }
}

const marked = (text: string, isMaybeRepeated: boolean): string =>
  isMaybeRepeated ? `${repeatMark}${text}` : text
