import type { CardKind } from '../cards/card-kind.js'

/** Something a colleague can say to the bot that is answered by a card. A new one is a file here and a line in `index.ts`. */
export interface Command {
  /** Shown by 帮助: what to write, and what comes of it. */
  usage: string
  about: string
  /** Matched against the whole message, trimmed. Named groups become the card's params. */
  pattern: RegExp
  /** Puts what depends on the moment of asking (明天) into the params: the card is drawn again later. */
  settle?: (params: Record<string, string>, at: { now: Date; timeZone: string }) => Record<string, string>
  answer: CardKind
}
