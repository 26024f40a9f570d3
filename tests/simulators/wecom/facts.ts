/**
 * What is known of WeCom from memory or told in two ways. Each is a switch, so that the product is tested with both:
 * a mistake of ours in the adapter and here cannot agree with itself.
 */
export interface Facts {
  /** A callback that is answered with an error status is repeated; else only silence is. */
  repeatsOnErrorStatus: boolean
  /** A card of any kind may become a card of any other kind; else an update keeps the kind. */
  updateChangesKind: boolean
  /** Cards without a menu have their task ids checked for repeats, too. */
  noticeTaskIdsUnique: boolean
  /** How long a message may be taken back. */
  recallMs: number
  /** A click may be answered with a text message. */
  textAnswersClick: boolean
  /** Members' names are told to the app. */
  tellsNames: boolean
  /** Words to a customer: within this time of their last words, and at most so many. */
  customerWindowMs: number
  customerReplies: number
  /** Text messages in bytes; longer ones are refused (else cut). */
  refusesLongText: boolean
  /** The check for duplicates compares with all that was sent; else only with what was sent with the check. */
  checkComparesAll: boolean
  /** The AI bot is told encrypted ids of members, as one that no super admin made. */
  botTellsOpenIds: boolean
}

export const facts: Facts = {
  repeatsOnErrorStatus: true,
  updateChangesKind: true,
  noticeTaskIdsUnique: true,
  recallMs: 24 * 3_600_000,
  textAnswersClick: true,
  tellsNames: true,
  customerWindowMs: 48 * 3_600_000,
  customerReplies: 5,
  refusesLongText: false,
  checkComparesAll: true,
  botTellsOpenIds: false,
}
