import type { LeaveEffect } from '../core/deadlines/leave-view.js'
import type { LeaveDays } from '../core/deadlines/leaves.js'
import { addDays, toLocal } from '../core/deadlines/working-time.js'
import { findTimes } from '../core/understanding/times.js'
import { dateName } from './format.js'

/** Noon parts the halves of a day. */
const noon = '12:00:00'
/** 周三中午 as the end of several days: the afternoon is worked. */
const afterLunch = '14:00:00'

/**
 * The days that somebody asks for: 明天, 周五下午, 下周一到周三. A part of a half takes the whole half.
 *
 * @returns null when no day is named, several are that do not follow each other, or the end is left open.
 */
export function readLeave(text: string, now: Date, timeZone: string): LeaveDays | null {
  const [hit, another] = findTimes(text, toLocal(now, timeZone))
  if (!hit?.at || !hit.until || another) return null
  if (!['date', 'datetime', 'range'].includes(hit.kind)) return null
  const [from, fromTime] = [hit.at.slice(0, 10), hit.at.slice(11)]
  const [until, untilTime] = [hit.until.slice(0, 10), hit.until.slice(11)]
  const endsAtMidnight = untilTime === '00:00:00'
  // The end is the first instant that is worked again: at midnight the day before it was the last.
  const to = endsAtMidnight ? addDays(until, -1) : until
  const endsAtNoon = !endsAtMidnight && (untilTime <= noon || (untilTime <= afterLunch && from !== to))
  return {
    from,
    ...(fromTime >= noon ? { fromHalf: 'pm' as const } : {}),
    to,
    ...(endsAtNoon ? { toHalf: 'am' as const } : {}),
  }
}

/** `11月30日 周一 至 12月2日 周三上午`. */
export function leaveName({ from, fromHalf, to, toHalf }: LeaveDays, today: string): string {
  const [first, last] = [dateName(from, today), dateName(to, today)]
  if (from === to) return `${first}${fromHalf ? '下午' : toHalf ? '上午' : '，全天'}`
  return `${first}${fromHalf ? '下午' : ''} 至 ${last}${toHalf ? '上午' : ''}`
}

/** What happens to what waits for the person, a sentence each. */
export function leaveEffects({ waiting, manager }: LeaveEffect): string[] {
  const who = manager ? `主管${manager.name}` : '主管'
  const said: Record<string, (n: number) => string> = {
    'lead.accept': (n) => `你的 ${n} 条待接线索会转给${who}`,
    'lead.dispatch': (n) => `等你指派的 ${n} 条线索会请上一级处理`,
    'lead.view': (n) => `你还没查看的 ${n} 条线索会收回重新分配`,
  }
  return waiting.flatMap(({ kind, n }) => said[kind]?.(n) ?? [])
}
