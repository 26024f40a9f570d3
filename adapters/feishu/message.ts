import { cut } from '../shared/degrade.js'
import { WireError } from '../shared/wire-error.js'
import { field, isObject, listField, objectField, textField, type Json } from './json.js'

/** A message as its event tells it. */
export interface ReceivedMessage {
  messageId: string
  chatId: string
  chatType: 'p2p' | 'group'
  /** The platform's word, e.g. `text`, `post`, `image`; new ones come. */
  messageType: string
  /** Plain words; mentions as `@name`, those of the product's bot left out. Media: a word for what came. */
  text: string
  /** Accounts that are mentioned, in their order. */
  mentions: string[]
  mentionAll: boolean
  mentionsBot: boolean
  senderOpenId: string
  /** open_id where it is told, else user_id, else union_id. */
  senderId: string
  /** `user`, `app`, …: only people are listened to. */
  senderType: string
  senderTenant: string
  /** Milliseconds since 1970 as the platform writes them; '' where it does not. */
  createTime: string
}

/** More than anybody writes by hand; a pasted file is none of our business. */
const longestText = 10_000

/**
 * Reads `event` of im.message.receive_v1. Contents that cannot be read give an empty text, never an error: the
 * message is there all the same.
 *
 * @param botOpenId - the product's bot in this app; null when it is not known, then any mentioned bot is taken for it.
 * @throws WireError `message` when message, chat or sender are missing.
 * @see https://open.feishu.cn/document/server-docs/im-v1/message/events/receive
 */
export function readMessage(event: unknown, botOpenId: string | null): ReceivedMessage {
  const message = objectField(event, 'message')
  const sender = objectField(event, 'sender')
  const ids = objectField(sender, 'sender_id')
  const messageId = textField(message, 'message_id')
  const chatId = textField(message, 'chat_id')
  const senderId = accountOf(ids)
  if (!messageId || !chatId || !senderId) throw new WireError('message')
  const messageType = textField(message, 'message_type')
  const mentions = listField(message, 'mentions').filter(isObject)
  const isBot = (mention: Json): boolean =>
    botOpenId === null
      ? textField(mention, 'mentioned_type') === 'bot'
      : textField(objectField(mention, 'id'), 'open_id') === botOpenId
  const raw = contentText(messageType, textField(message, 'content'))
  return {
    messageId,
    chatId,
    chatType: textField(message, 'chat_type') === 'p2p' ? 'p2p' : 'group',
    messageType,
    text: cut(spelledOut(raw, mentions, isBot), longestText),
    mentions: mentions.map((mention) => accountOf(objectField(mention, 'id'))).filter(Boolean),
    // Group messages often leave @all out of `mentions`; only the placeholder tells.
    mentionAll: /(^|[^\w@])@_all(?![\w])/.test(raw),
    mentionsBot: mentions.some(isBot),
    senderOpenId: textField(ids, 'open_id'),
    senderId,
    senderType: textField(sender, 'sender_type'),
    senderTenant: textField(sender, 'tenant_key'),
    createTime: textField(message, 'create_time'),
  }
}

/** The account's id for this app where it is told; without the scope for the others it is the only one. */
export const accountOf = (ids: unknown): string =>
  textField(ids, 'open_id') || textField(ids, 'user_id') || textField(ids, 'union_id')

function spelledOut(raw: string, mentions: Json[], isBot: (mention: Json) => boolean): string {
  const names = new Map(
    mentions.map((mention) => [
      textField(mention, 'key'),
      isBot(mention) ? '' : `@${textField(mention, 'name')} `,
    ]),
  )
  return raw
    .replace(/@_(?:user_\d+|all)(?![\w])\s?/g, (found) =>
      found.startsWith('@_all') ? '@所有人 ' : (names.get(found.trim()) ?? ''),
    )
    .replace(/[ \t]{2,}/g, ' ')
    .trim()
}

const mediaWords: Readonly<Record<string, string>> = {
  image: '[图片]',
  file: '[文件]',
  folder: '[文件夹]',
  audio: '[语音]',
  media: '[视频]',
  sticker: '[表情]',
  share_chat: '[群名片]',
  share_user: '[个人名片]',
  location: '[位置]',
  interactive: '[卡片]',
  merge_forward: '[合并转发的消息]',
  system: '[系统消息]',
  share_calendar_event: '[日程]',
  video_chat: '[视频会议]',
  todo: '[任务]',
  vote: '[投票]',
  hongbao: '[红包]',
}

function contentText(type: string, json: string): string {
  const content = parsed(json)
  if (type === 'post') return postText(content)
  const text = textField(content, 'text')
  if (type === 'text' || text) return text
  const word = Object.hasOwn(mediaWords, type) ? mediaWords[type] : '[暂不支持的消息]'
  const name = textField(content, 'file_name') || textField(content, 'name')
  return name ? `${word} ${name}` : (word ?? '')
}

/** A post is told bare or once per language; the first language there is read. */
function postText(content: unknown): string {
  const bare = Array.isArray(field(content, 'content'))
  const post = bare ? content : isObject(content) ? Object.values(content).find(isObject) : undefined
  const lines = listField(post, 'content').map((line) =>
    (Array.isArray(line) ? line : []).map(postElement).join(''),
  )
  return [textField(post, 'title'), ...lines].filter(Boolean).join('\n')
}

function postElement(element: unknown): string {
  switch (textField(element, 'tag')) {
    case 'at': {
      const id = textField(element, 'user_id')
      if (id.startsWith('@_')) return `${id} `
      const name = textField(element, 'user_name')
      return name ? `@${name} ` : ''
    }
    case 'img':
      return '[图片]'
    case 'media':
      return '[视频]'
    case 'emotion':
      return `[${textField(element, 'emoji_type')}]`
    default:
      return textField(element, 'text')
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // A content that is no JSON was seen in the wild; the event around it is good.
    return {}
  }
}
