/** A permission that the product uses, and what does not work without it. Any of `anyOf` will do. */
export interface ScopeNeed {
  anyOf: readonly [string, ...string[]]
  /** 没有它，…… */
  without: string
  /** Nothing works without it; else one thing less does. */
  isVital: boolean
}

/** @see https://open.feishu.cn/document/server-docs/application-scope/scope-list */
export const scopeNeeds: readonly ScopeNeed[] = [
  {
    anyOf: ['im:message:send_as_bot', 'im:message'],
    without: '不能发送消息和卡片',
    isVital: true,
  },
  {
    anyOf: ['im:message.p2p_msg:readonly', 'im:message.p2p_msg'],
    without: '收不到同事发给机器人的话',
    isVital: true,
  },
  {
    anyOf: ['im:message.group_at_msg:readonly', 'im:message.group_at_msg', 'im:message.group_msg'],
    without: '群里 @机器人 没有反应',
    isVital: false,
  },
  {
    anyOf: ['im:message.group_msg'],
    without: '看不到群里客户没有 @机器人 的话，无法从群聊自动识别线索',
    isVital: false,
  },
  {
    anyOf: ['im:message:readonly', 'im:message'],
    without: '查不到消息是否已读',
    isVital: false,
  },
  { anyOf: ['im:message.urgent'], without: '不能发应用内加急', isVital: false },
  { anyOf: ['im:message.urgent:sms'], without: '不能发短信加急', isVital: false },
  { anyOf: ['im:message.urgent:phone'], without: '不能发电话加急', isVital: false },
  {
    anyOf: ['contact:contact.base:readonly', 'contact:contact:readonly_as_app'],
    without: '不能读取通讯录，人员和部门无法同步',
    isVital: true,
  },
  {
    anyOf: ['contact:user.base:readonly', 'contact:contact:readonly_as_app'],
    without: '同步到的人员没有姓名',
    isVital: true,
  },
  {
    anyOf: ['contact:department.base:readonly', 'contact:contact:readonly_as_app'],
    without: '同步到的部门没有名称',
    isVital: false,
  },
  {
    anyOf: ['contact:user.department:readonly', 'contact:contact:readonly_as_app'],
    without: '不知道人员属于哪些部门',
    isVital: false,
  },
  { anyOf: ['task:task:write'], without: '不能写入飞书任务', isVital: false },
]

/** For a company that is not told in the settings. */
export const tenantNeed: ScopeNeed = {
  anyOf: ['tenant:tenant:readonly'],
  without: '无法确认登录的人是否属于本企业（也可以改为设置 FEISHU_TENANT_KEY）',
  isVital: true,
}

/** Events to subscribe to in the console, and what is missed without them. */
export const eventNeeds: readonly { event: string; without: string; isVital: boolean }[] = [
  { event: 'im.message.receive_v1', without: '收不到任何消息', isVital: true },
  { event: 'im.message.message_read_v1', without: '已读状态要等轮询才知道', isVital: false },
  {
    event: 'im.chat.access_event.bot_p2p_chat_entered_v1',
    without: '不知道同事是否打开过与机器人的会话',
    isVital: false,
  },
  { event: 'contact.user.created_v3', without: '新同事要到夜间对账才出现', isVital: false },
  { event: 'contact.user.updated_v3', without: '人员变动要到夜间对账才生效', isVital: false },
  { event: 'contact.user.deleted_v3', without: '离职同事要到夜间对账才停用', isVital: false },
  { event: 'contact.department.created_v3', without: '新部门要到夜间对账才出现', isVital: false },
  { event: 'contact.department.updated_v3', without: '部门变动要到夜间对账才生效', isVital: false },
  { event: 'contact.department.deleted_v3', without: '撤销的部门要到夜间对账才移除', isVital: false },
  { event: 'contact.scope.updated_v3', without: '通讯录权限范围变动要到夜间对账才生效', isVital: false },
]

/** The callback of taps, subscribed to apart from the events. */
export const tapCallback = 'card.action.trigger'
