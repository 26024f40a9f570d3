import { z } from 'zod'

/** What a follow-up of a kind asks for beside the note itself. */
export const actionFields = ['next', 'attachment', 'task'] as const
export type ActionField = (typeof actionFields)[number]

export const followUpActionSchema = z.strictObject({
  /** Stored with the follow-up; never changes once used. */
  key: z.string().regex(/^[a-z][a-z-]{1,19}$/),
  label: z.string().trim().min(1).max(12).describe('按钮和时间线上的名字'),
  /** Counts in the heat map as an effective action, as against an attempt. */
  effective: z.boolean().describe('算作有效动作'),
  /** Shown first, as buttons; the others stand behind 更多. */
  pinned: z.boolean().describe('常用，排在最前'),
  asksFor: z.array(z.enum(actionFields)).max(actionFields.length).describe('保存时要一并填写的内容'),
  /** Next contact that the card proposes where the note names none. */
  nextInDays: z.number().int().min(1).max(365).optional().describe('没说下次时间时，建议几天后'),
})
export type FollowUpAction = z.infer<typeof followUpActionSchema>

export const actionLibrarySchema = z
  .array(followUpActionSchema)
  .min(1)
  .max(40)
  .refine((list) => new Set(list.map((a) => a.key)).size === list.length, '动作的代号不能重复')
  .refine((list) => list.some((a) => a.key === 'other'), '要保留一个「其他」，代号 other')
export type ActionLibrary = z.infer<typeof actionLibrarySchema>

/** Eight everyday actions in front, seven rarer ones behind; the keys are those that a note can be read into. */
export const actionLibraryDefault: ActionLibrary = [
  { key: 'call', label: '电话沟通', effective: true, pinned: true, asksFor: ['next'], nextInDays: 3 },
  { key: 'im', label: '微信沟通', effective: true, pinned: true, asksFor: ['next'], nextInDays: 3 },
  {
    key: 'visit',
    label: '上门拜访',
    effective: true,
    pinned: true,
    asksFor: ['next', 'attachment'],
    nextInDays: 3,
  },
  { key: 'meeting', label: '会议', effective: true, pinned: true, asksFor: ['next', 'task'], nextInDays: 3 },
  { key: 'demo', label: '产品演示', effective: true, pinned: true, asksFor: ['next', 'task'], nextInDays: 2 },
  {
    key: 'quote',
    label: '发送报价',
    effective: true,
    pinned: true,
    asksFor: ['next', 'attachment'],
    nextInDays: 2,
  },
  {
    key: 'contract',
    label: '合同往来',
    effective: true,
    pinned: true,
    asksFor: ['next', 'attachment'],
    nextInDays: 2,
  },
  { key: 'payment', label: '回款', effective: true, pinned: true, asksFor: ['attachment'] },
  { key: 'email', label: '邮件', effective: false, pinned: false, asksFor: ['next'], nextInDays: 3 },
  { key: 'sample', label: '样品', effective: true, pinned: false, asksFor: ['next'], nextInDays: 7 },
  { key: 'training', label: '培训', effective: true, pinned: false, asksFor: ['task'] },
  { key: 'reception', label: '接待来访', effective: true, pinned: false, asksFor: ['next'], nextInDays: 2 },
  { key: 'dinner', label: '餐叙', effective: true, pinned: false, asksFor: ['next'], nextInDays: 7 },
  { key: 'exhibition', label: '展会', effective: true, pinned: false, asksFor: ['next'], nextInDays: 2 },
  { key: 'other', label: '其他', effective: false, pinned: false, asksFor: [] },
]
