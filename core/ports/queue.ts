/** Work that is due now. Rows hold the truth; a lost push is found again by a sweep. */
export type WorkKind = 'relay' | 'deliveries' | 'deadlines' | 'inbox' | 'notes' | 'directory' | 'leavers'

export interface Queue {
  /** Says that there is work of this kind, for whichever process is free. Cheap; may be called inside a busy loop. */
  push(kind: WorkKind): void
  /** The same for this process alone: a sweep, or work that it holds the leases of. */
  pushHere(kind: WorkKind): void
  /** This process does this kind of work from now on: one run at a time. */
  handle(kind: WorkKind, run: () => Promise<void>): void
  /** Resolves when nothing runs here and nothing was pushed meanwhile. False when there was nothing to wait for. */
  idle(): Promise<boolean>
  /** Whether pushes reach other processes; `off` where there are none. */
  state(): 'off' | 'ok' | 'away'
  /** Takes no more work; resolves when what runs is done. */
  close(): Promise<void>
}
