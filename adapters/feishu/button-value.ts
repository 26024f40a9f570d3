import { WireError } from '../shared/wire-error.js'
import { field, isObject, objectField, textField, type Json } from './json.js'

/**
 * What a button of ours carries: everything that a tap must bring back, so that no server has to remember its cards.
 * Short names, since each button of a card repeats them.
 */
export interface ButtonValue {
  /** `ref` of the message. */
  r: string
  a: string
  /** Kinds of the inputs that a submit sends along: a date comes in words of its own and must be told apart. */
  i?: Record<string, InputKind>
  /** 1 where the card was sent to a group. */
  g?: 1
}

export type InputKind = 'text' | 'select' | 'date' | 'time'

export interface Tapped {
  cardRef: string
  actionId: string
  isGroup: boolean
  values: Record<string, string>
}

/** @throws WireError `button` when it is no button of ours. */
export function readButton(value: unknown, formValue: Json): Tapped {
  const cardRef = textField(value, 'r')
  const actionId = textField(value, 'a')
  if (!cardRef || !actionId || cardRef.length > 128 || actionId.length > 100) throw new WireError('button')
  const inputs = Object.entries(objectField(value, 'i')).slice(0, 50)
  return {
    cardRef,
    actionId,
    isGroup: textField(value, 'g') === '1',
    // Only inputs that we drew, also those that were left empty: the client leaves them out.
    values: Object.fromEntries(
      inputs
        .filter(([name]) => name !== '__proto__')
        .map(([name, kind]) => [name, valueOf(field(formValue, name), kind)]),
    ),
  }
}

function valueOf(given: unknown, kind: unknown): string {
  if (Array.isArray(given))
    return given
      .filter((one) => typeof one === 'string')
      .join(',')
      .slice(0, 2000)
  const text = typeof given === 'string' ? given : typeof given === 'number' ? String(given) : ''
  if (kind === 'date' || kind === 'time') return localTime(text)
  return isObject(given) ? '' : text.slice(0, 2000)
}

/**
 * `2026-01-02 +0800` → `2026-01-02`, `2026-01-02 08:30 +0800` → `2026-01-02T08:30`. The zone is that of the person's
 * device; what counts is the time on the clock that they picked.
 */
function localTime(text: string): string {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::\d{2})?)?(?:\s*[+-]\d{4})?$/.exec(text.trim())
  if (!found) return ''
  return found[2] ? `${found[1]}T${found[2]}` : (found[1] ?? '')
}
