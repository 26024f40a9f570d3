import type { Todos } from '../../../core/ports/messenger.js'

export interface Entry {
  id: string
  of: string
  title: string
  dueAt: string
  page: string
  isDone: boolean
}

/** A platform's list of things to do that knows a repeated key, and refuses or stays silent when it is told to. */
export function createFakeTodos({ keyLifeMs }: { keyLifeMs?: number } = {}) {
  const entries: Entry[] = []
  const byKey = new Map<string, Entry>()
  const calls: string[] = []
  const told = { before: nothing, after: nothing }

  async function answer<T>(call: string, work: () => T): Promise<T> {
    calls.push(call)
    await told.before(call)
    const result = work()
    await told.after(call)
    return result
  }
  const entryOf = (id: string, of: string): Entry => {
    const found = entries.find((entry) => entry.id === id && entry.of === of)
    if (!found) throw new Error(`${of} has no entry ${id}`)
    return found
  }

  const todos: Todos = {
    ...(keyLifeMs === undefined ? {} : { keyLifeMs }),
    create: ({ externalId, title, dueAt, page, key }) =>
      answer('create', () => {
        const known = byKey.get(key)
        if (known) return known.id
        const id = `entry-${entries.length + 1}`
        const entry = { id, of: externalId, title, dueAt: dueAt?.toISOString() ?? '', page, isDone: false }
        entries.push(entry)
        byKey.set(key, entry)
        return id
      }),
    change: (id, of, { title, dueAt, reopen }) =>
      answer('change', () => {
        const entry = entryOf(id, of)
        Object.assign(entry, { title, dueAt: dueAt.toISOString() }, reopen ? { isDone: false } : {})
      }),
    finish: (id, of) =>
      answer('finish', () => {
        entryOf(id, of).isDone = true
      }),
  }
  return {
    todos,
    entries,
    calls,
    /** Runs before the platform does what it is asked for: what it throws is the answer. */
    onCall(work: (call: string) => Promise<void>) {
      told.before = work
      told.after = nothing
    },
    /** Runs when the platform has done it already. */
    onDone(work: (call: string) => Promise<void>) {
      told.before = nothing
      told.after = work
    },
    works() {
      told.before = nothing
      told.after = nothing
    },
  }
}

const nothing = (_call: string): Promise<void> => Promise.resolve()
