import type { Card } from '../../core/ports/card.js'

/**
 * Asks on the card itself what a platform does not ask before it sends a tap: the button stands there as 确认撤销 beside
 * 取消 for two minutes. What is asked is remembered with the delivery; the two answers have ids of their own, so that
 * neither a repeated callback nor a double click is taken for a yes.
 */

type Params = Record<string, string>

/** After that long a yes no longer belongs to the question. */
const askMs = 2 * 60_000
const answers = ['sure', 'keep'] as const

/** What a delivery remembers while somebody is asked. */
export const asking = (actionId: string, now: Date): Params => ({
  asking: actionId,
  askedUntil: new Date(now.getTime() + askMs).toISOString(),
})

export const notAsking: Params = { asking: '', askedUntil: '' }

/** Which action waits for a yes; null when none does, or no longer. */
export function askedFor({ asking: actionId, askedUntil }: Params, now: Date): string | null {
  return actionId && now.getTime() < Date.parse(askedUntil ?? '') ? actionId : null
}

/** `undo.sure` → undo, sure; null for what is no answer to a question. */
export function readAnswer(id: string): { actionId: string; answer: (typeof answers)[number] } | null {
  const at = id.lastIndexOf('.')
  const answer = answers.find((one) => one === id.slice(at + 1))
  return at > 0 && answer ? { actionId: id.slice(0, at), answer } : null
}

/** The card with the question and its two answers in the place of the buttons; as it is while nothing is asked. Pure. */
export function withQuestion(card: Card, params: Params, now: Date): Card {
  const actionId = askedFor(params, now)
  const action = card.actions?.find(({ id }) => id === actionId)
  if (!action?.confirm) return card
  const { inputs, ...rest } = card
  const { id, label, confirm, submit } = action
  return {
    ...rest,
    tone: 'warning',
    subtitle: confirm,
    ...(submit && inputs ? { inputs } : {}),
    actions: [
      { id: `${id}.sure`, label: `确认${label}`, style: 'danger', ...(submit ? { submit } : {}) },
      { id: `${id}.keep`, label: '取消', style: 'default' },
    ],
  }
}
