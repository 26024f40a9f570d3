import type { Duty } from '../playbook/duty.js'
import { addDays, toLocal, weekday } from './working-time.js'

/**
 * Who is on duty by a list at an instant: ids in the list's order, empty when nobody is. A day of its own arrangement
 * outranks the weekly turns; a turn over midnight belongs to the day on which it begins.
 *
 * @param listId - the first list when it is not named.
 */
export function onDuty(duty: Duty, listId: string | null, now: Date, timeZone: string): string[] {
  const list = listId === null ? duty.lists[0] : duty.lists.find(({ id }) => id === listId)
  if (!list) return []
  const local = toLocal(now, timeZone)
  const [today, time] = [local.slice(0, 10), local.slice(11, 16)]
  const special = list.days.find(({ day }) => day === today)
  if (special) return special.people
  const yesterday = weekday(addDays(today, -1))
  const onNow = list.turns.filter(({ weekdays, from, to }) => {
    if (from < to) return weekdays.includes(weekday(today)) && from <= time && time < to
    return (weekdays.includes(weekday(today)) && time >= from) || (weekdays.includes(yesterday) && time < to)
  })
  return [...new Set(onNow.flatMap(({ people }) => people))]
}
