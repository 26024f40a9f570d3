import { z } from 'zod'
import { clockTime, localDate } from './calendar.js'

const people = z.array(z.string().regex(/^[\w-]{1,26}$/, '没有这位同事')).max(20)

/** Who is on duty when. A list is named by a ladder's step as `duty:<id>`; `duty` alone is the first list. */
export const dutySchema = z.strictObject({
  lists: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[a-z0-9-]{1,20}$/, '只用小写字母、数字和横线，最多 20 个')
          .describe('编号'),
        label: z.string().min(1).max(30).describe('名称'),
        turns: z
          .array(
            z.strictObject({
              weekdays: z.array(z.number().int().min(1).max(7)).min(1).describe('星期几（1 = 周一）'),
              from: clockTime.describe('从几点'),
              to: clockTime.describe('到几点；不晚于开始即到次日'),
              people: people.min(1).describe('谁值班'),
            }),
          )
          .max(50)
          .describe('每周的班次'),
        days: z
          .array(z.strictObject({ day: localDate.describe('日期'), people: people.describe('谁值班') }))
          .max(400)
          .describe('个别日子另有安排；名单为空即当天无人值班'),
      }),
    )
    .max(20)
    .refine((lists) => new Set(lists.map(({ id }) => id)).size === lists.length, '名单的编号不能重复')
    .describe('值班名单'),
})
export type Duty = z.infer<typeof dutySchema>

export const dutyDefault: Duty = { lists: [] }
