import type { Tx, UnitOfWork } from './unit-of-work.js'

/** A transaction of this many small units still ends within some tens of milliseconds: others wait for it. */
const mostPerTransaction = 25

interface Waiting {
  /** Does the work and hands back what tells its caller. */
  run: (tx: Tx) => Promise<() => void>
  reject: (error: unknown) => void
}

export type ShareWrite = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

/**
 * Small units that come while another is under way share the next transaction, in the order in which they came: one
 * flush to disk for all of them. When one of them fails, each is done again by itself and fails or succeeds alone.
 *
 * @returns a function that promises what `UnitOfWork.write` promises.
 */
export function shareWrites({ write }: Pick<UnitOfWork, 'write'>): ShareWrite {
  const waiting: Waiting[] = []
  let flushing = false

  async function together(batch: Waiting[]): Promise<void> {
    try {
      const tellings = await write(async (tx) => {
        const done: (() => void)[] = []
        for (const { run } of batch) done.push(await run(tx))
        return done
      })
      for (const tell of tellings) tell()
    } catch (error) {
      const [first, second] = batch
      if (first && !second) first.reject(error)
      else for (const entry of batch) await together([entry])
    }
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) await together(waiting.splice(0, mostPerTransaction))
    flushing = false
  }

  return (work) =>
    new Promise((resolve, reject) => {
      const run = async (tx: Tx) => {
        const result = await work(tx)
        return () => resolve(result)
      }
      waiting.push({ run, reject })
      if (flushing) return
      flushing = true
      // A turn of the loop lets those gather that are ready at the same time.
      setImmediate(() => void flush())
    })
}
