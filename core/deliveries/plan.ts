import type { Notices } from '../playbook/notices.js'
import type { ReminderLevel, Reminders } from '../playbook/reminders.js'
import type { Delivery } from './delivery.js'
import { quietUntil } from './quiet.js'

export interface PlanInput {
  now: Date
  card: string
  /** The caller's word; the playbook's level for the kind of card counts more. */
  urgent: boolean
  /** It answers what the recipient has just done. */
  answers: boolean
  /** Others of its kind to the same person are about to follow, or have just come. */
  many: boolean
  reminders: Reminders
  notices: Notices
  timeZone: string
}

export type Planned = Pick<Delivery, 'level' | 'lane' | 'workAt' | 'waitingFor'>

/** When a new delivery goes out, in which lane, and what it waits for. */
export function planDelivery(input: PlanInput): Planned {
  const { now, card, urgent, answers, many, reminders, notices, timeZone } = input
  const rule = reminders.rules.find((candidate) => candidate.card === card)
  const level: ReminderLevel = rule?.level ?? (urgent ? 'urgent' : 'normal')
  // Whoever has just asked is waiting: an answer goes before notices, though it presses nobody.
  const lane = level === 'normal' && !answers ? 'normal' : 'urgent'
  const mayWait = lane === 'normal' && !notices.quiet.except.includes(card)
  const quietEnd = mayWait ? quietUntil(now, notices.quiet, timeZone) : null
  if (quietEnd) return { level, lane, workAt: quietEnd, waitingFor: 'quiet' }
  if (!many) return { level, lane, workAt: now, waitingFor: null }
  const workAt = new Date(now.getTime() + notices.digest.collectSeconds * 1000)
  return { level, lane, workAt, waitingFor: 'digest' }
}
