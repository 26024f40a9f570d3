import type { Core } from '../core/app.js'
import { BatchDisturbed } from '../core/deadlines/firing.js'
import { faultPoint } from '../core/fault-points.js'
import type { JobLog } from './job-log.js'

/** How often the runner looks at the table when nothing wakes it: a bound on lateness whatever else fails. */
const longestSleepMs = 1000
/**
 * How long one unit may take: on the embedded database everybody else's writes, taps among them, stand behind it. The
 * number of steps in a unit follows what they cost.
 */
const unitMs = 40
const largestBatch = 200
/** On a slow disk the commit is what costs: fewer in a unit would make it worse. */
const smallestBatch = 20

/**
 * So many steps are noted before each is tried, by a process that has just begun: what ended the one before it, and the
 * one before that, is among the first that are due, and is parked after some times.
 */
const carefulFor = 20

/** Fires what is due. Sleeps until the next due row; a started deadline or a pushed clock wakes it. */
export function createDeadlineRunner({ core, wake, log }: { core: Core; wake: () => void; log: JobLog }) {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let batch = smallestBatch
  let careful = carefulFor

  /** One step in a unit of its own. A failure is noted: the next try comes after a while, the last one parks it. */
  async function fireOne(id: string, now: Date): Promise<boolean> {
    try {
      const fired = await core.write((tx) => core.deadlines.fire(tx, id, now))
      if (fired) faultPoint('deadline.after-commit')
      return fired
    } catch (error) {
      // The step was rolled back with its effect. Noting it may fail as well: then the whole look ends here.
      const next = await core.write((tx) => core.deadlines.failed(tx, id, error))
      if (next === 'again')
        log.warn({ deadlineId: id, err: error }, 'a deadline step failed, it is tried again')
      if (next === 'stuck')
        log.error({ deadlineId: id, err: error }, 'a deadline step failed too often: stuck')
      return next !== 'gone'
    }
  }

  /** As `fireOne`, with a note of it that outlives the process. */
  async function fireCarefully(id: string, now: Date): Promise<boolean> {
    careful -= 1
    const may = await core.write((tx) => core.deadlines.begin(tx, id, now))
    if (may === 'stuck') log.error({ deadlineId: id }, 'a deadline step ended too many processes: stuck')
    return may === 'go' ? fireOne(id, now) : may === 'stuck'
  }

  async function oneByOne(ids: string[], fire: (id: string) => Promise<boolean>): Promise<boolean> {
    let isMoved = false
    for (const id of ids) isMoved = (await fire(id)) || isMoved
    return isMoved
  }

  /** Many steps in one unit; one by one when a step fails or somebody else moved one, so that none holds others up. */
  async function fireAll(ids: string[], now: Date): Promise<boolean> {
    if (careful > 0) return oneByOne(ids.slice(0, careful), (id) => fireCarefully(id, now))
    const startedAt = performance.now()
    try {
      const fired = await core.write((tx) => core.deadlines.fireBatch(tx, ids, now))
      faultPoint('deadline.after-commit')
      const tookMs = Math.max(1, performance.now() - startedAt)
      const fitting = Math.floor((fired * unitMs) / tookMs)
      if (fired > 0) batch = Math.max(smallestBatch, Math.min(largestBatch, fitting, batch * 2))
      return fired > 0
    } catch (error) {
      if (!(error instanceof BatchDisturbed))
        log.warn({ deadlines: ids.length, err: error }, 'steps failed together, each is tried by itself')
      return oneByOne(ids, (id) => fireOne(id, now))
    }
  }

  /** Somebody's leave has begun: what waits for them goes on without them. */
  async function beginLeaves(now: Date): Promise<void> {
    for (const id of await core.read((tx) => core.deadlines.leaves.beginning(tx, now)))
      await core.write((tx) => core.deadlines.leaves.begin(tx, id, now))
  }

  function sleepUntil(next: Date | null): void {
    clearTimeout(timer)
    if (stopped) return
    const ms = next ? next.getTime() - core.clock.now().getTime() : longestSleepMs
    timer = setTimeout(wake, Math.min(longestSleepMs, Math.max(5, ms)))
  }

  return {
    /** Fires until nothing is due, then sets the alarm. */
    async run(): Promise<void> {
      try {
        await beginLeaves(core.clock.now())
        while (!stopped) {
          const now = core.clock.now()
          const due = await core.read((tx) => core.deadlines.due(tx, now, batch))
          // Nothing moved though something is due: somebody else has it, or it can't be moved. The next look is soon.
          if (due.length === 0 || !(await fireAll(due, now))) break
        }
        sleepUntil(await core.read((tx) => core.deadlines.nextAt(tx)))
      } catch (error) {
        // The database is away: nothing was lost, the next look is soon.
        sleepUntil(null)
        throw error
      }
    },
    /** The process that did this before may have ended by it: the next steps are begun with care. */
    beCareful() {
      careful = carefulFor
    },
    /** A deadline was started: it may be sooner than the alarm. */
    wakeEarlier: () => wake(),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
