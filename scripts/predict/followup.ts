import { z } from 'zod'
import { readNote } from '../../core/understanding/note.js'

const itemSchema = z.object({ id: z.string(), text: z.string(), reference: z.string() })

/** One follow-up note in, its prediction out, in the field names of the evaluation format. */
export function predictFollowup(item: unknown) {
  const { id, text, reference } = itemSchema.parse(item)
  const draft = readNote(text, { reference })
  return {
    id,
    customer: draft.customer ?? null,
    persons: draft.persons,
    action: draft.action,
    outcome: draft.outcome,
    stage: draft.stage ?? null,
    amount:
      draft.amount === undefined
        ? null
        : { value: draft.amount.valueCents / 100, kind: draft.amount.kind, currency: draft.amount.currency },
    next: draft.next === undefined ? null : { time: draft.next.at, what: draft.next.what },
    todos: draft.todos.map((todo) => ({ who: todo.who, what: todo.what, due: todo.due ?? null })),
    phone: draft.phone ?? null,
  }
}
