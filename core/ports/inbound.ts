import type { Card } from './card.js'
import type { Platform } from './platform.js'
import type { Webhook } from './webhook.js'

/**
 * What a channel hands over after verify, decrypt and decode: the same shape for every platform. `eventId` is the
 * platform's own id of the event (or the documented combination that makes one); a repeated id is the same event.
 */
export type InboundEvent =
  MessageEvent | TapEvent | ReceiptEvent | EnteredEvent | DirectoryEvent | CustomerEvent

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
  /** What the platform calls the tapped message, as `Messenger.send` told it; where the event says so. */
  messageId?: string
  actionId: string
  values: Record<string, string>
  /** The platform has asked the action's question before it sent the tap. */
  confirmed?: boolean
}

/** The platform reports what became of a message. */
export interface ReceiptEvent extends InboundBase {
  type: 'receipt'
  cardRef: string
  state: 'delivered' | 'read'
}

/** Somebody opened the conversation with the bot or the app's page: the account is reachable. */
export interface EnteredEvent extends InboundBase {
  type: 'entered'
  chat: InboundChat
}

/**
 * Something in the organisation is different now. The event only says where to look: platforms leave fields out, send
 * them late or not at all, so the directory is asked.
 */
export interface DirectoryEvent extends InboundBase {
  type: 'directory'
  about: 'person' | 'department' | 'scope'
  /** Accounts or departments that it is about; empty: anything may have changed. */
  externalIds: string[]
  /** `removed` only where the platform says so. */
  change: 'changed' | 'removed'
  /** The account's new id, where the platform renames accounts. */
  renamedTo?: string
}

/** A customer was added, or left, as a contact of a colleague in the messenger. The sender is the customer. */
export interface CustomerEvent extends InboundBase {
  type: 'customer'
  change: 'added' | 'edited' | 'removed'
  colleagueExternalId: string
  /** What the platform was given to tell where the customer came from, e.g. the state of a contact link. */
  source?: string
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

/**
 * A way in. Transport only: it decides nothing about the content.
 *
 * Several processes may serve one platform. `start` and the webhooks run in each of them that listens; the long
 * connections are opened by one process at a time, the holder of the platform's lease, through `connect`.
 */
export interface Channel {
  platform: Platform
  /** HTTP ways in; they answer from the moment that `start` was called. */
  webhooks?: readonly Webhook[]
  /** Takes the sink. Opens no long connection where the channel has `connect`. */
  start(sink: InboundSink): Promise<void>
  /**
   * Opens the long connections and keeps them open, through their drops too, until `disconnect`; also begins what
   * else one process does at a time. Called after `start`; never while connected. Resolves when they are open or being
   * opened.
   *
   * @throws PlatformError when the platform refuses; the caller tries again later.
   */
  connect?(): Promise<void>
  /**
   * Closes the long connections: another process may open them the moment this resolves. What was taken is stored and
   * acknowledged before. Harmless when nothing is open; `connect` may follow.
   */
  disconnect?(): Promise<void>
  /** Takes nothing more, on any way; resolves when what was taken is stored and acknowledged. */
  stop(): Promise<void>
}
