import { createHash } from 'node:crypto'
import type { DirectoryEvent, MessageEvent, TapEvent } from '../../core/ports/inbound.js'
import { WireError } from '../shared/wire-error.js'
import { field, isObject, listOf, objectsOf, readObject, textOf, truthOf, type Fields } from './json.js'
import { readTrackId } from './track-id.js'

/** A robot message, whatever its kind, with the fields that the product reads. */
export interface RobotMessage {
  msgId: string
  msgtype: string
  /** What was written or said, without the blank that stands where the @ was; `[图片]` and the like for the rest. */
  text: string
  conversationId: string
  conversationTitle: string
  isGroup: boolean
  senderNick: string
  /** The account; missing for people from outside, and for everybody while the robot is not published. */
  senderStaffId: string
  senderId: string
  senderCorpId: string
  chatbotCorpId: string
  robotCode: string
  isInAtList: boolean
  /** Milliseconds since 1970; 0 when it is missing. */
  createAt: number
  downloadCode: string
  fileName: string
  recognition: string
}

/**
 * Reads a robot message.
 *
 * @throws WireError `message` when it has no id or no chat.
 * @see https://open.dingtalk.com/document/orgapp/receive-message
 */
export function decodeRobotMessage(data: Fields): RobotMessage {
  const msgId = textOf(data, 'msgId')
  const conversationId = textOf(data, 'conversationId')
  if (!msgId || !conversationId) throw new WireError('message')
  const content = field(data, 'content')
  const msgtype = textOf(data, 'msgtype')
  return {
    msgId,
    msgtype,
    text: wordsOf(msgtype, data, content),
    conversationId,
    conversationTitle: textOf(data, 'conversationTitle'),
    isGroup: textOf(data, 'conversationType') === '2',
    senderNick: textOf(data, 'senderNick'),
    senderStaffId: textOf(data, 'senderStaffId'),
    senderId: textOf(data, 'senderId'),
    senderCorpId: textOf(data, 'senderCorpId'),
    chatbotCorpId: textOf(data, 'chatbotCorpId'),
    robotCode: textOf(data, 'robotCode'),
    isInAtList: truthOf(data, 'isInAtList'),
    createAt: timeOf(textOf(data, 'createAt')),
    downloadCode: textOf(content, 'downloadCode'),
    fileName: textOf(content, 'fileName'),
    recognition: textOf(content, 'recognition'),
  }
}

function wordsOf(msgtype: string, data: Fields, content: unknown): string {
  switch (msgtype) {
    case 'text':
      return textOf(field(data, 'text'), 'content').trim()
    case 'richText':
      return objectsOf(content, 'richText')
        .map((part) => (textOf(part, 'type') === 'picture' ? '[图片]' : textOf(part, 'text')))
        .join('')
        .trim()
    case 'audio':
      return textOf(content, 'recognition').trim() || '[语音]'
    case 'picture':
      return '[图片]'
    case 'video':
      return '[视频]'
    case 'file':
      return `[文件] ${textOf(content, 'fileName')}`.trim()
    default:
      return '[暂不支持的消息]'
  }
}

/** A chat between one person and the robot has no address of its own on the way out: the person is the address. */
export const directChat = (userId: string): string => `direct:${userId}`

/** The account behind a direct chat's id; null for groups. */
export const directUser = (chatId: string): string | null =>
  chatId.startsWith('direct:') ? chatId.slice('direct:'.length) : null

/**
 * @param corpId - the company that this installation serves; everybody else is from outside.
 * @param now - stands in where the platform gave no time.
 */
export function messageEvent(message: RobotMessage, corpId: string, now: Date): MessageEvent {
  const { senderStaffId, senderCorpId } = message
  const internal = senderStaffId !== '' && (senderCorpId === '' || senderCorpId === corpId)
  const externalId = internal ? senderStaffId : outsideAccount(message.senderId || message.senderNick)
  return {
    type: 'message',
    platform: 'dingtalk',
    eventId: boundedId(message.msgId),
    at: instant(message.createAt, now),
    sender: { externalId, internal, ...(message.senderNick ? { name: message.senderNick } : {}) },
    chat: message.isGroup
      ? {
          id: message.conversationId,
          type: 'group',
          ...(message.conversationTitle ? { name: message.conversationTitle } : {}),
        }
      : { id: internal ? directChat(senderStaffId) : message.conversationId, type: 'direct' },
    messageId: message.msgId,
    text: message.text,
    // In a group the robot hears only what addresses it.
    toBot: true,
  }
}

/** People from outside have no account here: their encrypted id, made short, stands for them. */
export const outsideAccount = (senderId: string): string => `outside:${shortId(senderId)}`

/** A tap as the platform tells it; what is not a tap on one of our cards is null. */
export interface CardTap {
  corpId: string
  userId: string
  outTrackId: string
  ref: string
  actionId: string
  values: Record<string, string>
  /** Version of the console's template copy, where the tap came from its form. */
  templateVersion: string
  chat: TapEvent['chat']
  /** The same for two taps with the same content. */
  fingerprint: string
}

/**
 * Reads a card callback.
 *
 * The button's own parameters say which one it was: the platform appends an index to the action ids of a button list.
 *
 * @returns null for a card that is not ours.
 * @throws WireError `card` when its inside cannot be read.
 * @see https://open.dingtalk.com/document/orgapp/event-callback-card
 */
