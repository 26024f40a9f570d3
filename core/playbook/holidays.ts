import { z } from 'zod'
import { localDate, type Calendar } from './calendar.js'

const feastSchema = z
  .strictObject({
    name: z.string().min(1).max(20).describe('节日'),
    from: localDate.describe('放假第一天'),
    to: localDate.describe('放假最后一天'),
    makeUpDays: z.array(localDate).max(10).describe('调休上班的日子'),
  })
  .refine((feast) => feast.from <= feast.to, { path: ['to'], error: '不能早于第一天' })
  .refine((feast) => spanDays(feast.from, feast.to) <= 31, {
    path: ['to'],
    error: '一个节日最多放 31 天',
  })

/** Public holidays by year, as they are announced: nothing is worked out for a year that is not listed. */
export const holidaysSchema = z.strictObject({
  years: z
    .array(
      z.strictObject({
        year: z.number().int().min(2000).max(2100).describe('年份'),
        source: z.string().max(200).describe('依据'),
        feasts: z.array(feastSchema).max(20).describe('放假与调休'),
      }),
    )
    .max(30)
    .refine((years) => new Set(years.map(({ year }) => year)).size === years.length, '同一年份只能写一次')
    .describe('法定节假日，每年一组'),
})
export type Holidays = z.infer<typeof holidaysSchema>

/**
 * The State Council's arrangements of public holidays (国务院办公厅关于部分节假日安排的通知), copied day by day.
 *
 * @see https://m.gmw.cn/2024-11/12/content_1303894933.htm (2025, published on 12 November 2024)
 * @see https://politics.gmw.cn/2025-11/04/content_38391083.htm (2026, published on 4 November 2025)
 */
export const holidaysDefault: Holidays = {
  years: [
    {
      year: 2025,
      source: '国务院办公厅关于2025年部分节假日安排的通知（2024年11月12日）',
      feasts: [
        { name: '元旦', from: '2025-01-01', to: '2025-01-01', makeUpDays: [] },
        { name: '春节', from: '2025-01-28', to: '2025-02-04', makeUpDays: ['2025-01-26', '2025-02-08'] },
        { name: '清明节', from: '2025-04-04', to: '2025-04-06', makeUpDays: [] },
        { name: '劳动节', from: '2025-05-01', to: '2025-05-05', makeUpDays: ['2025-04-27'] },
        { name: '端午节', from: '2025-05-31', to: '2025-06-02', makeUpDays: [] },
        {
          name: '国庆节、中秋节',
          from: '2025-10-01',
          to: '2025-10-08',
          makeUpDays: ['2025-09-28', '2025-10-11'],
        },
      ],
    },
    {
      year: 2026,
      source: '国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）',
      feasts: [
        { name: '元旦', from: '2026-01-01', to: '2026-01-03', makeUpDays: ['2026-01-04'] },
        { name: '春节', from: '2026-02-15', to: '2026-02-23', makeUpDays: ['2026-02-14', '2026-02-28'] },
        { name: '清明节', from: '2026-04-04', to: '2026-04-06', makeUpDays: [] },
        { name: '劳动节', from: '2026-05-01', to: '2026-05-05', makeUpDays: ['2026-05-09'] },
        { name: '端午节', from: '2026-06-19', to: '2026-06-21', makeUpDays: [] },
        { name: '中秋节', from: '2026-09-25', to: '2026-09-27', makeUpDays: [] },
        { name: '国庆节', from: '2026-10-01', to: '2026-10-07', makeUpDays: ['2026-09-20', '2026-10-10'] },
      ],
    },
  ],
}

/** The calendar with the public holidays in it. What the organisation itself has decided for a day outranks them. */
export function withHolidays(calendar: Calendar, holidays: Holidays): Calendar {
  const feasts = holidays.years.flatMap(({ feasts: list }) => list)
  const off = feasts.flatMap(({ from, to }) => daysFromTo(from, to))
  const makeUp = feasts.flatMap(({ makeUpDays }) => makeUpDays)
  return {
    ...calendar,
    daysOff: [...calendar.daysOff, ...off.filter((day) => !calendar.makeUpDays.includes(day))],
    makeUpDays: [...calendar.makeUpDays, ...makeUp.filter((day) => !calendar.daysOff.includes(day))],
  }
}

/** Years from one to the other, both included, for which no holidays are known: dates there may still move. */
export function yearsWithoutHolidays(holidays: Holidays, from: number, to: number): number[] {
  const known = new Set(holidays.years.map(({ year }) => year))
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n).filter(
    (year) => !known.has(year),
  )
}

const dayMs = 86_400_000
const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const spanDays = (from: string, to: string): number => (utc(to) - utc(from)) / dayMs + 1
const daysFromTo = (from: string, to: string): string[] =>
  Array.from({ length: spanDays(from, to) }, (_, n) =>
    new Date(utc(from) + n * dayMs).toISOString().slice(0, 10),
  )
