import { z } from 'zod'

const longestMs = 366 * 86_400_000
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const span = z
  .string()
  .regex(/^[+-]?\d+(m|h|d)$/, '要写成 5m、2h、3d 或 -30m')
  .refine(
    (text) =>
      Math.abs(Number.parseInt(text, 10)) * unitMs[text.slice(-1) as keyof typeof unitMs] <= longestMs,
    '最长一年',
  )

/** Whom a step concerns. `manager+1` is the manager's manager, `duty:<id>` a list of the duty document. */
export const whoPattern =
  /^(owner|manager(\+[1-9])?|leader|role:(rep|manager|admin|support)|duty(:[a-z0-9-]{1,20})?)$/

export const ladderStepSchema = z
  .strictObject({
    at: span.describe('相对的时刻：-30m 为到期前 30 分钟，0m 为到期时'),
    from: z.enum(['start', 'due']).optional().describe('从哪里算起：start 为开始时，due 为到期时（默认）'),
    do: z.string().min(1).max(40).describe('到时做什么'),
    who: z
      .string()
      .regex(whoPattern, '可写 owner、manager、manager+1、leader、role:admin、duty 或 duty:名单')
      .optional()
      .describe('找谁'),
    every: span.optional().describe('每隔多久再做一次'),
    times: z.number().int().min(2).max(50).optional().describe('一共做几次'),
    // Ladders that were saved with it stay readable: a new start fires every step anyway.
    again: z.boolean().optional().describe('已不使用：重新起算时每一步都会再做'),
  })
  .refine(({ every }) => every === undefined || Number.parseInt(every, 10) > 0, {
    path: ['every'],
    error: '间隔要大于零',
  })
  .refine(({ every, times }) => (every === undefined) === (times === undefined), {
    path: ['times'],
    error: '间隔和次数要一起写',
  })
  .refine(({ at, from }) => from !== 'start' || Number.parseInt(at, 10) >= 0, {
    path: ['at'],
    error: '从开始时算起的不能是负数',
  })
export type LadderStep = z.infer<typeof ladderStepSchema>

export const ladderSchema = z.strictObject({
  dueIn: span.refine((text) => Number.parseInt(text, 10) >= 0, '不能是负数').describe('多久到期'),
  time: z
    .enum(['clock', 'working'])
    .describe('怎么计时，clock：按钟表；working：只算工作时间，1d 为一个工作日'),
  whenAway: z
    .enum(['next', 'wait'])
    .optional()
    .describe('等的人开始休假时：next 为马上走下一步，wait 为照常等待（默认）'),
  steps: z.array(ladderStepSchema).min(1).max(20),
})
export type Ladder = z.infer<typeof ladderSchema>

/** One ladder per kind of deadline. */
export const laddersSchema = z.strictObject({
  'lead.accept': ladderSchema.describe('新线索等待接单'),
  'lead.dispatch': ladderSchema.describe('无人接单，等待主管指派'),
  'lead.view': ladderSchema.describe('未经点击接单的线索，等待查看'),
  'task.due': ladderSchema.describe('待办到期'),
  'credential.expiry': ladderSchema.describe('许可、证书、密钥到期'),
})
export type Ladders = z.infer<typeof laddersSchema>
export type DeadlineKind = keyof Ladders

export const laddersDefault: Ladders = {
  'lead.accept': { dueIn: '5m', time: 'clock', whenAway: 'next', steps: [{ at: '0m', do: 'expire-offer' }] },
  'lead.dispatch': {
    dueIn: '10m',
    time: 'clock',
    whenAway: 'next',
    steps: [
      { at: '0m', do: 'ask-next', who: 'manager+1' },
      { at: '10m', do: 'ask-next', who: 'manager+2' },
      { at: '20m', do: 'ask-next', who: 'manager+3' },
      { at: '30m', do: 'stand-red' },
    ],
  },
  'lead.view': { dueIn: '2h', time: 'clock', whenAway: 'next', steps: [{ at: '0m', do: 'offer-again' }] },
  'task.due': {
    dueIn: '0m',
    time: 'clock',
    steps: [
      { at: '0m', do: 'remind', who: 'owner' },
      { at: '1d', do: 'overdue', who: 'manager' },
    ],
  },
  'credential.expiry': {
    dueIn: '0m',
    time: 'clock',
    steps: [
      { at: '-30d', do: 'warn', who: 'role:admin' },
      { at: '-14d', do: 'warn', who: 'role:admin' },
      { at: '-7d', do: 'warn', who: 'role:admin' },
      { at: '-1d', do: 'warn', who: 'role:admin' },
    ],
  },
}
