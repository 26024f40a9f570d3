import { z } from 'zod'

/**
 * Ways to remind somebody of a card that they have: the platform's own urging (in the client, by text message, by
 * call), the same card on the other messengers that they use, or a provider outside the messenger.
 */
export const reminderChannels = [
  ...(['urge.app', 'urge.sms', 'urge.phone'] as const),
  ...(['messengers', 'sms', 'voice', 'mail'] as const),
] as const
export type ReminderChannel = (typeof reminderChannels)[number]

export const reminderLevels = ['normal', 'urgent', 'escalation'] as const
export type ReminderLevel = (typeof reminderLevels)[number]

const wait = z.string().regex(/^\d+(m|h)$/, '要写成 0m、2m 或 1h')

const stepSchema = z.strictObject({
  after: wait.describe('多久仍未读就提醒；从卡片发出算起，0m 为立即'),
  by: z
    .array(z.enum(reminderChannels))
    .min(1)
    .max(reminderChannels.length)
    .refine((list) => new Set(list).size === list.length, '同一方式只写一次')
    .describe('用什么方式'),
  how: z
    .enum(['all', 'first'])
    .describe('几种方式怎么用，all：同时用上；first：按顺序，前一种不通才用后一种'),
})

export const remindersSchema = z.strictObject({
  todos: z.boolean().default(true).describe('待办同时写进本人的钉钉待办或飞书任务'),
  rules: z
    .array(
      z.strictObject({
        card: z.string().min(1).max(40).describe('哪种卡片'),
        level: z
          .enum(reminderLevels)
          .describe('等级，normal：可在安静时段等待；urgent：马上发；escalation：马上发，结果不明时再发一次'),
        steps: z.array(stepSchema).max(6).describe('强提醒的步骤；已读或已处理后不再提醒'),
      }),
    )
    .max(60)
    .refine((rules) => new Set(rules.map(({ card }) => card)).size === rules.length, '同一种卡片只写一条')
    .describe('卡片'),
})
export type Reminders = z.infer<typeof remindersSchema>
export type ReminderRule = Reminders['rules'][number]

/** A question that a manager leaves unread rings after two minutes (P-22); what is not listed is not pressed on anybody. */
export const remindersDefault: Reminders = {
  todos: true,
  rules: [
    {
      card: 'lead.dispatch',
      level: 'escalation',
      steps: [
        { after: '0m', by: ['urge.app', 'messengers'], how: 'all' },
        { after: '2m', by: ['voice', 'sms'], how: 'all' },
      ],
    },
    { card: 'lead.offer', level: 'urgent', steps: [] },
    { card: 'lead.touched', level: 'urgent', steps: [] },
    { card: 'customer.touched', level: 'urgent', steps: [] },
    { card: 'credential.trouble', level: 'urgent', steps: [] },
  ],
}