export function decodeTap(data: Fields): CardTap | null {
  const outTrackId = textOf(data, 'outTrackId')
  const track = readTrackId(outTrackId)
  if (!track) return null
  const userId = textOf(data, 'userId')
  const content = textOf(data, 'content') || textOf(data, 'value')
  if (!userId || !content) throw new WireError('card')
  const pressed = field(readObject(content), 'cardPrivateData')
  const params = field(pressed, 'params')
  const form = formOf(field(params, 'form'))
  const actionId =
    textOf(form, '_action') || textOf(params, 'action') || (listOf(pressed, 'actionIds')[0] ?? '')
  if (!/^[\w.-]{1,64}$/.test(actionId)) throw new WireError('card')
  const isDirect = textOf(data, 'spaceType').toUpperCase() !== 'IM_GROUP'
  const spaceId = textOf(data, 'spaceId')
  return {
    corpId: textOf(data, 'corpId'),
    userId,
    outTrackId,
    ref: track.ref,
    actionId,
    values: valuesOf(form),
    templateVersion: textOf(params, 'template_version'),
    chat: isDirect ? { id: directChat(userId), type: 'direct' } : { id: spaceId, type: 'group' },
    fingerprint: shortId(`${outTrackId}\n${userId}\n${content}`),
  }
}

export function tapEvent(tap: CardTap, eventId: string, at: string): TapEvent {
  return {
    type: 'tap',
    platform: 'dingtalk',
    eventId,
    at,
    sender: { externalId: tap.userId, internal: true },
    chat: tap.chat,
    cardRef: tap.ref,
    messageId: tap.outTrackId,
    actionId: tap.actionId,
    values: tap.values,
  }
}

function formOf(value: unknown): Fields {
  if (isObject(value)) return value
  return typeof value === 'string' && value !== '' ? readObject(value) : {}
}

/** Names of fields carry their kind in front: `t_` text, `s_` select, `d_` date. */
function valuesOf(form: Fields): Record<string, string> {
  const entries = Object.entries(form).flatMap(([name, value]): [string, string][] => {
    const match = /^([tsd])_([A-Za-z][\w.-]{0,63})$/.exec(name)
    if (!match?.[2]) return []
    const text = valueOf(value)
    return [[match[2], match[1] === 'd' ? localDate(text) : text]]
  })
  return Object.fromEntries(entries)
}

/** A value comes as a text, or, of a select, as its place in the list and the option. */
function valueOf(value: unknown): string {
  const inner = isObject(value) ? field(value, 'value') : value
  if (typeof inner === 'string') return inner
  return typeof inner === 'number' || typeof inner === 'boolean' ? String(inner) : ''
}

/** `2024-05-27 12:00` or milliseconds → the wall-clock form of the port. The platform's clients run on Chinese time. */
function localDate(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?/.exec(text)
  if (match) return match[2] ? `${match[1]}T${match[2]}` : (match[1] ?? '')
  if (!/^\d{13}$/.test(text)) return text
  const local = new Date(Number(text) + 8 * 3_600_000).toISOString()
  return local.slice(11, 16) === '00:00' ? local.slice(0, 10) : local.slice(0, 16)
}

/** Which events of the organisation mean what. Internal apps are told ids only. */
const orgEvents: Record<string, Pick<DirectoryEvent, 'about' | 'change'>> = {
  user_add_org: { about: 'person', change: 'changed' },
  user_modify_org: { about: 'person', change: 'changed' },
  user_active_org: { about: 'person', change: 'changed' },
  user_leave_org: { about: 'person', change: 'removed' },
  org_admin_add: { about: 'person', change: 'changed' },
  org_admin_remove: { about: 'person', change: 'changed' },
  org_dept_create: { about: 'department', change: 'changed' },
  org_dept_modify: { about: 'department', change: 'changed' },
  org_dept_remove: { about: 'department', change: 'removed' },
  org_change: { about: 'scope', change: 'changed' },
}

/**
 * @param event - type, id, company and time, from the frame's headers or from the decrypted body.
 * @returns null for kinds of events that the product has no use for.
 * @see https://open.dingtalk.com/document/orgapp/address-book-event-overview
 */
export function directoryEvent(
  event: { eventType: string; eventId: string; bornAt: string },
  data: Fields,
  now: Date,
): DirectoryEvent | null {
  if (!Object.hasOwn(orgEvents, event.eventType)) return null
  const meaning = orgEvents[event.eventType]
  if (!meaning) return null
  const ids = (name: string) => [...listOf(data, name), ...listOf(data, capital(name))]
  return {
    type: 'directory',
    platform: 'dingtalk',
    eventId: boundedId(event.eventId),
    at: instant(timeOf(event.bornAt || textOf(data, 'timeStamp') || textOf(data, 'TimeStamp')), now),
    sender: { externalId: 'dingtalk', internal: true },
    ...meaning,
    externalIds:
      meaning.about === 'person' ? ids('userId') : meaning.about === 'department' ? ids('deptId') : [],
  }
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** At most 128 characters, still one to one. */
export const boundedId = (id: string): string => (id.length <= 128 ? id : `sha256:${shortId(id)}`)

const shortId = (text: string): string => createHash('sha256').update(text).digest('base64url')

const timeOf = (digits: string): number => (/^\d{10,16}$/.test(digits) ? Number(digits) : 0)

/** Times beyond what a date can hold, and missing ones, are now. */
function instant(ms: number, now: Date): string {
  const date = new Date(ms)
  return ms > 0 && ms < 4_102_444_800_000 && !Number.isNaN(date.getTime())
    ? date.toISOString()
    : now.toISOString()
}
