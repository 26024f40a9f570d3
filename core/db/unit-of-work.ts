import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { Mutex } from 'async-mutex'
import type { EntityManager } from 'typeorm'
import type { Database } from './database.js'
import { isClash } from './clash.js'
import { closeUnit, openUnit, settle, unitOf } from './unit-state.js'

/** An open unit of work. Core functions take it first and never open one. */
export type Tx = EntityManager

export interface UnitOfWork {
  /**
   * Runs `work` in one transaction and commits it. On a clash with another writer the whole of it is run again in a
   * fresh transaction, up to five times: `work` must have no effects outside `tx`.
   *
   * @throws Error when called inside another unit; whatever `work` throws, after rolling back.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Runs `work` on committed data; it must not write. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

const tries = 5

/** Runs `hook` once `tx` has committed; never when it rolls back. The hook must not throw. */
export function afterCommit(tx: Tx, hook: () => void): void {
  const unit = unitOf(tx)
  if (!unit) throw new Error('afterCommit needs a unit of work opened by write()')
  unit.hooks.push(hook)
}

export function createUnitOfWork(database: Database): UnitOfWork {
  const open = new AsyncLocalStorage<{ active: boolean }>()
  // TypeORM has one connection on SQLite: concurrent transactions would fail or vanish with a stranger's rollback.
  const mutex = database.dialect === 'sqlite' ? new Mutex() : null
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => (mutex ? mutex.runExclusive(run) : run())

  const refuseNested = () => {
    if (open.getStore()?.active) throw new Error('a unit of work was opened inside another one')
  }

  async function once<T>(work: (tx: Tx) => Promise<T>): Promise<{ result: T; after: (() => void)[] }> {
    const after: (() => void)[] = []
    const scope = { active: true }
    try {
      const result = await open.run(scope, () =>
        database.writer.transaction(async (tx) => {
          const unit = openUnit(tx, after)
          try {
            const done = await work(tx)
            await settle(unit)
            return done
          } finally {
            closeUnit(tx)
          }
        }),
      )
      return { result, after }
    } finally {
      scope.active = false
    }
  }

  return {
    async write(work) {
      refuseNested()
      for (let attempt = 1; ; attempt++) {
        try {
          const { result, after } = await inTurn(() => once(work))
          for (const hook of after) hook()
          return result
        } catch (error) {
          if (attempt >= tries || !isClash(error)) throw error
          await pause(attempt * attempt * 5 * (0.5 + Math.random()))
        }
      }
    },
    async read(work) {
      refuseNested()
      return work(database.reader.manager)
    },
  }
}
