/** Work that is due now. Rows hold the truth; a lost push is found again by a sweep. */
export type WorkKind = 'relay' | 'deliveries' | 'deadlines' | 'inbox'

export interface Queue {
  /** Says that there is work of this kind. Cheap; may be called inside a busy loop. */
  push(kind: WorkKind): void
  handle(kind: WorkKind, run: () => Promise<void>): void
}
