import type { SqlValue } from '../db/sql.js'
import type { Delivery } from './delivery.js'

type Given = Pick<
  Delivery,
  | 'id'
  | 'card'
  | 'subjectType'
  | 'subjectId'
  | 'params'
  | 'lane'
  | 'level'
  | 'dedupeKey'
  | 'queuedAt'
  | 'workAt'
> &
  Partial<Delivery>

/** A new row of the ledger as plain columns; what is not given is empty. */
export function newRow({ params, dedupeKey, ...given }: Given): Record<string, SqlValue> {
  return {
    personId: null,
    chatId: null,
    channel: 'messenger',
    parentId: null,
    causeId: null,
    platform: null,
    provider: null,
    platformMessageId: null,
    state: 'queued',
    handedAt: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    actedAt: null,
    repeated: false,
    foldedInto: null,
    waitingFor: null,
    wantedRev: 1,
    shownRev: 0,
    attempts: 0,
    leaseHolder: null,
    leaseUntil: null,
    pollAt: null,
    polls: 0,
    failure: null,
    ...given,
    params: JSON.stringify(params),
    dedupeKey: dedupeKey.slice(0, 120),
  }
}
