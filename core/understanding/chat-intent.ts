import type { CaptureDocument, ChatIntent } from '../playbook/capture.js'

/** What decides the intent of a lead and of a message that is none. */
export type IntentFacts = {
  keywords: readonly string[]
  negated: readonly string[]
  signals: readonly { key: string; intent?: ChatIntent | undefined; weight: number }[]
  hasContact: boolean
  looksLikeCard: boolean
}

/** The intent of a lead: its furthest keyword in the order of the document, else what the signals say. */
export function intentOfLead(facts: IntentFacts, capture: CaptureDocument): ChatIntent {
  if (facts.looksLikeCard) return 'contact'
  const has = (key: string) => facts.signals.some((signal) => signal.key === key)
  const named = capture.keywords.find((keyword) => facts.keywords.includes(keyword.key))
  if (named !== undefined && named.key === capture.meetingTag && has('call-me')) return 'contact'
  if (named !== undefined && named.key !== capture.contactTag) return named.intent
  if (has('call-me')) return 'contact'
  const signal = facts.signals.find((s) => s.weight > 0 && s.intent !== undefined)
  if (signal?.intent !== undefined) return signal.intent
  return facts.hasContact ? 'contact' : 'purchase'
}

/** The intent of a message that makes no lead: what speaks against it most, small talk where nothing does. */
export function intentOfOther(facts: IntentFacts, sender: 'external' | 'internal'): ChatIntent {
  const against = [...facts.signals].filter((s) => s.weight < 0).sort((a, b) => a.weight - b.weight)
  if (sender === 'internal') {
    return against.some((s) => s.intent === 'smalltalk') ? 'smalltalk' : 'internal'
  }
  const decisive = against.find((s) => s.intent !== undefined)?.intent
  return decisive ?? (facts.negated.length > 0 ? 'refuse' : 'smalltalk')
}
