import { z } from 'zod'

export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '要写成 09:00 这样的时间')
export const localDate = z.iso.date('要写成 2026-05-01 这样的日期')

/** From–to on the local clock. An end before the begin lies on the next day: 22:00–06:00 is a night shift. */
export const intervalSchema = z
  .strictObject({ from: clockTime.describe('从几点'), to: clockTime.describe('到几点') })
  .refine((interval) => interval.from !== interval.to, '开始和结束不能相同')
export type Interval = z.infer<typeof intervalSchema>

const intervals = z.array(intervalSchema).max(12)

/**
 * When the organisation works. Times are local (TIME_ZONE); days off and make-up days override the weekdays and the
 * public holidays (a document of their own).
 */
export const calendarSchema = z.strictObject({
  workdays: z.array(z.number().int().min(1).max(7)).min(1).describe('工作日（1 = 周一）'),
  intervals: intervals.min(1).describe('每天的工作时段，跨过零点的写成 22:00 到 06:00'),
  otherHours: z
    .array(
      z.strictObject({
        weekday: z.number().int().min(1).max(7).describe('星期几'),
        intervals: intervals.min(1).describe('工作时段'),
      }),
    )
    .max(7)
    .refine((days) => new Set(days.map(({ weekday }) => weekday)).size === days.length, '同一天只能写一次')
    .optional()
    .describe('个别星期几的工作时段不同，例如周六只上半天'),
  daysOff: z.array(localDate).max(1000).describe('本公司另外放假的日子'),
  makeUpDays: z.array(localDate).max(1000).describe('本公司另外上班的日子'),
})
export type Calendar = z.infer<typeof calendarSchema>

export const calendarDefault: Calendar = {
  workdays: [1, 2, 3, 4, 5],
  intervals: [
    { from: '09:00', to: '12:00' },
    { from: '13:30', to: '18:00' },
  ],
  daysOff: [],
  makeUpDays: [],
}
