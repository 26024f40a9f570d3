import type { z } from 'zod'
import type { deliveryStateSchema } from './leads.js'
import type { messageChannelSchema } from './messages.js'
import type { platformSchema } from './session.js'

/** Names of what the shapes enumerate: the server writes them into sentences, the pages into filters and rows. */

export const platformWords: Record<z.infer<typeof platformSchema>, string> = {
  sandbox: '沙盒',
  wecom: '企业微信',
  dingtalk: '钉钉',
  feishu: '飞书',
}

export const channelWords: Record<z.infer<typeof messageChannelSchema>, string> = {
  messenger: '聊天卡片',
  todo: '平台待办',
  'urge.app': '应用内加急',
  'urge.sms': '平台短信加急',
  'urge.phone': '平台电话加急',
  messengers: '其他聊天平台',
  sms: '短信',
  voice: '语音电话',
  mail: '邮件',
}

export const deliveryStateWords: Record<z.infer<typeof deliveryStateSchema>, string> = {
  queued: '已排队',
  sending: '发送中',
  sent: '已发出',
  delivered: '已送达',
  read: '已读',
  acted: '已处理',
  failed: '失败',
  expired: '过期',
  unknown: '结果未知',
  folded: '并入汇总',
  skipped: '无需发送',
}
