import { DomainError } from '../core/errors.js'

/** Every sentence that the bot says which is not part of one card. */

const refusals: Record<string, (data: Record<string, unknown>) => string> = {
  'permission.denied': () => '你没有这项操作的权限。需要时请联系主管或管理员。',
  'inbox.not_found': () => '没有找到这条消息，可能已被清理。',
  'inbox.not_dead': () => '这条消息已经有人处理了。',
  'reaction.not_stuck': () => '这个变化已经处理好了，或已在重试。',
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
  'delivery.not_found': () => '没有找到这条消息。',
  'task.closed': () => '这条待办已经处理过了。',
  'leave.past': () => '这段时间已经过去了，不用登记。',
  'leave.invalid': () => '没有看懂从哪天到哪天，一次最长一年。',
  'leave.not_found': () => '没有找到这次请假。',
  'value.invalid': ({ field, rule }) => `${String(field)}${String(rule)}`,
  'form.invalid': ({ problems }) => (Array.isArray(problems) ? problems.join('；') : '填写的内容有误'),
}

/** One calm sentence for any error. What it was in detail is in the log. */
export function sayError(error: unknown): string {
  if (!(error instanceof DomainError)) return trouble
  return refusals[error.code]?.(error.data) ?? '这一步没有成功，请稍后再试，或联系管理员。'
}

export const trouble = '系统暂时没能处理，已经记下，会自动重试。'

export const outcomeLabels: Record<string, string> = {
  positive: '有进展',
  neutral: '已沟通',
  negative: '不顺利',
  no_contact: '没联系上',
  won: '成交',
  lost: '丢单',
  postponed: '推迟',
}

export const queueReasons: Record<string, string> = {
  'not-accepted': '销售在时限内没有接单',
  declined: '销售表示接不了',
  'nobody-matched': '没有匹配到可用的销售',
  'owner-left': '原负责人已离职',
}

/** What a change is called where the system shows what it is doing. */
export const changeLabels: Record<string, string> = {
  'lead.captured': '新线索',
  'lead.touched': '客户又来询问',
  'lead.viewed': '已查看线索',
  'lead.accepted': '接单',
  'lead.contacted': '首次联系客户',
  'lead.queued': '进入待指派',
  'lead.escalated': '升级到上一级主管',
  'lead.turned-red': '无人处理，标红',
  'lead.dispatched': '主管指派',
  'lead.taken-over': '主管自己接',
  'lead.given': '归到名下',
  'lead.returned': '未查看，收回重新分配',
  'lead.closed': '线索关闭',
  'lead.converted': '转为商机',
  'offer.opened': '推荐给销售',
  'offer.expired': '超时未接单',
  'offer.declined': '销售让出',
  'offer.withdrawn': '收回推荐，同事已离职',
  'lead.contact-removed': '客户删除了企业微信好友',
  'customer.added': '新客户',
  'customer.edited': '修改客户',
  'customer.touched': '老客户又来询问',
  'customer.handed-over': '客户移交',
  'customer.contact-removed': '客户删除了企业微信好友',
  'contact.added': '添加联系人',
  'contact.edited': '修改联系人',
  'deal.opened': '新商机',
  'deal.edited': '修改商机',
  'deal.stage-moved': '商机阶段更新',
  'deal.stage-refused': '阶段条件未满足',
  'deal.handed-over': '商机移交',
  'file.added': '上传文件',
  'follow-up.recorded': '记录跟进',
  'follow-up.drafted': '跟进待确认客户',
  'follow-up.corrected': '修改跟进',
  'follow-up.undone': '撤销跟进',
  'follow-up.dropped': '放弃跟进草稿',
  'task.added': '安排待办',
  'task.done': '完成待办',
  'task.cancelled': '取消待办',
  'task.reopened': '待办重新打开',
  'task.handed-over': '待办移交',
  'task.paused': '等客户回复',
  'task.resumed': '待办继续提醒',
  'task.postponed': '推迟待办',
  'task.fell-due': '待办到点提醒',
  'task.overdue': '待办逾期，抄送主管',
  'import.finished': '导入完成',
  'playbook.saved': '保存规则草稿',
  'playbook.published': '发布规则',
  'playbook.rolled-back': '退回规则',
  'playbook.replanned': '按新规则重排时限',
  'person.leave-added': '登记休假',
  'person.leave-cancelled': '取消休假',
  'clock.advanced': '时钟拨快',
  'person.account-bound': '绑定账号',
  'person.account-unbound': '解除绑定',
  'person.account-verified': '账号确认有效',
  'person.account-broken': '账号被平台拒收',
  'person.account-mended': '账号恢复可用',
}

export const deadlineLabels: Record<string, string> = {
  'lead.accept': '等待接单',
  'lead.dispatch': '等待主管处理',
  'lead.view': '等待查看',
  'task.due': '待办提醒',
  'credential.expiry': '到期提醒',
}

export const stepLabels: Record<string, string> = {
  'expire-offer': '收回并通知主管',
  'ask-next': '升级到上一级主管',
  'stand-red': '全员标红',
  'offer-again': '收回重新分配',
  remind: '发提醒卡片',
  overdue: '抄送主管',
  warn: '提醒管理员',
}
