import { PlatformError } from '../../core/errors.js'
import type {
  OutreachChannel,
  OutreachMessage,
  OutreachReceiptSink,
  OutreachSent,
} from '../../core/ports/outreach.js'
import type { Webhook } from '../../core/ports/webhook.js'

/** One service behind one or more channels. */
export interface Provider {
  name: string
  channels: readonly OutreachChannel[]
  /** @throws PlatformError */
  send(message: OutreachMessage): Promise<OutreachSent>
  /** Where its receipts come in; the sink is asked for when one does. */
  webhooks(sink: () => OutreachReceiptSink): readonly Webhook[]
}

/** How long a provider may take: a person waits for nothing here, but a claimed delivery is held meanwhile. */
export const providerTimeoutMs = 10_000

/** A mainland number is stored bare; others carry their country. E.164 is what providers take. */
export const toE164 = (phone: string): string => (phone.startsWith('+') ? phone : `+86${phone}`)

/** Codes of the operating system that say: nothing has left this machine, so trying again doubles nothing. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** What a broken connection means: not sent, or sent with an unknown fate. */
export function connectionError(provider: string, cause: unknown): PlatformError {
  const isUnsent = unsent.has(codeOf(cause))
  return new PlatformError({
    platform: provider,
    code: isUnsent ? 'unreachable' : 'timeout',
    retryable: isUnsent,
    cause,
  })
}

function codeOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 3) return ''
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  return 'cause' in error ? codeOf(error.cause, depth + 1) : ''
}
