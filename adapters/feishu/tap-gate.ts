/** Taps whose answer is still on its way, by the message that was tapped. */
export interface TapGate {
  /** @returns to be called when the answer has left. */
  enter(messageId: string): () => void
  /** Resolves when no answer for this message is on its way any more, after 3 s at the latest. */
  passed(messageId: string): Promise<void>
}

/** The platform gives up waiting for an answer after this. */
const longestMs = 3000

/**
 * Holds updates of a card back while a tap on it is being answered: the platform takes an update that comes before
 * the answer back. It works inside one process; the answer carries today's card, so an update from another process
 * shows the same state.
 *
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/handle-card-callbacks (update after the answer)
 */
export function createTapGate(pause: (ms: number) => Promise<void>): TapGate {
  const open = new Map<string, Set<Promise<void>>>()
  return {
    enter(messageId) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const those = open.get(messageId) ?? new Set()
      open.set(messageId, those.add(promise))
      return () => {
        resolve()
        those.delete(promise)
        if (those.size === 0) open.delete(messageId)
      }
    },
    async passed(messageId) {
      const those = open.get(messageId)
      if (those) await Promise.race([Promise.all(those), pause(longestMs)])
    },
  }
}
