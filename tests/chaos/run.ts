import { setTimeout as pause } from 'node:timers/promises'
import { createAdjustableClock, stopwatch, systemClock } from '../../core/ports/clock.js'
import { createCallbacks } from './callbacks.js'
import { checkEvents } from './check-events.js'
import { checkLeads } from './check-leads.js'
import { checkMessages, countUnknown } from './check-messages.js'
import { startDouble } from './double.js'
import { createFaults } from './faults.js'
import { startFleet, type Fleet } from './fleet.js'
import { countAcked, emptyLedger } from './ledger.js'
import { createPeople } from './people.js'
import { makePlan, type Plan } from './plan.js'
import { aheadToWorkingMorning, makeStage } from './stage.js'
import { broken, type Violation } from './violation.js'

export interface ChaosOptions {
  seed: number
  seconds: number
  db: 'sqlite' | 'mysql'
  processes: 1 | 3
  /** Events a second; default 12. */
  perSecond?: number
  /** Says what happens, a line at a time. */
  say?: (line: string) => void
}

export interface ChaosResult {
  events: number
  kills: number
  restarts: number
  /** Named points at which a process really died. */
  points: string[]
  messages: number
  /** Those of which nobody knows whether they arrived. */
  unknown: number
  violations: Violation[]
  /** What the processes logged: for whoever looks for the cause. */
  output: string
}

const settleMs = 240_000
/** The longest back-off: after a jump of this length everything that waits is due. */
const longestBackoffMs = 13 * 60_000

/** Drives real processes through a seeded storm, lets them settle and looks whether anything was lost or doubled. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, seconds, db, processes, perSecond = 12, say = () => undefined } = options
  const plan = makePlan({ seed, seconds, db, processes, perSecond })
  const ahead = aheadToWorkingMorning(systemClock.now())
  const stage = await makeStage({ db, processes, offsetMs: ahead })
  const double = await startDouble(seed)
  const fleet = startFleet({
    folder: stage.folder,
    double: double.origin,
    env: stage.env,
    clockOffsetMs: ahead,
  })
  try {
    const ledger = emptyLedger()
    const callbacks = createCallbacks(seed, fleet.origins, double)
    const clock = { now: () => createAdjustableClock(fleet.clockOffsetMs()).now() }
    const people = createPeople({ double, callbacks, ledger, origins: fleet.origins, clock })
    const faults = createFaults({ stage, fleet, say })
    await until(60_000, 'the processes listen', async () => fleet.origins().length === stage.env.length)
    await play(plan, people.act, faults.strike)
    say('the storm is over')
    await faults.end()
    double.calmDown()
    await fleet.disarm()
    await within(settleMs, 'everything is taken', people.allTold())
    await settle(fleet, say)
    const unclean = await fleet.stop()
    const { violations, unknown } = await stage.look(fleet.clockOffsetMs(), async (core) => ({
      violations: [
        ...(await checkEvents(core, ledger)),
        ...(await checkLeads(core)),
        ...(await checkMessages(core, double, fleet.counts.kills)),
      ],
      unknown: await countUnknown(core),
    }))
    say(`the platforms: ${JSON.stringify(double.calls)}`)
    return {
      events: countAcked(ledger),
      kills: fleet.counts.kills,
      restarts: fleet.counts.restarts,
      points: [...fleet.counts.diedAtPoint.keys()],
      messages: double.shown.size,
      unknown,
      violations: [
        ...violations,
        ...unclean.map((how) => broken('a process did not end in good order', how)),
      ],
      output: fleet.output(),
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${fleet.output().slice(-8000)}`, { cause: error })
  } finally {
    await fleet.stop()
    await double.stop()
    await stage.clear()
  }
}

async function play(
  plan: Plan,
  act: (deed: Plan['deeds'][number]['deed']) => void,
  strike: Strike,
): Promise<void> {
  const startedAt = stopwatch()
  const line = [
    ...plan.deeds.map(({ atMs, deed }) => ({ atMs, happen: () => act(deed) })),
    ...plan.faults.map(({ atMs, fault }) => ({ atMs, happen: () => strike(fault) })),
  ].sort((a, b) => a.atMs - b.atMs)
  for (const { atMs, happen } of line) {
    const wait = atMs - (stopwatch() - startedAt)
    if (wait > 0) await pause(wait)
    happen()
  }
}

type Strike = (fault: Plan['faults'][number]['fault']) => void

/**
 * Waits until nobody has anything to do any more, twice in a row. Time is pushed past every lease and back-off only
 * when nothing moves by itself: a push while calls are under way would end their leases, and make work. A push also moves
 * the runner's lease on to another process, which takes seconds: while steps are due, it is waited for.
 */
async function settle(fleet: Fleet, say: (line: string) => void): Promise<void> {
  let quiet = 0
  let left: number | null = null
  await until(settleMs, 'everything has settled', async () => {
    const before: number | null = left
    left = await fleet.unfinished()
    const due = await fleet.due()
    const isMoving = due !== 0 || (left !== null && before !== null && left < before)
    if (!isMoving && left !== 0) await fleet.jumpClock(longestBackoffMs)
    say(`settling: ${left ?? 'nobody can tell how much'} left, ${due ?? 'nobody can tell how many'} due`)
    quiet = left === 0 && due === 0 ? quiet + 1 : 0
    return quiet >= 2
  }).catch((error: unknown) => {
    // The checks will say what is left, each with its id.
    say(String(error))
  })
}

async function until(ms: number, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const startedAt = stopwatch()
  while (!(await isSo())) {
    if (stopwatch() - startedAt > ms) throw new Error(`not within ${ms} ms: ${what}`)
    await pause(250)
  }
}

async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const ending = new AbortController()
  const late = pause(ms, null, { signal: ending.signal }).then(() => {
    throw new Error(`not within ${ms} ms: ${what}`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    ending.abort()
  }
}
