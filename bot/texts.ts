import { DomainError } from '../core/errors.js'

/** Every sentence that the bot says which is not part of one card. */

const refusals: Record<string, (data: Record<string, unknown>) => string> = {
  'permission.denied': () => '你没有这项操作的权限。需要时请联系主管或管理员。',
  'lead.not_found': () => '没有找到这条线索，可能已转给别人。',
  'lead.moved_already': ({ holder }) =>
    holder ? `这条线索已由${String(holder)}接手。` : '这条线索刚刚有了变化，请看最新的卡片。',
  'lead.closed_already': () => '这条线索已经结束，不能再操作。',
  'lead.not_owned': () => '线索要先有负责人，才能转为商机。',
  'lead.nameless': () => '转为商机前，请先补上公司或联系人姓名。',
  'person.not_found': () => '没有找到这位同事，可能已离职。',
  'person.left': ({ name }) => `${String(name)}已离职，请换一位。`,
  'person.required': () => '请先选择一位同事，再点“指派”。',
  'customer.not_found': () => '没有找到这位客户，可能不在你的范围内。',
  'deal.not_found': () => '没有找到这个商机，可能不在你的范围内。',
  'deal.moved_already': () => '商机刚刚被别人更新过，请看最新的卡片。',
  'deal.stage_unknown': () => '这个阶段已经不存在，请重新选择。',
  'follow-up.not_found': () => '没有找到这条跟进。',
  'follow-up.not_active': () => '这条跟进已经撤销，不能再修改。',
  'follow-up.choose_first': () => '请先选择是哪位客户。',
  'task.not_found': () => '没有找到这条待办。',
  'task.closed': () => '这条待办已经处理过了。',
  'value.invalid': ({ field, rule }) => `${String(field)}${String(rule)}`,
  'form.invalid': ({ problems }) => (Array.isArray(problems) ? problems.join('；') : '填写的内容有误'),
}

/** One calm sentence for any error. What it was in detail is in the log. */
export function sayError(error: unknown): string {
  if (!(error instanceof DomainError)) return trouble
  return refusals[error.code]?.(error.data) ?? '这一步没有成功，请稍后再试，或联系管理员。'
}

export const trouble = '系统暂时没能处理，已经记下，会自动重试。'

/** Whether a refusal has a sentence of its own: a test holds this against the codes that core throws. */
export const hasText = (code: string): boolean => code in refusals

export const outcomeLabels: Record<string, string> = {
  positive: '有进展',
  neutral: '一般',
  negative: '不顺利',
  no_contact: '没联系上',
  won: '成交',
  lost: '丢单',
  postponed: '客户推迟',
}

export const queueReasons: Record<string, string> = {
  'not-accepted': '销售在时限内没有接单',
  declined: '销售表示接不了',
  'nobody-matched': '没有匹配到可用的销售',
}

export const closeReasons = ['无采购意向', '联系不上', '预算不足', '已选竞品', '无效信息', '其他'] as const
