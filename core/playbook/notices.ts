import { z } from 'zod'

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '要写成 22:00 这样的时间')

/**
 * When notices may wait, and when many of them become one. Urgent ones and escalations never wait for a quiet time to
 * end; a flood of one kind is collected for some seconds, whatever its level: sixty rings say less than one card.
 */
export const noticesSchema = z.strictObject({
  quiet: z
    .strictObject({
      enabled: z.boolean().describe('是否启用安静时段'),
      from: clock.describe('从几点起'),
      to: clock.describe('到几点止；早于开始时间就是第二天'),
      except: z.array(z.string().min(1).max(40)).max(60).describe('哪些卡片照常发送'),
    })
    .refine(({ from, to }) => from !== to, { path: ['to'], error: '开始和结束不能相同' }),
  digest: z.strictObject({
    kinds: z
      .array(
        z.strictObject({
          card: z.string().min(1).max(40).describe('哪种卡片'),
          threshold: z.number().int().min(1).max(1000).describe('超过几条就合成一张'),
          windowSeconds: z.number().int().min(10).max(3600).describe('多少秒之内'),
        }),
      )
      .max(60)
      .refine((kinds) => new Set(kinds.map(({ card }) => card)).size === kinds.length, '同一种卡片只写一条')
      .describe('哪些卡片会合成一张'),
    collectSeconds: z.number().int().min(1).max(60).describe('成批的消息先等多少秒，好合成一张'),
    shown: z.number().int().min(1).max(20).describe('合成的卡片上列出前几条'),
  }),
})
export type Notices = z.infer<typeof noticesSchema>

const flood = { threshold: 5, windowSeconds: 60 }

/**
 * Quiet time is off until a team has agreed on it: a message held back without anybody knowing is a lost one. Reminders
 * that somebody chose the minute of are always sent at that minute.
 */
export const noticesDefault: Notices = {
  quiet: { enabled: false, from: '22:00', to: '08:00', except: ['task.due'] },
  digest: {
    kinds: [
      { card: 'lead.given', ...flood },
      { card: 'lead.dispatch', ...flood },
      { card: 'lead.touched', ...flood },
      { card: 'customer.touched', ...flood },
      { card: 'task.due', ...flood },
      { card: 'task.overdue', ...flood },
    ],
    collectSeconds: 5,
    shown: 5,
  },
}
