import type { Capabilities } from '../../core/ports/messenger.js'
import type { LimitsName, WireChat } from './wire.js'

export interface Limits {
  capabilities: Capabilities
  /** Messages between a customer and a colleague are seen although the bot is not in the chat. */
  seesPeople: boolean
  /** A tap's answer that comes after the budget is thrown away, as the platform does. */
  dropsLateAnswers: boolean
}

const roomy: Capabilities = {
  inputs: { select: true, text: true, date: true },
  maxActions: 8,
  maxOptions: 100,
  maxFields: 30,
  maxTitle: 120,
  maxText: 4000,
  updatesCards: true,
  confirms: true,
  readReceipts: true,
  groupMessages: 'all',
  groupCards: true,
  answerBudgetMs: 5000,
  idempotentSend: true,
  urges: ['app'],
}

/** What each platform can do, so that its limits can be felt without an account there. */
export const limitsByName: Record<LimitsName, Limits> = {
  none: { capabilities: roomy, seesPeople: true, dropsLateAnswers: false },
  /**
   * Template cards: no text or date inputs, up to 6 buttons, 10 options, 6 key-value rows; cards in groups only
   * through the AI bot, which hears only messages that name it. Repeats are recognised by content, not by key.
   * @see https://developer.work.weixin.qq.com/document/path/90236
   */
  wecom: {
    capabilities: {
      ...roomy,
      inputs: { select: true, text: false, date: false },
      maxActions: 6,
      maxOptions: 10,
      maxFields: 6,
      maxTitle: 36,
      maxText: 112,
      confirms: false,
      readReceipts: false,
      groupMessages: 'mentions',
      answerBudgetMs: 5000,
      idempotentSend: false,
      urges: [],
    },
    seesPeople: false,
    dropsLateAnswers: true,
  },
  /**
   * Interactive cards with a form; a variable holds 1 KB, which is 341 Chinese characters; a tap is answered in 2 s.
   * @see https://open.dingtalk.com/document/orgapp/create-and-deliver-cards
   */
  dingtalk: {
    capabilities: {
      ...roomy,
      maxActions: 6,
      maxOptions: 20,
      maxFields: 12,
      maxTitle: 64,
      maxText: 341,
      confirms: false,
      groupMessages: 'mentions',
      answerBudgetMs: 2000,
    },
    seesPeople: false,
    dropsLateAnswers: true,
  },
  /**
   * Cards of 30 KB with forms; a tap is answered in 3 s; group messages are seen with `im:message.group_msg`.
   * @see https://open.feishu.cn/document/feishu-cards/card-json-v2-structure
   */
  feishu: {
    capabilities: {
      ...roomy,
      maxActions: 10,
      maxFields: 20,
      maxTitle: 100,
      maxText: 2000,
      answerBudgetMs: 3000,
    },
    seesPeople: false,
    dropsLateAnswers: true,
  },
}

/** What the product sees of a chat.. */
export function visibility(
  chat: { kind: WireChat['kind']; hasBot: boolean },
  hasCustomer: boolean,
  limits: Limits,
): 'all' | 'mentions' | 'none' {
  switch (chat.kind) {
    case 'bot':
      return 'all'
    case 'group':
      return chat.hasBot ? limits.capabilities.groupMessages : 'none'
    case 'direct':
      return limits.seesPeople && hasCustomer ? 'all' : 'none'
  }
}

export const botName = '跟进'
const mention = new RegExp(`@${botName}`, 'gu')

/** Reads an address to the bot out of a message: the words without it, as platforms hand them over. */
export function readMention(text: string): { mentioned: boolean; text: string } {
  const without = text.replace(mention, '').trim()
  return without.length === text.trim().length
    ? { mentioned: false, text }
    : { mentioned: true, text: without }
}
