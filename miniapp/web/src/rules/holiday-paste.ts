import { rowsOf, textOf, type Row } from './rule-field.js'

/** Reads public holidays from what people have at hand: the State Council's notice, or a line for each day. */

export interface PastedFeast {
  name: string
  from: string
  to: string
  makeUpDays: string[]
}

export interface PastedHolidays {
  years: { year: number; feasts: PastedFeast[] }[]
  /** Lines that say neither a holiday nor that there is none. */
  bad: string[]
}

const date = String.raw`(?:(\d{4})[-/.年])?(?:(\d{1,2})[-/.月])?(\d{1,2})日?`
const isDay = /\d{1,2}月\d{1,2}日|\d{1,2}[-/.]\d{1,2}/
const dayMs = 86_400_000
const next = (day: string) => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10)

/**
 * Reads pasted text, a holiday or a day of it in each line.
 *
 * @param year - of dates that name none, unless the text says `2027年` in a line of its own before them.
 */
export function readHolidays(text: string, year: number): PastedHolidays {
  const feasts: PastedFeast[] = []
  const bad: string[] = []
  let current = year
  for (const raw of text.split('\n')) {
    // The notice adds weekdays and lunar dates in brackets.
    const line = raw.replace(/[（(][^）)]*[）)]/g, '').trim()
    if (!line) continue
    if (!isDay.test(line)) {
      current = Number(/(\d{4})\s*年/.exec(line)?.[1] ?? current)
      // Headings and good wishes are no days; a short line may be a mistake.
      if (/\d/.test(line) && !/年/.test(line)) bad.push(raw.trim())
      continue
    }
    const read =
      line.includes('：') || /放假|上班/.test(line) ? readNotice(line, current) : readDay(line, current)
    if (read) note(feasts, read)
    else bad.push(raw.trim())
  }
  // A day that is worked for a holiday which nobody has named is a mistake of the text.
  for (const lost of feasts.filter(({ from }) => from === '')) bad.push(...lost.makeUpDays)
  const whole = feasts.filter(({ from }) => from !== '')
  const years = [...new Set(whole.map(({ from }) => Number(from.slice(0, 4))))].sort((a, b) => a - b)
  return {
    years: years.map((one) => ({
      year: one,
      feasts: whole
        .filter(({ from }) => from.startsWith(String(one)))
        .sort((a, b) => a.from.localeCompare(b.from)),
    })),
    bad,
  }
}

type Read = { name: string; off: [string, string] | null; on: string[] }

/** `一、元旦：1月1日至3日放假调休，共3天。1月4日上班。` */
function readNotice(line: string, year: number): Read | null {
  const [, name = '', rest = ''] =
    /^(?:[一二三四五六七八九十]+、|\d+[.、])?\s*([^：:\d]{1,20})[：:](.*)$/.exec(line) ?? []
  let off: [string, string] | null = null
  const on: string[] = []
  for (const sentence of rest.split(/[。；]/)) {
    if (sentence.includes('上班')) on.push(...datesIn(sentence.split('上班')[0] ?? '', year))
    else if (sentence.includes('放假')) off = rangeIn(sentence.split('放假')[0] ?? '', year)
  }
  return name && off && on.every(Boolean) ? { name: name.trim(), off, on } : null
}

/** `2027-10-01 至 10-07 国庆节 休`, `2027-10-09 国庆节 班`. */
function readDay(line: string, year: number): Read | null {
  const match = /^(.*\d日?)\s+(\S{1,20})\s+(休|假|班|调休)$/.exec(line.replace(/[\t,，]+/g, ' '))
  const span = match && rangeIn(match[1] ?? '', year)
  if (!match || !span) return null
  const name = match[2] ?? ''
  if (match[3] === '休' || match[3] === '假') return { name, off: span, on: [] }
  return { name, off: null, on: daysFrom(span) }
}

function rangeIn(text: string, year: number): [string, string] | null {
  const found = datesIn(text.replace(/\s+-\s+/g, '至'), year)
  const [from, to = from] = found
  return from && to && found.length <= 2 && from <= to ? [from, to] : null
}

/** Days in a piece of text; what a later one leaves out it has from the one before. */
function datesIn(text: string, year: number): string[] {
  let [y, m] = [String(year), '']
  const days: string[] = []
  for (const [, ownYear, ownMonth, day = ''] of text.matchAll(new RegExp(date, 'g'))) {
    y = ownYear ?? y
    m = ownMonth ?? m
    const whole = `${y}-${m.padStart(2, '0')}-${day.padStart(2, '0')}`
    const at = new Date(`${whole}T00:00:00Z`)
    if (!Number.isNaN(at.getTime()) && at.toISOString().startsWith(whole)) days.push(whole)
  }
  return days
}

function daysFrom([from, to]: [string, string]): string[] {
  const days: string[] = []
  for (let day = from; day <= to && days.length < 31; day = next(day)) days.push(day)
  return days
}

/** Days of one feast may come line by line: what touches or belongs to it becomes one. */
function note(feasts: PastedFeast[], { name, off, on }: Read): void {
  const near = feasts.filter((one) => one.name === name)
  if (off) {
    const [from, to] = off
    const known = near.find((one) => one.from === '' || (from <= next(one.to) && next(to) >= one.from))
    if (known) {
      known.from = known.from && known.from < from ? known.from : from
      known.to = known.to > to ? known.to : to
      known.makeUpDays = union(known.makeUpDays, on)
    } else feasts.push({ name, from, to, makeUpDays: on })
    return
  }
  const known = near[near.length - 1]
  if (known) known.makeUpDays = union(known.makeUpDays, on)
  // Its days off may come in a later line.
  else feasts.push({ name, from: '', to: '', makeUpDays: on })
}

const union = (one: string[], other: string[]): string[] => [...new Set([...one, ...other])].sort()

/** The document with what was read in it: a holiday of the same name in the same year is replaced. */
export function addHolidays(body: Row, { years }: PastedHolidays): Row {
  const all = rowsOf(body['years'])
  const fresh = years.map(({ year, feasts }): Row => {
    const known = all.find((row) => row['year'] === year)
    const kept = rowsOf(known?.['feasts']).filter((row) => !feasts.some(({ name }) => name === row['name']))
    const whole = [...kept, ...feasts.map((feast): Row => ({ ...feast }))]
    return {
      ...{ year, source: '', ...known },
      feasts: [...whole].sort((a, b) => textOf(a['from']).localeCompare(textOf(b['from']))),
    }
  })
  const others = all.filter((row) => !years.some(({ year }) => year === row['year']))
  return {
    ...body,
    years: [...others, ...fresh].sort((a, b) => Number(a['year']) - Number(b['year'])),
  }
}
