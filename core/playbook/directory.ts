import { z } from 'zod'

/** What of the company's directory belongs into the CRM. */
export const directorySchema = z.strictObject({
  salesWords: z
    .array(z.string().min(1).max(20))
    .max(30)
    .describe('部门名称（含上级部门）里出现这些词的，部门成员会成为销售；一个都不匹配时，可见的人全部纳入'),
  leadersAreManagers: z.boolean().describe('部门负责人作为主管：收升级提醒，可以指派线索'),
  openLeadCap: z.number().int().min(1).max(10_000).describe('新成员在手线索的上限'),
  leftAfterMissing: z
    .number()
    .int()
    .min(1)
    .max(30)
    .describe('连续多少次完整同步都看不到某人，才当作离职（平台明确告知离职的，立即生效）'),
})
export type DirectoryRules = z.infer<typeof directorySchema>

export const directoryDefault: DirectoryRules = {
  salesWords: ['销售', '业务', '商务', '营销', '市场', '客户', '大区', '区域', '渠道'],
  leadersAreManagers: true,
  openLeadCap: 20,
  leftAfterMissing: 2,
}
