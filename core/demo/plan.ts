import { addDays, fromLocal, isWorkday, localDay } from '../deadlines/working-time.js'
import type { Calendar } from '../playbook/calendar.js'
import type { Chance } from './random.js'

export type Planner = ReturnType<typeof createPlanner>

/** Days and times of the demo's stories, seen from `now`. */
export function createPlanner(settings: { now: Date; timeZone: string; calendar: Calendar; chance: Chance }) {
  const { now, timeZone, calendar, chance } = settings
  const today = localDay(now, timeZone)

  /** The working day that many days ago, or the one before it. */
  function dayAgo(daysAgo: number): string {
    let day = addDays(today, -daysAgo)
    while (daysAgo > 0 && !isWorkday(day, calendar)) day = addDays(day, -1)
    return day
  }

  return {
    minutesAgo: (minutes: number): Date => new Date(now.getTime() - minutes * 60_000),

    /** Local day `days` from today; today itself when that is 0. */
    dayFromToday: (days: number): string => addDays(today, days),

    localDay: (at: Date): string => localDay(at, timeZone),

    /** Some time in the working hours of the day that many days ago. */
    during(daysAgo: number): Date {
      const hour = chance.pick([9, 10, 10, 11, 14, 15, 16, 17])
      const minute = String(chance.between(2, 58)).padStart(2, '0')
      return fromLocal(`${dayAgo(daysAgo)}T${String(hour).padStart(2, '0')}:${minute}:00`, timeZone)
    },

    /**
     * Days ago of `count` contacts between a lead's beginning and its last contact, roughly evenly spread.
     *
     * @param last - days ago of the last one.
     */
    spread(count: number, daysAgo: number, last: number): number[] {
      const step = (daysAgo - last) / Math.max(1, count)
      return Array.from({ length: count }, (_, at) => Math.round(daysAgo - step * (at + 1)))
    },
  }
}
