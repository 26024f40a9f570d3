import type { Webhook } from './webhook.js'

/** Ways to reach somebody outside the messenger. */
export const outreachChannels = ['sms', 'voice', 'mail'] as const
export type OutreachChannel = (typeof outreachChannels)[number]

export interface OutreachMessage {
  channel: OutreachChannel
  /** A phone number as it is stored (`13800138000`, `+85291234567`), or a mail address. */
  to: string
  /** Mail only. */
  subject?: string
  /** The whole text: what a mail carries and a voice reads. At most 500 characters. */
  text: string
  /** For providers that send only texts approved beforehand: which one, and what fills it. */
  template?: { key: string; params: Readonly<Record<string, string>> }
  /** One order per key: the caller never hands the same key over twice, a provider that knows such keys gets it. */
  idempotencyKey: string
}

export interface OutreachSent {
  /** The provider's name, for the message log. */
  provider: string
  /** What receipts name; null where the provider gives nothing to name. */
  providerMessageId: string | null
}

/** What became of an order, in the provider's words. */
export interface OutreachReceipt {
  provider: string
  providerMessageId: string
  /** `read`: a call was answered, a mail was opened. */
  state: 'delivered' | 'read' | 'failed'
  /** The provider's code, when it failed. */
  code?: string
}

/**
 * Takes receipts. Resolves when they are stored: only then may the webhook that brought them say ok.
 */
export type OutreachReceiptSink = (receipts: readonly OutreachReceipt[]) => Promise<void>

/**
 * Text messages, calls and mail, by whichever providers are configured. What is not configured is absent: nothing
 * pretends to have called.
 */
export interface Outreach {
  /** Channels with a provider behind them. */
  channels(): readonly OutreachChannel[]
  /**
   * Places one order. Resolves when the provider took it.
   *
   * @throws PlatformError with `platform` = the provider's name; `code: 'timeout'` means that the order left and that
   * its fate is unknown. A channel without a provider: `code: 'not_configured'`, not retryable.
   */
  send(message: OutreachMessage): Promise<OutreachSent>
  /** Where providers report; each verifies its own signature. */
  webhooks: readonly Webhook[]
  /** Where the reports go. Called once, before the server listens. */
  start(sink: OutreachReceiptSink): void
}

/** Nothing is configured. */
export const noOutreach: Outreach = {
  channels: () => [],
  send: () => Promise.reject(new Error('no provider is configured: ask channels() first')),
  webhooks: [],
  start: () => undefined,
}
