import { PlatformError } from '../../../core/errors.js'
import type { Messenger, Outgoing } from '../../../core/ports/messenger.js'
import type { Platform } from '../../../core/ports/platform.js'

/** A platform that does what it is told: works, is down, or takes a message and never says so. */
export function createFakeMessenger({
  idempotentSend = true,
  idempotentForMs,
  platform = 'sandbox',
}: { idempotentSend?: boolean; idempotentForMs?: number; platform?: Platform } = {}) {
  /** What the platform has: by idempotency key where it knows such keys. */
  const shown: { key: string; to: string; title: string; id: string; footnote: string }[] = []
  const updates: { id: string; title: string }[] = []
  const urged: string[] = []
  let calls = 0
  let sending: (message: Outgoing) => Promise<void> = () => Promise.resolve()
  let afterwards: () => void = () => undefined
  const updating = { before: nothing, after: nothing }
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
      confirms: true,
      readReceipts: false,
      groupMessages: 'all',
      groupCards: true,
      answerBudgetMs: 1000,
      idempotentSend,
      ...(idempotentForMs === undefined ? {} : { idempotentForMs }),
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
    async update(platformMessageId, { card }) {
      await updating.before(card.title)
      updates.push({ id: platformMessageId, title: card.title })
      await updating.after(card.title)
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
    /** Runs before an update lands, and between its landing and its answer. */
    onUpdate(work: Partial<typeof updating>) {
      Object.assign(updating, { before: nothing, after: nothing }, work)
    },
    cannotUrge() {
      canUrge = false
    },
  }
}

const nothing = (_title: string): Promise<void> => Promise.resolve()

export const platformError = (
  code: string,
  retryable: boolean,
  platform: string = 'sandbox',
): PlatformError => new PlatformError({ platform, code, retryable })
