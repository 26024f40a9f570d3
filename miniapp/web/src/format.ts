import { texts } from './texts.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** 1234500 cents → `¥12,345`; from ten thousand yuan on `¥1.23万`. */
export function money(cents: number): string {
  const yuan = cents / 100
  if (Math.abs(yuan) >= 1e8) return `¥${short(yuan / 1e8)}亿`
  if (Math.abs(yuan) >= 1e4) return `¥${short(yuan / 1e4)}万`
  return `¥${yuan.toLocaleString('zh-CN', { maximumFractionDigits: 2 })}`
}

/** `¥15万`, `¥10万–20万`; null when nothing is known. */
export function budget(minCents: number | null, maxCents: number | null): string | null {
  if (minCents === null && maxCents === null) return null
  if (minCents === null) return texts.format.atMost(money(maxCents ?? 0))
  if (maxCents === null) return texts.format.atLeast(money(minCents))
  return minCents === maxCents ? money(minCents) : `${money(minCents)}–${money(maxCents).slice(1)}`
}

/** What a person types for an amount, in yuan: `12万`, `12.5w`, `120,000`. Null when it is no amount; cents. */
export function readAmount(text: string): number | null {
  const match = /^[¥￥]?\s*([\d,，]+(?:\.\d+)?)\s*(万|w|W|亿|千|k|K)?\s*元?$/.exec(text.trim())
  if (!match?.[1]) return null
  const unit = { 万: 1e4, w: 1e4, 亿: 1e8, 千: 1e3, k: 1e3 }[match[2]?.toLowerCase() ?? ''] ?? 1
  const cents = Math.round(Number(match[1].replace(/[,，]/g, '')) * unit * 100)
  return Number.isSafeInteger(cents) ? cents : null
}

/** `刚刚`, `12 分钟前`, `3 小时前`, `昨天 15:04`, `3月2日`. */
export function ago(iso: string, now: number, timeZone: string): string {
  const at = Date.parse(iso)
  const passed = now - at
  if (passed < minute) return texts.format.justNow
  if (passed < hour) return texts.format.minutesAgo(Math.floor(passed / minute))
  if (localDay(at, timeZone) === localDay(now, timeZone))
    return texts.format.hoursAgo(Math.floor(passed / hour))
  return moment(iso, now, timeZone)
}

/** `今天 15:04`, `明天 09:00`, `周三 10:30` within six days ahead, `3月18日 15:04`, `2025年3月18日`. */
export function moment(iso: string, now: number, timeZone: string, { dayOnly = false } = {}): string {
  const at = Date.parse(iso)
  const local = parts(at, timeZone)
  const time = dayOnly ? '' : ` ${local.time}`
  const days = daysBetween(localDay(now, timeZone), localDay(at, timeZone))
  const near = texts.format.nearDays[days]
  if (near) return near + time
  if (days > 2 && days < 7)
    return texts.format.weekdays[new Date(`${localDay(at, timeZone)}T00:00Z`).getUTCDay()] + time
  const sameYear = localDay(now, timeZone).slice(0, 4) === local.year
  const date = `${sameYear ? '' : `${local.year}年`}${Number(local.month)}月${Number(local.day)}日`
  return sameYear ? date + time : date
}

/** A local day `YYYY-MM-DD` as people write it. */
export function dayText(value: string, now: number, timeZone: string): string {
  const days = daysBetween(localDay(now, timeZone), value)
  const near = texts.format.nearDays[days]
  if (near) return near
  const [year, month, date] = value.split('-')
  const sameYear = localDay(now, timeZone).slice(0, 4) === year
  return `${sameYear ? '' : `${year}年`}${Number(month)}月${Number(date)}日`
}

/** Time left as `4:32`, `1:04:32`; `0:00` when it is over. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const pad = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(seconds / 3600)
  const m = Math.floor((seconds % 3600) / 60)
  return h > 0 ? `${h}:${pad(m)}:${pad(seconds % 60)}` : `${m}:${pad(seconds % 60)}`
}

/** How long something takes or has waited: `48 秒`, `12 分钟`, `3 小时 5 分`, `2 天`. */
export function duration(ms: number): string {
  if (ms < minute) return texts.format.seconds(Math.max(0, Math.round(ms / 1000)))
  if (ms < hour) return texts.format.minutes(Math.round(ms / minute))
  if (ms >= day) return texts.format.days(Math.floor(ms / day))
  return texts.format.hours(Math.floor(ms / hour), Math.floor((ms % hour) / minute))
}

export function localDay(at: number, timeZone: string): string {
  const { year, month, day: date } = parts(at, timeZone)
  return `${year}-${month}-${date}`
}

/** `2026-03-18T15:04` on the organisation's wall clock: what date inputs take and give. */
export function localInput(at: number, timeZone: string): string {
  return `${localDay(at, timeZone)}T${parts(at, timeZone).time}`
}

export const fileSize = (bytes: number): string =>
  bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MB`

const formats = new Map<string, Intl.DateTimeFormat>()

function parts(at: number, timeZone: string) {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  const found = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    year: found.year ?? '',
    month: found.month ?? '',
    day: found.day ?? '',
    time: `${found.hour}:${found.minute}`,
  }
}

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / day)

const short = (n: number): string => String(Math.round(n * 100) / 100)

/** `今天 15:04:09`: where seconds tell what came first. */
export function exact(iso: string, now: number, timeZone: string): string {
  const seconds = String(new Date(iso).getUTCSeconds()).padStart(2, '0')
  return `${moment(iso, now, timeZone)}:${seconds}`
}
