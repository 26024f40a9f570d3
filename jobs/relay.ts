import type { Core } from '../core/app.js'
import { claimOutbox, delayOutbox, finishAllOutbox } from '../core/changes/outbox.js'
import { isReadable, type Change } from '../core/changes/change.js'
import type { Tx } from '../core/db/unit-of-work.js'
import { faultPoint } from '../core/fault-points.js'
import { inLogContext } from '../core/log-context.js'
import type { JobLog } from './job-log.js'

export interface RelayDeps {
  core: Core
  consumer: string
  /** Reacts inside the unit that finishes the row: both are committed, or neither. */
  react: (tx: Tx, change: Change) => Promise<void>
  log: JobLog
}

const leaseMs = 30_000
const batch = 100

/** Carries committed changes to those who must react. At least once by the lease, once in effect by the same unit. */
export function createRelay({ core, consumer, react, log }: RelayDeps) {
  let stopped = false

  async function together(claimed: Change[], holder: string): Promise<void> {
    await core.write(async (tx) => {
      for (const change of claimed) {
        if (!isReadable(change)) throw new Error('the change cannot be read')
        await inLogContext({ changeId: change.id }, () => react(tx, change))
      }
      const ids = claimed.map((change) => change.id)
      if (!(await finishAllOutbox(tx, consumer, ids, holder))) throw new Error('the lease was lost')
      faultPoint('relay.before-commit')
    })
    faultPoint('relay.after-commit')
  }

  async function alone(change: Change, attempts: number, holder: string): Promise<void> {
    try {
      await together([change], holder)
    } catch (error) {
      log.error(
        { changeId: change.id, kind: change.kind, attempts, err: error },
        'a reaction failed, it is tried again',
      )
      const reason = error instanceof Error ? error.message : String(error)
      await core.write((tx) =>
        delayOutbox(tx, consumer, change.id, { now: core.clock.now(), attempts, error: reason, holder }),
      )
    }
  }

  return {
    /** Works until nothing is due, or it is stopped: then until the end of the batch. */
    async run(): Promise<void> {
      while (!stopped) {
        const holder = core.ids.next()
        const now = core.clock.now()
        const claimed = await core.write((tx) =>
          claimOutbox(tx, { consumer, holder, now, leaseMs, limit: batch }),
        )
        if (claimed.length === 0) return
        faultPoint('relay.after-claim')
        try {
          await together(
            claimed.map((entry) => entry.change),
            holder,
          )
        } catch {
          // One poisonous change must not hold up its neighbours: each gets a unit of its own.
          for (const { change, attempts } of claimed) await alone(change, attempts, holder)
        }
      }
    },
    /** Takes no further batch. */
    stop() {
      stopped = true
    },
  }
}
