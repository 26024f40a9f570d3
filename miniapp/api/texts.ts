/** What the API says to people. Codes are those of DomainError and of the API's own refusals. */

interface Refusal {
  status: number
  message: string
  /** The field that is wrong, where it is one. */
  field?: string
}

const refusals: Record<string, Refusal> = {
  'session.needed': { status: 401, message: '登录已失效，请从聊天里重新打开这个页面' },
  'session.code_invalid': { status: 401, message: '这次登录已经用过或过期了，请重新登录' },
  'session.outsider': {
    status: 403,
    message: '你登录的是另一家企业的账号，请换成本公司的账号',
  },
  'session.state_invalid': { status: 401, message: '这次登录已经过期，或不是从这个浏览器开始的，请重新登录' },
  'session.platform_off': { status: 401, message: '这个平台没有启用，请从聊天里重新打开' },
  'session.platform_down': { status: 503, message: '暂时联系不上聊天平台，请稍后再试' },
  'account.unbound': { status: 403, message: '你的账号还没有和同事名单对上，请联系管理员' },
  'account.left': { status: 403, message: '你的账号已停用，如有疑问请联系管理员' },
  'request.cross_site': { status: 403, message: '这个操作不是从本页面发出的，已拒绝' },
  'request.too_many': { status: 429, message: '操作太频繁了，请稍等一会儿再试' },
  'request.invalid': { status: 422, message: '有内容需要修改' },
  'request.not_json': { status: 400, message: '请求的格式不对' },
  'request.too_large': { status: 413, message: '内容太大了' },
  'request.not_found': { status: 404, message: '没有找到这个内容' },
  'permission.denied': { status: 403, message: '你没有权限做这个操作' },
  'lead.not_found': { status: 404, message: '没有找到这条线索，可能已不归你查看' },
  'lead.closed_already': { status: 409, message: '这条线索已经关闭了' },
  'lead.not_owned': { status: 409, message: '这条线索现在没有负责人，或已经转过商机' },
  'lead.nameless': { status: 422, message: '线索还没有公司和姓名，补上以后才能转商机' },
  'customer.not_found': { status: 404, message: '没有找到这个客户，可能已不归你查看' },
  'contact.not_found': { status: 404, message: '没有找到这位联系人' },
  'contact.too_many': { status: 409, message: '联系人已经满 100 位，请在已有的联系人上修改' },
  'deal.not_found': { status: 404, message: '没有找到这个商机，可能已不归你查看' },
  'deal.no_stage': { status: 409, message: '还没有配置商机阶段，请联系管理员' },
  'deal.stage_unknown': { status: 422, message: '这个阶段已经不存在了，请刷新后再试' },
  'deal.moved_already': { status: 409, message: '刚刚有人改了阶段，请看最新状态后再操作' },
  'task.not_found': { status: 404, message: '没有找到这个待办' },
  'task.closed': { status: 409, message: '这个待办已经结束了' },
  'task.time_passed': { status: 422, message: '请选一个还没到的时间' },
  'follow-up.not_found': { status: 404, message: '没有找到这条跟进' },
  'follow-up.not_active': { status: 409, message: '这条跟进已经撤销了' },
  'file.empty': { status: 422, message: '文件是空的，请重新选择' },
  'file.not_a_scan': { status: 422, message: '只能上传 PDF 或照片（JPG、PNG），这个文件不是' },
  'file.not_found': { status: 404, message: '没有找到这个文件' },
  'import.empty': { status: 422, message: '表格里没有数据，第一行是表头，从第二行开始填' },
  'import.no_known_column': {
    status: 422,
    message: '没有认出“电话”“邮箱”或“微信”这几列，请对照模板改一下表头',
  },
  'import.unreadable': {
    status: 422,
    message: '表格里有一个英文引号没有配对，后面的内容读不出来。请检查引号，或另存为 CSV 再试',
  },
  'import.too_large': { status: 413, message: '表格太大，请分成几份，每份最多 5000 行、20 MB' },
  'delivery.not_found': { status: 404, message: '没有找到这条消息' },
  'inbox.not_found': { status: 404, message: '没有找到这个事件' },
  'inbox.not_dead': { status: 409, message: '这个事件已经有人处理过了' },
  'reaction.not_stuck': { status: 409, message: '这个变化已经处理好了，或已在重试' },
  'deadline.not_stuck': { status: 409, message: '这个时限已经恢复，或已经结束了' },
  'playbook.changed_meanwhile': { status: 409, message: '刚刚有人发布了新版本，请刷新后再改' },
  'playbook.version_not_found': { status: 404, message: '没有找到这个版本' },
  'playbook.unknown': { status: 404, message: '没有这份规则' },
  'playbook.invalid': { status: 422, message: '有内容需要修改' },
  'leave.not_found': { status: 404, message: '没有找到这次请假' },
  'leave.invalid': { status: 422, message: '结束要晚于开始，一次最长一年', field: 'to' },
  'leave.past': { status: 422, message: '这段时间已经过去了', field: 'to' },
  'leave.deputy': { status: 422, message: '请换一位同事代班：不能是本人，也不能已离职', field: 'deputyId' },
  'account.none_there': { status: 409, message: '这位同事在这个平台上还没有绑定账号' },
  'person.not_found': { status: 404, message: '没有找到这位同事' },
}

