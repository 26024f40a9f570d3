import { z } from 'zod'

/** Where leads come from. Keys are stored on leads; labels are what people read. */
export const sourcesSchema = z
  .array(z.strictObject({ key: z.string().regex(/^[a-z0-9-]{1,20}$/), label: z.string().min(1).max(20) }))
  .min(1)
  .refine((list) => new Set(list.map((s) => s.key)).size === list.length, '来源的代号不能重复')
export type Sources = z.infer<typeof sourcesSchema>

export const sourcesDefault: Sources = [
  { key: 'chat', label: '聊天' },
  { key: 'form', label: '官网表单' },
  { key: 'douyin-ad', label: '抖音获客' },
  { key: 'douyin-dm', label: '抖音私信' },
  { key: 'call-400', label: '400 电话' },
  { key: 'expo', label: '展会' },
  { key: 'wecom-contact', label: '企业微信好友' },
  { key: 'import', label: '导入' },
  { key: 'manual', label: '手工录入' },
  { key: 'other', label: '其他' },
]
