/** Words of the administrators' pages that the server knows: kinds, stations, reasons. */

export const ladderWords: Record<string, { label: string; hint: string }> = {
  'lead.accept': { label: '等待接单', hint: '新线索推荐给销售以后，多久没点“接单”就往下走。' },
  'lead.dispatch': {
    label: '等待主管指派',
    hint: '没有人接单的线索到了主管手上以后，多久没有处理就往上走。',
  },
  'lead.view': { label: '等待查看', hint: '直接分给销售的线索，多久没有打开看就收回重新分配。' },
  'task.due': { label: '待办到期', hint: '到期时间由建立待办的人选定，这里决定到期前后各做什么。' },
  'credential.expiry': {
    label: '许可与证书到期',
    hint: '到期日写在“到期提醒”里，这里决定提前多久、提醒谁。',
  },
}

/** What a step does, and whether it is asked for whom. */
export const actionWords: Record<string, { label: string; asksWho: boolean }> = {
  'expire-offer': { label: '收回推荐，转给主管', asksWho: false },
  'offer-again': { label: '收回，重新分配', asksWho: false },
  'ask-next': { label: '请上级处理', asksWho: true },
  'stand-red': { label: '标红，所有主管可见', asksWho: false },
  remind: { label: '发提醒卡片', asksWho: true },
  overdue: { label: '发逾期通知', asksWho: true },
  warn: { label: '发到期提醒', asksWho: true },
}

export const whoWords: Record<string, string> = {
  owner: '负责人',
  manager: '直属主管',
  'manager+1': '上一级主管',
  'manager+2': '上两级主管',
  'manager+3': '上三级主管',
  leader: '部门负责人',
  'role:manager': '所有主管',
  'role:admin': '管理员',
  'role:support': '客服',
  duty: '值班人员',
}

/** Our own reasons; a platform's codes are shown as they are. */
const reasonWords: Record<string, string> = {
  timeout: '平台没有在时限内答复',
  interrupted: '发送途中程序停止，不知道是否到达',
  'too-late': '72 小时内一直没能发出',
  internal: '程序处理时出错，已记入日志',
  gone: '原消息已不在',
  read: '对方已读，不再提醒',
  acted: '对方已处理，不再提醒',
  late: '已过了提醒的时候',
  'not-supported': '这个平台没有这种提醒方式',
  'not-configured': '没有配置这种提醒方式',
  'no-phone': '同事资料里没有电话',
  'no-mail': '同事资料里没有邮箱',
  'no-other-account': '没有绑定其他聊天平台',
  'no-todo-list': '这个平台没有可写入的待办',
  'todos-off': '强提醒规则里关闭了写入平台待办',
  'task-closed': '待办已完成或取消',
  'task-moved': '待办已交给别人',
  todo_not_permitted: '应用没有写入待办的权限，请在平台后台开通',
  nobody_reached: '平台说没有提醒到任何人',
  unbound: '还没有绑定账号',
  broken: '账号被平台拒收',
  'not-running': '账号所在的平台没有接入',
  digest: '等几秒，好与同类消息合成一张',
  quiet: '安静时段，稍后发送',
  account: '等对方绑定账号',
  user_left: '成员已离职',
  user_not_found: '平台上没有这个账号',
  not_visible: '成员不在应用的可见范围内',
  bad_credentials: '平台不接受本应用的凭证',
}

/** A reason for people; an unknown code stays what it is. */
export const reasonOf = (code: string | null): string | null => (code ? (reasonWords[code] ?? code) : null)

export const moreCardLabels: Record<string, string> = {
  digest: '汇总卡片',
  'test.message': '测试消息',
  'credential.expiry': '到期提醒',
  'credential.trouble': '平台凭证故障',
  'answer.deals': '回复：商机',
  'answer.find': '回复：查找',
  'answer.help': '回复：帮助',
  'answer.unknown': '回复：没有听懂',
  'answer.my-leads': '回复：我的线索',
  'answer.new-lead': '回复：新建线索',
  'answer.unbound': '回复：账号未绑定',
  'answer.refused': '回复：没有权限',
  'answer.trouble': '回复：稍后再试',
  'answer.today': '回复：今日',
  'answer.write-follow-up': '回复：写跟进',
  'answer.leave': '回复：请假',
}

/** What an event of the inbox is. */
export const eventWords: Record<string, string> = {
  message: '消息',
  tap: '按了卡片上的按钮',
  receipt: '送达回执',
  entered: '打开了应用',
  directory: '组织变动',
  customer: '客户联系人变动',
  form: '网页表单',
}

export const installationName = '系统'
