import { z } from 'zod'

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '要写成 09:00 这样的时间')
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, '要写成 2026-05-01 这样的日期')

/** When the organisation works. Times are local (TIME_ZONE); days off and make-up days override the weekdays. */
export const calendarSchema = z.strictObject({
  workdays: z.array(z.number().int().min(1).max(7)).min(1).describe('工作日（1 = 周一）'),
  intervals: z
    .array(z.strictObject({ from: clock, to: clock }).refine((i) => i.from < i.to, '结束要晚于开始'))
    .min(1)
    .describe('每天的工作时段，先后排列'),
  daysOff: z.array(day).describe('放假的日子'),
  makeUpDays: z.array(day).describe('补班的日子'),
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
