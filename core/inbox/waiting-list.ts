/** Said to a caller whose event was not taken: whoever sent it shall send it again. `status` is for HTTP. */
export class InboxFullError extends Error {
  readonly status = 503
  readonly retryAfterSeconds = 5
  constructor() {
    super('too many events wait to be stored')
    this.name = 'InboxFullError'
  }
}

export interface Waiting<Entry, Answer> {
  entry: Entry
  bytes: number
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

export interface Bounds {
  /** Of the whole list: beyond it nothing is taken. */
  mostEntries: number
  mostBytes: number
  /** Of one batch. */
  batchEntries: number
  batchBytes: number
}

/**
 * What arrives while a commit is under way waits here and shares the next one. The list is bounded: a flood fills the
 * platform's queue of redeliveries and not this process's memory.
 *
 * @param store - stores a batch and answers in its order.
 */
export function createWaitingList<Entry, Answer>(
  store: (entries: Entry[]) => Promise<Answer[]>,
  { mostEntries, mostBytes, batchEntries, batchBytes }: Bounds,
) {
  const waiting: Waiting<Entry, Answer>[] = []
  let bytes = 0
  let flushing = false

  function nextBatch(): Waiting<Entry, Answer>[] {
    let size = 0
    let count = 0
    for (const { bytes: own } of waiting) {
      if (count > 0 && (count >= batchEntries || size + own > batchBytes)) break
      count += 1
      size += own
    }
    return waiting.splice(0, count)
  }

  async function settle(batch: Waiting<Entry, Answer>[]): Promise<void> {
    const answers = await store(batch.map(({ entry }) => entry))
    for (const [index, one] of batch.entries()) {
      const answer = answers[index]
      if (answer === undefined) one.reject(new Error('an entry was not answered'))
      else one.resolve(answer)
    }
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = nextBatch()
      await settle(batch).catch(async (error: unknown) => {
        if (batch.length === 1) batch[0]?.reject(error)
        // One that cannot be stored must not cost its neighbours: each is stored by itself.
        else for (const one of batch) await settle([one]).catch(one.reject)
      })
      for (const one of batch) bytes -= one.bytes
    }
    flushing = false
  }

  return {
    /** Rejects with `InboxFullError` when the list is full. */
    add(entry: Entry, size: number): Promise<Answer> {
      // One that is larger than all bounds is still taken when nothing waits: its size is the channel's business.
      if (waiting.length >= mostEntries || (waiting.length > 0 && bytes + size > mostBytes))
        return Promise.reject(new InboxFullError())
      return new Promise((resolve, reject) => {
        waiting.push({ entry, bytes: size, resolve, reject })
        bytes += size
        if (flushing) return
        flushing = true
        // A turn of the loop lets a burst gather.
        setImmediate(() => void flush())
      })
    },
    isFull: () => waiting.length >= mostEntries || bytes >= mostBytes,
    size: () => ({ entries: waiting.length, bytes }),
  }
}
