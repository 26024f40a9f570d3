import { z } from 'zod'

const span = z.string().regex(/^[+-]?\d+(m|h|d)$/, '要写成 5m、2h、3d 或 -30m')

export const ladderStepSchema = z.strictObject({
  at: span.describe('相对到期的时刻：-30m 为到期前 30 分钟，0m 为到期时'),
  do: z.string().min(1).max(40).describe('到时做什么'),
  who: z.string().max(40).optional().describe('找谁'),
})
export type LadderStep = z.infer<typeof ladderStepSchema>

export const ladderSchema = z.strictObject({
  dueIn: span.describe('多久到期'),
  time: z.enum(['clock', 'working']).describe('clock：按钟表；working：只算工作时间'),
  steps: z.array(ladderStepSchema).min(1),
})
export type Ladder = z.infer<typeof ladderSchema>

/** One ladder per kind of deadline. */
export const laddersSchema = z.strictObject({
  'lead.accept': ladderSchema.describe('新线索等待接单'),
  'lead.dispatch': ladderSchema.describe('无人接单，等待主管指派'),
  'lead.view': ladderSchema.describe('未经点击接单的线索，等待查看'),
  'task.due': ladderSchema.describe('待办到期'),
})
export type Ladders = z.infer<typeof laddersSchema>
export type DeadlineKind = keyof Ladders

export const laddersDefault: Ladders = {
  'lead.accept': { dueIn: '5m', time: 'clock', steps: [{ at: '0m', do: 'expire-offer' }] },
  'lead.dispatch': {
    dueIn: '10m',
    time: 'clock',
    steps: [
      { at: '0m', do: 'ask-next', who: 'manager+1' },
      { at: '10m', do: 'ask-next', who: 'manager+2' },
      { at: '20m', do: 'ask-next', who: 'manager+3' },
      { at: '30m', do: 'stand-red' },
    ],
  },
  'lead.view': { dueIn: '2h', time: 'clock', steps: [{ at: '0m', do: 'offer-again' }] },
  'task.due': {
    dueIn: '0m',
    time: 'clock',
    steps: [
      { at: '0m', do: 'remind', who: 'owner' },
      { at: '1d', do: 'overdue', who: 'manager' },
    ],
  },
}
