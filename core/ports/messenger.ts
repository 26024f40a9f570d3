import type { Card } from './card.js'
import type { Platform } from './platform.js'

/** What a platform can show and report. `adapters/shared/degrade.ts` fits a card to it. */
export interface Capabilities {
  inputs: { select: boolean; text: boolean; date: boolean }
  /** Most buttons on one card; selects and options likewise. */
  maxActions: number
  maxOptions: number
  maxFields: number
  /** Longest title and text in characters; longer ones are cut with … and the page link carries the rest. */
  maxTitle: number
  maxText: number
  updatesCards: boolean
  /** Whether it asks an action's question before it sends the tap, and the tap says so. */
  confirms: boolean
  /** Whether the platform tells that a message was read, by an event or when it is asked. */
  readReceipts: boolean
  /** Groups: whether messages without @ are seen, and whether cards may be sent there. */
  groupMessages: 'all' | 'mentions' | 'none'
  groupCards: boolean
  /** Time within which a tap must be answered, milliseconds. */
  answerBudgetMs: number
  /** Whether a repeated send with the same key is recognised by the platform. */
  idempotentSend: boolean
  /** How long it recognises a key, milliseconds; absent: for good. */
  idempotentForMs?: number
  /** How it can make a phone ring or buzz for a message, weakest first; empty where it cannot. */
  urges: readonly UrgeLevel[]
}

/** In the client, by a text message, by a call: as the platform itself offers it. */
export const urgeLevels = ['app', 'sms', 'phone'] as const
export type UrgeLevel = (typeof urgeLevels)[number]

/** Where a message goes: a bound person's account, or a chat. */
export interface Address {
  externalId?: string
  chatId?: string
}

export interface Outgoing {
  to: Address
  card: Card
  /** Given back in taps and receipts: the delivery's id. */
  ref: string
  /** The same for every try of the same message. */
  idempotencyKey: string
  urgent: boolean
}

export interface Sent {
  platformMessageId: string
  /** `delivered` where the platform says so in its answer; else `sent`. */
  state: 'sent' | 'delivered'
}

/**
 * The way out. Every call resolves only when the platform said ok in its body.
 *
 * @throws PlatformError with `retryable`; `code: 'timeout'` means the request left and its outcome is unknown.
 */
export interface Messenger {
  platform: Platform
  /** @param to - a platform's ways may differ in what they can do; without it, what a person's own chat can. */
  capabilities(to?: Address): Capabilities
  send(message: Outgoing): Promise<Sent>
  /** Shows another state of a sent card. */
  update(platformMessageId: string, message: Outgoing): Promise<void>
  /** Plain words, e.g. an answer in a chat. */
  sendText(to: Address, text: string, idempotencyKey: string): Promise<Sent>
  /**
   * Makes the phone ring or buzz for a sent message, as often as it is asked with another key.
   *
   * @returns false where there is no such means, or it reached nobody.
   */
  urge(platformMessageId: string, to: Address, level: UrgeLevel, idempotencyKey: string): Promise<boolean>
  /** Takes a message back. False where the platform cannot, or no longer. */
  recall(platformMessageId: string, to: Address): Promise<boolean>
  /**
   * Asks what became of messages, where the platform does not tell by itself. At most 100 at once.
   *
   * @returns only those of which the platform says something; never a guess.
   */
  pollReceipts?(
    sent: readonly SentMessage[],
  ): Promise<{ platformMessageId: string; state: 'delivered' | 'read' }[]>
  /** The platform's own list of things to do, where it has one. */
  todos?: Todos
}

export interface SentMessage {
  platformMessageId: string
  to: Address
}

/**
 * The platform's own list of things to do. It is a list, not a message: it is written to without asking for a ring.
 *
 * Every call may be repeated without harm.
 *
 * @throws PlatformError; `todo_not_permitted` where the app may not write to the list.
 */
export interface Todos {
  /** How long `create` recognises a key, milliseconds; absent: for good. */
  keyLifeMs?: number
  /**
   * Puts something into a person's list; `page` opens the record.
   *
   * @returns the platform's id of it; the same for a repeated key.
   */
  create(input: {
    externalId: string
    title: string
    dueAt: Date | null
    page: string
    key: string
  }): Promise<string>
  /** Gives it another title and due time; `reopen` where it was ticked off and is to be done again. */
  change(todoId: string, externalId: string, to: TodoChange): Promise<void>
  /** Ticks it off; also one that the person has ticked off already. */
  finish(todoId: string, externalId: string): Promise<void>
}

export interface TodoChange {
  title: string
  dueAt: Date
  reopen: boolean
}
