import { In } from 'typeorm'
import type { Core } from '../core/app.js'
import { ChangeEntity, type Change } from '../core/changes/change.js'
import type { SharedState } from '../core/ports/shared-state.js'
import type { Log } from './log.js'

export interface LiveChangesDeps {
  core: Core
  state: SharedState
  /** Name of this process; null when it is the only one. */
  self: string | null
  log: Log
}

type Listener = (change: Change) => void

const topic = 'changes'
/** Ids gather this long before they are told: a burst is a few signals. Well below the second that a page may wait. */
const gatherMs = 50
const mostIds = 200
/** A publishing that was told while Redis was away is seen after this long all the same. */
const forgetEveryMs = 5000

/**
 * Committed changes of all processes, for open pages. Signals only: ids travel, the rows are read here. One that is lost
 * is made good by the next one or by the page's own asking.
 */
export function createLiveChanges({ core, state, self, log }: LiveChangesDeps) {
  const listeners = new Set<Listener>()
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  core.changes.onCommitted(tell)
  const ends: (() => void)[] = []
  if (self !== null) {
    ends.push(tellOthers(self), hearOthers(self))
    const forgetting = setInterval(() => core.playbook.forget(), forgetEveryMs)
    forgetting.unref()
    ends.push(() => clearInterval(forgetting))
  }

  function tellOthers(from: string): () => void {
    let ids: string[] = []
    let timer: NodeJS.Timeout | undefined
    const flush = () => {
      timer = undefined
      for (let i = 0; i < ids.length; i += mostIds)
        state.publish(topic, JSON.stringify({ from, ids: ids.slice(i, i + mostIds) }))
      ids = []
    }
    const stop = core.changes.onCommitted((change) => {
      // Rules in force must be the new ones everywhere before people see that they are.
      if (change.subjectType === 'playbook')
        state.publish(topic, JSON.stringify({ from, ids: [change.id], rules: true }))
      else {
        ids.push(change.id)
        timer ??= setTimeout(flush, gatherMs)
      }
    })
    return () => {
      clearTimeout(timer)
      flush()
      stop()
    }
  }

  function hearOthers(own: string): () => void {
    return state.subscribe(topic, (message) => {
      const { from, ids, rules } = JSON.parse(message) as { from: string; ids: string[]; rules?: boolean }
      if (from === own) return
      if (rules) core.playbook.forget()
      if (listeners.size > 0)
        read(ids).catch((error: unknown) => log.warn({ err: error }, 'live changes could not be read'))
    })
  }

  async function read(ids: string[]): Promise<void> {
    const changes = await core.read((tx) => tx.getRepository(ChangeEntity).findBy({ id: In(ids) }))
    const byId = new Map(changes.map((change) => [change.id, change]))
    for (const id of ids) {
      const change = byId.get(id)
      if (change) tell(change)
    }
  }

  return {
    /** @returns how to stop listening. */
    onChange(listener: Listener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop() {
      for (const end of ends) end()
    },
  }
}
