import { setImmediate as breathe } from 'node:timers/promises'
import type { EntityManager } from 'typeorm'
import type { Subject } from '../changes/change.js'
import type { Calendar } from '../playbook/calendar.js'
import { withHolidays, type Holidays } from '../playbook/holidays.js'
import type { DeadlineKind } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import { DeadlineEntity } from './deadline.js'
import { createPlanning } from './planning.js'
import { addDays, addWorkingTime, isWorkday, localDay, workdayMs } from './working-time.js'

/** What another calendar, or other public holidays, would mean from now on. */
export interface CalendarPreview {
  /** The next five weeks, a day each: is it worked, and was it so before? */
  days: { day: string; isWorked: boolean; isChanged: boolean }[]
  /** When a working day that begins now is over. */
  workday: { before: Date; after: Date }
  /** Kinds of deadline that count working time; no other is touched. */
  kinds: DeadlineKind[]
  running: number
  /** Running deadlines whose next step would come at another time, should they be planned anew. */
  moved: number
  /** The first 50 of them, soonest first. */
  rows: { deadlineId: string; kind: DeadlineKind; subject: Subject; before: Date; after: Date }[]
}

export interface CalendarDraft {
  calendar?: Calendar
  holidays?: Holidays
}

const shownDays = 35
const shownRows = 50
const slice = 500

/** Looks ahead under calendars that are not in force yet. */
export function createCalendarPreviews(deps: { clock: Clock; playbook: Playbook; timeZone: string }) {
  const { clock, playbook, timeZone } = deps
  const planning = createPlanning({ playbook, timeZone })

  /** Reads in slices; writes nothing. */
  async function moves(tx: EntityManager, kind: DeadlineKind, by: Calendar) {
    const ladder = (await playbook.get(tx, 'ladders'))[kind]
    const rows: CalendarPreview['rows'] = []
    let running = 0
    for (let after = `${kind} `; ;) {
      const found = await tx
        .getRepository(DeadlineEntity)
        .createQueryBuilder('d')
        .where('d.openKey > :after AND d.openKey < :end', { after, end: `${kind}!` })
        .orderBy('d.openKey')
        .take(slice)
        .getMany()
      for (const deadline of found) {
        const now = deadline.steps[deadline.nextStep]
        if (!now) continue
        running += 1
        const next = (await planning.replanned(tx, deadline, ladder, by)).steps[deadline.nextStep]
        const subject = { type: deadline.subjectType, id: deadline.subjectId }
        const [was, will] = [new Date(now.at), new Date(next?.at ?? now.at)]
        if (was.getTime() !== will.getTime())
          rows.push({ deadlineId: deadline.id, kind, subject, before: was, after: will })
      }
      const last = found.at(-1)?.openKey
      if (found.length < slice || !last) return { running, rows }
      after = last
      // A long table on the embedded database would otherwise hold everybody up.
      await breathe()
    }
  }

  return {
    /** What a draft of the calendar or of the holidays would mean. */
    async preview(tx: EntityManager, draft: CalendarDraft): Promise<CalendarPreview> {
      const now = clock.now()
      const before = await planning.calendar(tx)
      const after = withHolidays(
        draft.calendar ?? (await playbook.get(tx, 'calendar')),
        draft.holidays ?? (await playbook.get(tx, 'holidays')),
      )
      const ladders = await playbook.get(tx, 'ladders')
      const kinds = (Object.keys(ladders) as DeadlineKind[]).filter(
        (kind) => ladders[kind].time === 'working',
      )
      const found = []
      for (const kind of kinds) found.push(await moves(tx, kind, after))
      const rows = found.flatMap((one) => one.rows).toSorted((a, b) => a.after.getTime() - b.after.getTime())
      const today = localDay(now, timeZone)
      const over = (calendar: Calendar) => addWorkingTime(now, workdayMs(calendar), calendar, timeZone)
      return {
        days: Array.from({ length: shownDays }, (_, n) => addDays(today, n)).map((day) => {
          const isWorked = isWorkday(day, after)
          return { day, isWorked, isChanged: isWorked !== isWorkday(day, before) }
        }),
        workday: { before: over(before), after: over(after) },
        kinds,
        running: found.reduce((sum, one) => sum + one.running, 0),
        moved: rows.length,
        rows: rows.slice(0, shownRows),
      }
    },
  }
}
