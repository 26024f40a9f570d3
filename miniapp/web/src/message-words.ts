import type { MessageRow } from '../../contract/messages.js'
import { adminTexts } from './admin-texts.js'

const tones: Record<MessageRow['state'], string> = {
  queued: '',
  sending: '',
  sent: 'accent',
  delivered: 'accent',
  read: 'good',
  acted: 'good',
  failed: 'bad',
  expired: 'bad',
  unknown: 'warn',
  folded: '',
  skipped: '',
}

/** How far a message has come, with its colour; a receipt that the platform does not give is said, never implied. */
export function messageTag({ state, unreported }: MessageRow): { text: string; tone: string } {
  const text = adminTexts.messages.states[state]
  return { text: unreported ? `${text} · ${adminTexts.messages.unreported}` : text, tone: tones[state] }
}
