import { localDay, toLocal, addDays, weekday } from '../core/deadlines/working-time.js'
import { findPhones, maskPhone } from '../core/understanding/phones.js'

/** How values are shown to people. Pure; local time of the organisation. */

/** 20 万元, 1.5 万元, 8,000 元; two ends as 10–15 万元. */
export function money(minCents: number | null, maxCents: number | null = minCents): string {
  const [min, max] = [minCents ?? maxCents, maxCents ?? minCents]
  if (min === null || max === null) return ''
  if (min === max) return yuan(max)
  return min >= 1_000_000 && max >= 1_000_000 ? `${wan(min)}–${wan(max)} 万元` : `${yuan(min)}–${yuan(max)}`
}

const yuan = (cents: number): string =>
  Math.abs(cents) >= 1_000_000
    ? `${wan(cents)} 万元`
    : `${(cents / 100).toLocaleString('zh-CN', { maximumFractionDigits: 2 })} 元`
const wan = (cents: number): string =>
  (cents / 1_000_000).toLocaleString('zh-CN', { maximumFractionDigits: 2 })

const weekdays = ['', '周一', '周二', '周三', '周四', '周五', '周六', '周日']

/** 今天 15:00, 明天 09:30, 3月18日 周三 15:00; without a clock time where only the day counts. */
export function when(
  at: Date,
  now: Date,
  timeZone: string,
  { allDay = false }: { allDay?: boolean } = {},
): string {
  const local = toLocal(at, timeZone)
  const day = dayName(local.slice(0, 10), localDay(now, timeZone))
  return allDay ? day : `${day} ${local.slice(11, 16)}`
}

export function dayName(day: string, today: string): string {
  const near: Record<string, string> = {
    [addDays(today, -1)]: '昨天',
    [today]: '今天',
    [addDays(today, 1)]: '明天',
    [addDays(today, 2)]: '后天',
  }
  return near[day] ?? dateName(day, today)
}

/** 3月18日 周三; with the year where it is another one. What stays on a card must be true tomorrow as well. */
export function dateName(day: string, today: string): string {
  const [year, month, date] = day.split('-').map(Number)
  const plain = `${month}月${date}日 ${weekdays[weekday(day)]}`
  return String(year) === today.slice(0, 4) ? plain : `${year}年${plain}`
}

/** A local value as it was understood, by its date: a day, an instant, a range. */
export function localValue(value: string, now: Date, timeZone: string): string {
  const today = localDay(now, timeZone)
  const one = (point: string): string =>
    point.length > 10
      ? `${dateName(point.slice(0, 10), today)} ${point.slice(11, 16)}`
      : dateName(point, today)
  const [from = '', to] = value.split('/')
  if (to === undefined) return one(from)
  if (from === '..') return `${one(to)}前`
  if (to === '..') return `${one(from)}起`
  const last = to.length === 10 ? addDays(to, -1) : to
  return last === from ? one(from) : `${one(from)} 至 ${one(last)}`
}

/** 3 分 18 秒, 2 小时 5 分, 1 天 3 小时, 3 天. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const [minutes, hours, days] = [
    Math.floor(seconds / 60),
    Math.floor(seconds / 3600),
    Math.floor(seconds / 86_400),
  ]
  if (days >= 2 || (days === 1 && hours === 24)) return `${days} 天`
  if (days === 1) return `1 天 ${hours - 24} 小时`
  if (hours > 0) return minutes % 60 ? `${hours} 小时 ${minutes % 60} 分` : `${hours} 小时`
  if (minutes > 0) return seconds % 60 ? `${minutes} 分 ${seconds % 60} 秒` : `${minutes} 分钟`
  return `${seconds} 秒`
}

/** How long ago something was: 刚刚, 5 分钟前, 3 天前. */
export function ago(ms: number): string {
  return ms < 60_000 ? '刚刚' : `${duration(wholeMinutes(ms))}前`
}

/** Seconds are noise where one waits for long: whole minutes, at least one. */
export const wholeMinutes = (ms: number): number => Math.max(60_000, Math.floor(ms / 60_000) * 60_000)

export const clockTime = (at: Date, timeZone: string): string => toLocal(at, timeZone).slice(11, 16)

/** Cards are kept on other companies' servers: numbers stand whole on the record's page only. */
export const phone = (value: string | null): string => (value === null ? '' : maskPhone(value))

/** A text with every phone number in it masked. */
export function maskPhones(text: string): string {
  let masked = text
  for (const hit of findPhones(text).reverse())
    masked = masked.slice(0, hit.start) + maskPhone(hit.value) + masked.slice(hit.end)
  return masked
}

/** The first words of a text on one line, numbers masked. */
export function excerpt(text: string, most: number): string {
  const line = maskPhones(text).replace(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** What a lead is called: company and name, as far as they are known. */
export const leadName = (lead: { name: string; company: string }): string =>
  [lead.company, lead.name].filter(Boolean).join(' · ') || '未留名客户'
