import type { MessageEvent } from '../../core/ports/inbound.js'
import { createFetching, type Fetching, type FetchingDeps, type Source } from './fetching.js'
import { keepTrying, patience } from './keeping.js'

/**
 * The paid conversation archive (会话内容存档) as a way in: what licensed colleagues and consenting customers write to
 * each other. Optional, and there is none by default: the vendor gives a native C library only, seats are paid for,
 * colleagues and customers have to consent, and newer companies read it inside the vendor's own enclave. Whoever has it
 * writes this interface around the library in a module of their own, see archive-module.ts; the events then go the way
 * of all messages.
 *
 * It is read when WeCom says that there is something (`msgaudit_notify`), at the start and once an hour, from where it last
 * ended; the vendor keeps messages for a few days only.
 *
 * @see https://developer.work.weixin.qq.com/document/path/91774
 */
export interface ConversationArchive {
  /**
   * @param after - the sequence of the last message that was taken; 0 in the beginning.
   * @returns messages in order with `internal` told by who sent them, and the sequence of the last one.
   */
  read(after: number): Promise<{ messages: MessageEvent[]; last: number }>
}

export interface ArchiveReaderDeps extends FetchingDeps {
  archive: ConversationArchive
  waits?: readonly number[]
}

/** The archive has one part. */
export const wholeArchive = 'all'

/** Reads the archive on. The place is kept after the messages are stored. */
export function createArchiveReader(deps: ArchiveReaderDeps): Fetching {
  const { archive, keys, scope } = deps
  const key = `wecom:${scope}:archive`
  const source: Source = {
    names: async () => [wholeArchive],
    async read(_name, sink, signal) {
      for (;;) {
        signal.throwIfAborted()
        const after = Number((await keys.get(key)) ?? 0)
        const { messages, last } = await archive.read(after)
        for (const message of messages) await keepTrying(sink, message, 0, deps.waits ?? patience.app)
        if (last <= after) return
        await keys.put(key, String(last), null)
      }
    },
  }
  return createFetching(source, { ...deps, scope: `${scope}:archive` })
}
