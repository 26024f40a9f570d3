import type { Change } from '../../core/changes/change.js'
import type { Vocabulary } from './vocabulary.js'

interface Said {
  text: string
  detail: string | null
}

/** Facts that tell a person nothing beside the one that follows them. */
export const hiddenKinds: ReadonlySet<string> = new Set(['deal.stage-refused'])

/** How records begin: what they began with is on the page above. */
export const beginnings: ReadonlySet<string> = new Set(['lead.captured', 'customer.added', 'deal.opened'])

/** Fields that are worth showing before and after; the others are in the sentence. */
export const fieldLabels: Record<string, string> = {
  name: '名称',
  company: '公司',
  contactName: '联系人',
  contactTitle: '职务',
  phone: '电话',
  email: '邮箱',
  wechat: '微信',
  source: '来源',
  regionId: '区域',
  productLineId: '产品线',
  amountCents: '金额',
  expectedCloseOn: '预计签约',
  title: '标题',
}

const queueReasons: Record<string, string> = {
  'not-accepted': '超时未接单',
  declined: '接单人让出',
  'nobody-matched': '没有合适的销售',
  'owner-left': '原负责人已离职',
}

const givenVia: Record<string, string> = { import: '导入时已有负责人', manual: '手工录入' }

const sentences: Record<string, (change: Change, words: Vocabulary) => string> = {
  'lead.captured': () => '线索进来了',
  'lead.touched': () => '客户又来询问',
  'lead.viewed': () => '查看了线索',
  'lead.contacted': () => '首次联系了客户',
  'lead.accepted': ({ data }) =>
    `接单${typeof data.waitedMs === 'number' ? `，用时 ${duration(data.waitedMs)}` : ''}`,
  'lead.dispatched': ({ data }, words) => `指派给 ${nameOf(data.personId, words)}`,
  'lead.taken-over': () => '自己接手',
  'lead.given': () => '分给负责人',
  'lead.queued': () => '进入待分配',
  'lead.escalated': ({ fields }, words) => `提醒 ${nameOf(fields.askedId?.[1], words)} 处理`,
  'lead.turned-red': () => '一直无人处理，已标红',
  'lead.returned': ({ data }, words) => `${nameOf(data.personId, words)} 超时未查看，重新分配`,
  'lead.closed': () => '关闭线索',
  'lead.converted': () => '转为商机',
  'offer.opened': ({ fields }, words) => `推荐给 ${nameOf(fields.offeredToId?.[1], words)}，等待接单`,
  'offer.expired': ({ data }, words) => `${nameOf(data.personId, words)} 超时未接单`,
  'offer.declined': ({ data }, words) => `${nameOf(data.personId, words)} 让给别人`,
  'offer.withdrawn': ({ data }, words) => `${nameOf(data.personId, words)} 已离职，收回推荐`,
  'lead.contact-removed': ({ data }, words) => `客户与 ${nameOf(data.colleagueId, words)} 不再是企业微信好友`,
  'customer.added': () => '建立客户',
  'customer.edited': () => '修改客户资料',
  'customer.touched': () => '客户又来询问',
  'customer.handed-over': ({ fields }, words) => handedOver(fields.ownerId?.[1], words),
  'customer.contact-removed': ({ data }, words) =>
    `客户与 ${nameOf(data.colleagueId, words)} 不再是企业微信好友`,
  'contact.added': () => '添加联系人',
  'contact.edited': () => '修改联系人',
  'deal.opened': () => '建立商机',
  'deal.edited': () => '修改商机',
  'deal.stage-moved': ({ fields }, words) =>
    `阶段从「${words.stage(String(fields.stage?.[0]))}」到「${words.stage(String(fields.stage?.[1]))}」`,
  'deal.handed-over': ({ fields }, words) => handedOver(fields.ownerId?.[1], words),
  'file.added': ({ data }) => `上传了 ${String(data.name ?? '文件')}`,
  'task.added': () => '安排了待办',
  'task.done': () => '完成了待办',
  'task.cancelled': () => '取消了待办',
  'task.paused': () => '待办改为等客户回复，暂不提醒',
  'task.resumed': () => '待办继续提醒',
  'task.postponed': () => '推迟了待办',
  'task.reopened': () => '待办重新打开',
  'task.handed-over': ({ fields }, words) => handedOver(fields.ownerId?.[1], words),
  'follow-up.recorded': () => '写了跟进',
  'follow-up.corrected': () => '修改了跟进',
  'follow-up.undone': () => '撤销了跟进',
}

const handedOver = (toId: unknown, words: Vocabulary): string =>
  toId === null ? '原负责人已离职，暂无负责人' : `原负责人已离职，移交给 ${nameOf(toId, words)}`

/** One change as a sentence; a kind without one is shown by its name rather than not at all. */
export function describeChange(change: Change, words: Vocabulary): Said {
  const sentence = sentences[change.kind]
  return { text: sentence ? sentence(change, words) : change.kind, detail: detailOf(change) }
}

function detailOf({ kind, data, fields }: Change): string | null {
  if (kind === 'lead.queued') return queueReasons[String(data.reason)] ?? null
  if (kind === 'lead.given') return givenVia[String(data.via)] ?? null
  if (kind === 'lead.closed') return textOf(fields.closeReason?.[1])
  if (kind === 'offer.declined') return textOf(data.reason)
  return null
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value ? value : null)

const nameOf = (id: unknown, words: Vocabulary): string =>
  typeof id === 'string' ? (words.person(id)?.name ?? '') : '同事'

/** `48 秒`, `3 分 20 秒`, `2 小时 5 分`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} 秒`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 ? `${minutes} 分 ${seconds % 60} 秒` : `${minutes} 分钟`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 ? `${hours} 小时 ${minutes % 60} 分` : `${hours} 小时`
}
