import type { Card } from './card.js'
import type { Platform } from './platform.js'

/**
 * What a channel hands over after verify, decrypt and decode: the same shape for every platform. `eventId` is the
 * platform's own id of the event (or the documented combination that makes one); a repeated id is the same event.
 */
export type InboundEvent = MessageEvent | TapEvent | ReceiptEvent

interface InboundBase {
  platform: Platform
  /** At most 128 characters; unique per platform. */
  eventId: string
  /** When the platform says that it happened, ISO 8601 UTC. */
  at: string
  sender: InboundSender
  origin?: { ip?: string; device?: string }
}

/** The account that acted. `internal` is the platform's word: a member of the company, or somebody outside it. */
export interface InboundSender {
  externalId: string
  name?: string
  internal: boolean
}

export interface InboundChat {
  id: string
  type: 'direct' | 'group'
  name?: string
}

/** Somebody wrote something that the product can see. */
export interface MessageEvent extends InboundBase {
  type: 'message'
  chat: InboundChat
  messageId: string
  text: string
  /** True when the product's bot was addressed (always in a direct chat with it). */
  toBot: boolean
}

/** Somebody pressed a button or submitted the inputs of a card. */
export interface TapEvent extends InboundBase {
  type: 'tap'
  chat: InboundChat
  /** The `ref` that was handed to `Messenger.send`. */
  cardRef: string
  actionId: string
  values: Record<string, string>
}

/** The platform reports what became of a message. */
export interface ReceiptEvent extends InboundBase {
  type: 'receipt'
  cardRef: string
  state: 'delivered' | 'read'
}

/** What a handler may give back at once; a channel that can, sends it inside the platform's answer budget. */
export interface InboundAnswer {
  /** A short notice for the person who tapped (toast), where the platform has one. */
  notice?: { text: string; tone: 'info' | 'success' | 'warning' | 'danger' }
  /** The tapped card as it looks now. */
  card?: Card
}

/**
 * Receives verified events. Resolves after the event is stored durably; only then may a channel acknowledge.
 *
 * @returns for a tap, the answer if it was ready within `budgetMs`, else null (the card is updated later).
 */
export type InboundSink = (event: InboundEvent, budgetMs: number) => Promise<InboundAnswer | null>

/** A way in. Transport only: it decides nothing about the content. */
export interface Channel {
  platform: Platform
  start(sink: InboundSink): Promise<void>
  stop(): Promise<void>
}
