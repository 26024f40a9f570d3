import type { Core } from '../core/app.js'
import { faultPoint } from '../core/fault-points.js'
import type { InboxRow } from '../core/inbox/inbox.js'
import type { MessageEvent } from '../core/ports/inbound.js'
import { captureReading, readMessage, type MessageReading } from './capture.js'
import type { Plan } from './messages.js'

export interface CarrierDeps {
  core: Core
  /** Runs work on one event and sees to its failure; null when it failed. */
  guarded: <T>(row: InboxRow, work: () => Promise<T>) => Promise<{ value: T } | null>
}

interface Outsider {
  row: InboxRow
  event: MessageEvent
}

/** Carries out what events lead to, each with the end of its inbox row in the same unit of work. */
export function createCarrier({ core, guarded }: CarrierDeps) {
  async function carryOut(row: InboxRow, plan: Plan): Promise<void> {
    await core.write(async (tx) => {
      await plan(tx)
      if (!(await core.inbox.finish(tx, row.id))) throw new Error('finished by somebody else')
      faultPoint('pipeline.before-commit')
    })
    faultPoint('pipeline.after-commit')
  }

  async function together(all: { row: InboxRow; reading: MessageReading }[]): Promise<void> {
    await core.write(async (tx) => {
      const telling = all.filter(({ reading }) => reading.isLead || reading.tells)
      await core.intake.expect(
        tx,
        telling.map(({ reading }) => reading.interest),
      )
      for (const { reading } of telling) await captureReading(core, tx, reading)
      const ids = all.map(({ row }) => row.id)
      if (!(await core.inbox.finishAll(tx, ids))) throw new Error('finished by somebody else')
      faultPoint('pipeline.before-commit')
    })
    faultPoint('pipeline.after-commit')
  }

  /** Reads words; what cannot be read fails by itself. */
  async function read(events: readonly Outsider[], turn: Turn) {
    const rules = await core.read((tx) => core.playbook.get(tx, 'capture'))
    const readings: { row: InboxRow; reading: MessageReading }[] = []
    for (const { row, event } of events) {
      const found = await guarded(row, async () => readMessage(core, event, rules))
      if (found) readings.push({ row, reading: found.value })
      else turn.fail(row)
    }
    return readings
  }

  return {
    carryOut,

    /**
     * Takes in the words of outsiders: in one unit, or one by one when that fails, so that none shares the fate of
     * another.
     */
    async takeInAll(events: readonly Outsider[], turn: Turn): Promise<void> {
      const readings = await read(
        events.filter(({ row }) => turn.mayRun(row)),
        turn,
      )
      if (readings.length === 0) return
      try {
        await together(readings)
      } catch {
        for (const one of readings)
          if (turn.mayRun(one.row) && !(await guarded(one.row, () => together([one])))) turn.fail(one.row)
      }
    },
  }
}

/** Whether it is an event's turn: not while an earlier one of its sender is open. */
export interface Turn {
  mayRun: (row: InboxRow) => boolean
  /** The event failed: what its sender said later waits. */
  fail: (row: InboxRow) => void
}

/** Which events come from accounts that are bound to a colleague, whatever the platform says of them. */
export async function fromColleagues(core: Core, events: readonly MessageEvent[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const [platform, some] of Map.groupBy(events, (event) => event.platform)) {
    const accounts = [...new Set(some.map(({ sender }) => sender.externalId))]
    const bound = await core.read((tx) => core.org.boundAmong(tx, platform, accounts))
    for (const { eventId, sender } of some) if (bound.has(sender.externalId)) found.add(eventId)
  }
  return found
}
