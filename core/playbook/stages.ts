import { z } from 'zod'

/** What a deal must have before it may enter a stage. Each need is checked by core/deals/gates.ts. */
export const gateNeeds = ['amount', 'contact', 'expected-close', 'contract-file'] as const
export type GateNeed = (typeof gateNeeds)[number]

export const stageSchema = z.strictObject({
  key: z.string().regex(/^[a-z-]{1,20}$/),
  label: z.string().min(1).max(20),
  outcome: z.enum(['open', 'won', 'lost']),
  probabilityPercent: z.number().int().min(0).max(100),
  gate: z.array(z.enum(gateNeeds)).describe('进入这个阶段前必须具备'),
})
export type Stage = z.infer<typeof stageSchema>

export const stagesSchema = z
  .array(stageSchema)
  .min(2)
  .refine((list) => new Set(list.map((s) => s.key)).size === list.length, '阶段的代号不能重复')
  .refine((list) => list.some((s) => s.outcome === 'open'), '至少要有一个进行中的阶段')
export type Stages = z.infer<typeof stagesSchema>

export const stagesDefault: Stages = [
  { key: 'qualify', label: '需求确认', outcome: 'open', probabilityPercent: 10, gate: [] },
  { key: 'demo', label: '演示试用', outcome: 'open', probabilityPercent: 30, gate: ['contact'] },
  {
    key: 'proposal',
    label: '方案报价',
    outcome: 'open',
    probabilityPercent: 50,
    gate: ['contact', 'amount'],
  },
  {
    key: 'negotiation',
    label: '商务谈判',
    outcome: 'open',
    probabilityPercent: 70,
    gate: ['amount', 'expected-close'],
  },
  {
    key: 'signed',
    label: '已签约',
    outcome: 'won',
    probabilityPercent: 100,
    gate: ['amount', 'contract-file'],
  },
  { key: 'lost', label: '已丢单', outcome: 'lost', probabilityPercent: 0, gate: [] },
]