const badPhone = '号码不对，请填 11 位手机号，或带区号的座机'
const phoneProblems: Record<string, string> = {
  masked: '号码里有星号，请填完整的号码',
  foreign: '暂时只能填国内号码，境外号码可以记在微信一栏',
  length: '号码的位数不对，请检查一下',
}

const bug: Refusal = { status: 500, message: '系统出了点问题，已经记录下来，请稍后再试' }

/** Status and sentence for a code; what has no line is a bug and says no more than that. */
export function refusalFor(code: string, data: Record<string, unknown>): Refusal {
  const said = (name: string): string | null => (typeof data[name] === 'string' ? data[name] : null)
  if (code === 'lead.moved_already') {
    const holder = said('holder')
    return {
      status: 409,
      message: holder ? `这条线索已经在${holder}手上` : '这条线索刚刚有人处理过，请看最新状态',
    }
  }
  if (code === 'person.left')
    return { status: 409, message: `${said('name') ?? '这位同事'}已离职，请换一个人` }
  if (code === 'contact.phone_invalid')
    return { status: 422, field: 'phone', message: phoneProblems[said('reason') ?? ''] ?? badPhone }
  if (code === 'file.too_large')
    return { status: 413, message: `文件不能超过 ${String(data.mostMb ?? 20)} MB，请压缩后再传` }
  return refusals[code] ?? bug
}

export const systemName = '系统'
export const unknownPerson = '已离开的同事'
/** An action that is in the library no more. */
export const otherAction = '其他'

export const outcomeLabels: Record<string, string> = {
  positive: '有进展',
  neutral: '已沟通',
  negative: '不顺利',
  no_contact: '没联系上',
  won: '成交',
  lost: '丢单',
  postponed: '推迟',
}

export const noteStageLabels: Record<string, string> = {
  initial: '初步接触',
  qualify: '需求确认',
  demo: '演示试用',
  proposal: '方案报价',
  negotiation: '商务谈判',
  contract: '合同流程',
  won: '已成交',
  payment: '回款',
  lost: '已丢单',
}

export const amountLabels: Record<string, string> = {
  budget: '预算',
  quote: '报价',
  deal: '成交价',
  payment: '回款',
  invoice: '开票',
  discount: '优惠',
}

export const triggerLabels: Record<string, string> = {
  captured: '新线索到来',
  declined: '接单人让出',
  unviewed: '超时未查看，重新分配',
  imported: '导入',
}

export const cardLabels: Record<string, string> = {
  'lead.offer': '新线索卡片',
  'lead.dispatch': '超时未接卡片',
  'lead.given': '线索归属通知',
  'lead.touched': '客户再次来询',
  'customer.touched': '老客户再次来询',
  'follow-up': '跟进确认卡片',
  'task.due': '待办提醒',
  'task.overdue': '逾期抄送主管',
  'deal.stage': '商机阶段卡片',
}
