const dayMs = 86_400_000
const clockTime = new Intl.DateTimeFormat('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false })
const clockSeconds = new Intl.DateTimeFormat('zh-CN', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const monthDay = new Intl.DateTimeFormat('zh-CN', { month: 'long', day: 'numeric' })
const fullDay = new Intl.DateTimeFormat('zh-CN', { year: 'numeric', month: 'long', day: 'numeric' })
const weekday = new Intl.DateTimeFormat('zh-CN', { weekday: 'long' })

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0)
const daysBetween = (from: number, to: number): number =>
  Math.round((startOfDay(to) - startOfDay(from)) / dayMs)

/** `14:05`. */
export const timeOf = (at: string | number): string => clockTime.format(new Date(at))
/** `14:05:09`. */
export const secondsOf = (at: string | number): string => clockSeconds.format(new Date(at))
/** `11月22日 星期日`. */
export const dateOf = (at: number): string => `${monthDay.format(at)} ${weekday.format(at)}`

/** The line between two days: 今天, 昨天, 星期三, 3月5日. */
export function dayLabel(at: string, now: number): string {
  const then = new Date(at).getTime()
  const days = daysBetween(then, now)
  if (days === 0) return '今天'
  if (days === 1) return '昨天'
  if (days > 1 && days < 7) return weekday.format(then)
  return new Date(then).getFullYear() === new Date(now).getFullYear()
    ? monthDay.format(then)
    : fullDay.format(then)
}

/** Short, for lists: the time today, the day before. */
export const listTime = (at: string, now: number): string =>
  daysBetween(new Date(at).getTime(), now) === 0 ? timeOf(at) : dayLabel(at, now)

export const isSameDay = (one: string, other: string): boolean =>
  daysBetween(new Date(one).getTime(), new Date(other).getTime()) === 0

/** `04:59` below an hour, `2:04:59` below a day, `3 天 2 小时` above. Negative counts as its size. */
export function countdown(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000)
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600)]
  if (days > 0) return hours ? `${days} 天 ${hours} 小时` : `${days} 天`
  const tail = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`
  return hours > 0 ? `${hours}:${tail}` : tail
}

/** `2 小时 5 分钟`, for the clock's offset. */
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  const parts = [
    [Math.floor(minutes / 1440), '天'],
    [Math.floor((minutes % 1440) / 60), '小时'],
    [minutes % 60, '分钟'],
  ] as const
  return (
    parts
      .filter(([n]) => n > 0)
      .map(([n, unit]) => `${n} ${unit}`)
      .join(' ') || '不到 1 分钟'
  )
}

/** Makes control characters visible, so that a message cannot hide what it is. Line breaks and tabs stay. */
export const visible = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, (c) =>
    c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : c === '\u007f' ? '\u2421' : '\ufffd',
  )

const pad = (n: number): string => String(n).padStart(2, '0')
