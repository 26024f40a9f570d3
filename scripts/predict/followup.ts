import { readNote } from '../../core/understanding/note.js'
import type { Item } from './item.js'
import { textField } from './item.js'

/** Follow-up notes: `{text, reference}` → the draft in the field names of the evaluation format, amounts in yuan. */
export function predictFollowup(item: Item): object {
  const draft = readNote(textField(item, 'text'), { reference: textField(item, 'reference') })
  const { amount, next } = draft
  return {
    customer: draft.customer ?? null,
    persons: draft.persons,
    action: draft.action,
    outcome: draft.outcome,
    stage: draft.stage ?? null,
    amount: amount ? { value: amount.valueCents / 100, kind: amount.kind, currency: amount.currency } : null,
    next: next ? { time: next.at, what: next.what } : null,
    todos: draft.todos.map((todo) => ({ who: todo.who, what: todo.what, due: todo.due ?? null })),
    phone: draft.phone ?? null,
  }
}
