import { PlatformError } from '../../../core/errors.js'
import type { Messenger, Outgoing } from '../../../core/ports/messenger.js'
import type { Platform } from '../../../core/ports/platform.js'

/** A platform that does what it is told: works, is down, or takes a message and never says so. */
export function createFakeMessenger({
  idempotentSend = true,
  platform = 'sandbox',
}: { idempotentSend?: boolean; platform?: Platform } = {}) {
  /** What the platform has: by idempotency key where it knows such keys. */
  const shown: { key: string; to: string; title: string; id: string; footnote: string }[] = []
  const updates: { id: string; title: string }[] = []
  const urged: string[] = []
  let calls = 0
  let sending: (message: Outgoing) => Promise<void> = () => Promise.resolve()
  let afterwards: () => void = () => undefined
  let canUrge = true

  const messenger: Messenger = {
    platform,
    capabilities: () => ({
      inputs: { select: true, text: true, date: true },
      maxActions: 6,
      maxOptions: 50,
      maxFields: 20,
      maxTitle: 100,
      maxText: 2000,
      updatesCards: true,
      readReceipts: false,
      groupMessages: 'all',
      groupCards: true,
      answerBudgetMs: 1000,
      idempotentSend,
      urges: ['app'],
    }),
    async send(message) {
      calls += 1
      await sending(message)
      const known = idempotentSend && shown.find((one) => one.key === message.idempotencyKey)
      const id = known ? known.id : `message-${shown.length + 1}`
      if (!known) {
        const to = message.to.externalId ?? message.to.chatId ?? ''
        const { title, footnote = '' } = message.card
        shown.push({ key: message.idempotencyKey, to, title, id, footnote })
      }
      afterwards()
      return { platformMessageId: id, state: 'sent' }
    },
    update(platformMessageId, { card }) {
      updates.push({ id: platformMessageId, title: card.title })
      return Promise.resolve()
    },
    sendText: () => Promise.reject(new Error('nobody sends plain words here')),
    urge(platformMessageId) {
      if (canUrge) urged.push(platformMessageId)
      return Promise.resolve(canUrge)
    },
    recall: () => Promise.resolve(false),
  }
  return {
    messenger,
    shown,
    updates,
    urged,
    calls: () => calls,
    /** Runs before the platform has the message; what it throws is the platform's answer. */
    onSend(work: (message: Outgoing) => Promise<void>) {
      sending = work
    },
    /** Runs when the platform has the message already. */
    onTaken(work: () => void) {
      afterwards = work
    },
    cannotUrge() {
      canUrge = false
    },
  }
}

export const platformError = (
  code: string,
  retryable: boolean,
  platform: string = 'sandbox',
): PlatformError => new PlatformError({ platform, code, retryable })
