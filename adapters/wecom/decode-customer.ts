import { z } from 'zod'
import type { MessageEvent } from '../../core/ports/inbound.js'
import { customerChat } from './accounts.js'
import { idOf } from './decode.js'

/** A message of customer service as `sync_msg` lists it. https://developer.work.weixin.qq.com/document/path/94670 */
export const customerMessage = z.looseObject({
  msgid: z.string().min(1).max(200),
  open_kfid: z.string().min(1).max(60).optional(),
  external_userid: z.string().min(1).max(60).optional(),
  send_time: z.number().int().min(0).max(8_000_000_000),
  origin: z.number(),
  msgtype: z.string().max(60),
  text: z.looseObject({ content: z.string() }).optional(),
  link: z.looseObject({ title: z.string().optional() }).optional(),
  location: z.looseObject({ name: z.string().optional(), address: z.string().optional() }).optional(),
  msgmenu: z.looseObject({ head_content: z.string().optional() }).optional(),
})
export type CustomerMessage = z.infer<typeof customerMessage>

/** 3: the customer wrote it; 4 is the system, 5 a colleague. */
const fromCustomer = 3

/** @returns null for what is no customer's word: system events, colleagues' answers. */
export function decodeCustomerMessage(message: CustomerMessage): MessageEvent | null {
  const { open_kfid: openKfId, external_userid: customer } = message
  if (message.origin !== fromCustomer || !openKfId || !customer) return null
  return {
    type: 'message',
    platform: 'wecom',
    eventId: idOf(`kf:${message.msgid}`),
    at: new Date(message.send_time * 1000).toISOString(),
    sender: { externalId: customer, internal: false },
    chat: { id: customerChat(openKfId, customer), type: 'direct', name: '微信客服' },
    messageId: message.msgid.slice(0, 128),
    text: wordsOf(message),
    toBot: false,
  }
}

/** Pictures, recordings and files are not fetched: a line says that they came. */
function wordsOf({ msgtype, text, link, location }: CustomerMessage): string {
  switch (msgtype) {
    case 'text':
      return text?.content ?? ''
    case 'image':
      return '[客户发来图片]'
    case 'voice':
      return '[客户发来语音]'
    case 'video':
      return '[客户发来视频]'
    case 'file':
      return '[客户发来文件]'
    case 'location':
      return `[客户发来位置] ${[location?.name, location?.address].filter(Boolean).join(' ')}`.trim()
    case 'link':
      return `[客户发来链接] ${link?.title ?? ''}`.trim()
    case 'business_card':
      return '[客户发来名片]'
    case 'miniprogram':
      return '[客户发来小程序]'
    default:
      return '[客户发来一条此处不能显示的消息]'
  }
}
