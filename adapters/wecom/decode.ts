import { createHash } from 'node:crypto'
import type { DirectoryEvent, InboundEvent } from '../../core/ports/inbound.js'
import { WireError } from '../shared/wire-error.js'
import { accountOf, memberChat } from './accounts.js'
import { refOf } from './task-id.js'
import { listOf, textOf, type XmlNode } from './xml.js'

/** What a callback of the app is: an event of the product, a call to fetch customers' words, or nothing we use. */
export type AppCallback =
  | { type: 'event'; event: InboundEvent; click?: CardClick }
  | { type: 'fetch'; openKfId: string; token: string }
  | { type: 'fetch-archive' }
  | { type: 'ignored'; what: string }

/** A click's chance to change its card: one update by this code within 72 h. */
export interface CardClick {
  taskId: string
  responseCode: string
}

const ignored = (what: string): AppCallback => ({ type: 'ignored', what: what.slice(0, 60) })

/**
 * Reads a decrypted callback of the app or of customer service.
 *
 * @throws WireError `malformed` when a field that the kind must have is missing.
 * @see https://developer.work.weixin.qq.com/document/path/90239 (messages), /90240 (events), /90967 (contacts)
 */
export function decodeCallback(xml: XmlNode): AppCallback {
  return textOf(xml, 'MsgType') === 'event' ? decodeEvent(xml) : decodeMessage(xml)
}

function decodeMessage(xml: XmlNode): AppCallback {
  const userId = required(xml, 'FromUserName')
  const messageId = required(xml, 'MsgId')
  const text = wordsOf(xml)
  if (text === null) return ignored(`message ${textOf(xml, 'MsgType')}`)
  return {
    type: 'event',
    event: {
      type: 'message',
      platform: 'wecom',
      eventId: idOf(`msg:${messageId}`),
      at: timeOf(xml),
      sender: member(userId),
      chat: { id: memberChat(userId), type: 'direct' },
      messageId: messageId.slice(0, 100),
      text,
      toBot: true,
    },
  }
}

/** What is no text is told by a line, so that a colleague who sends a picture is answered. */
function wordsOf(xml: XmlNode): string | null {
  switch (textOf(xml, 'MsgType')) {
    case 'text':
      return textOf(xml, 'Content')
    case 'image':
      return '[图片]'
    case 'voice':
      return '[语音]'
    case 'video':
      return '[视频]'
    case 'file':
      return '[文件]'
    case 'location':
      return `[位置] ${textOf(xml, 'Label')}`.trim()
    case 'link':
      return `[链接] ${textOf(xml, 'Title')}`.trim()
    default:
      return null
  }
}

function decodeEvent(xml: XmlNode): AppCallback {
  const name = textOf(xml, 'Event')
  switch (name) {
    case 'template_card_event':
    case 'template_card_menu_event':
      return decodeClick(xml)
    case 'enter_agent':
      return entered(xml)
    case 'click':
      return decodeMenu(xml)
    case 'subscribe':
    case 'unsubscribe':
      return directory(xml, 'scope', [accountOf(required(xml, 'FromUserName'))], 'changed')
    case 'change_contact':
      return decodeContact(xml)
    case 'change_external_contact':
      return decodeCustomer(xml)
    case 'kf_msg_or_event':
      return { type: 'fetch', openKfId: required(xml, 'OpenKfId'), token: required(xml, 'Token') }
    case 'msgaudit_notify':
      return { type: 'fetch-archive' }
    default:
      return ignored(`event ${name}`)
  }
}

function decodeClick(xml: XmlNode): AppCallback {
  const userId = required(xml, 'FromUserName')
  const taskId = required(xml, 'TaskId')
  const cardRef = refOf(taskId)
  if (cardRef === null) return ignored('click on a card of somebody else')
  const values = selectedValues(
    listOf(xml, 'SelectedItems', 'SelectedItem').map((item) => ({
      name: textOf(item, 'QuestionKey'),
      options: listOf(item, 'OptionIds', 'OptionId').map((option) => option.text),
    })),
  )
  const responseCode = textOf(xml, 'ResponseCode')
  return {
    type: 'event',
    event: {
      type: 'tap',
      platform: 'wecom',
      eventId: eventIdOf(xml),
      at: timeOf(xml),
      sender: member(userId),
      chat: { id: memberChat(userId), type: 'direct' },
      cardRef,
      ...tapOf(required(xml, 'EventKey'), values),
    },
    ...(responseCode ? { click: { taskId, responseCode } } : {}),
  }
}

/** A card of several selects has one button: what the other buttons would do is one more select, by this name. */
export const actionSelect = '@action'

/** Which action a click means, and the inputs' values. */
export function tapOf(
  key: string,
  values: Record<string, string>,
): { actionId: string; values: Record<string, string> } {
  const { [actionSelect]: chosen, ...rest } = values
  return { actionId: chosen || key, values: rest }
}

/** Names that objects have by themselves are no inputs of ours. */
export function selectedValues(
  items: readonly { name: string; options: readonly string[] }[],
): Record<string, string> {
  const own = items.filter(({ name }) => name && !(name in Object.prototype)).slice(0, 20)
  return Object.fromEntries(own.map(({ name, options }) => [name, options.join(',')]))
}

function entered(xml: XmlNode): AppCallback {
  const userId = required(xml, 'FromUserName')
  return {
    type: 'event',
    event: {
      type: 'entered',
      platform: 'wecom',
      eventId: eventIdOf(xml),
      at: timeOf(xml),
      sender: member(userId),
      chat: { id: memberChat(userId), type: 'direct' },
    },
  }
}

/** An entry of the app's menu says the words that the admin gave it, as if the member had written them. */
function decodeMenu(xml: XmlNode): AppCallback {
  const userId = required(xml, 'FromUserName')
  const text = textOf(xml, 'EventKey').slice(0, 200)
  if (!text) return ignored('click without words')
  const eventId = eventIdOf(xml)
  return {
    type: 'event',
    event: {
      type: 'message',
      platform: 'wecom',
      eventId,
      at: timeOf(xml),
      sender: member(userId),
      chat: { id: memberChat(userId), type: 'direct' },
      messageId: eventId.slice(0, 100),
      text,
      toBot: true,
    },
  }
}

function decodeContact(xml: XmlNode): AppCallback {
  const kind = textOf(xml, 'ChangeType')
  const renamed = textOf(xml, 'NewUserID')
  const person = () => [accountOf(required(xml, 'UserID'))]
  switch (kind) {
    case 'create_user':
      return directory(xml, 'person', person(), 'changed')
    case 'update_user':
      return directory(xml, 'person', person(), 'changed', renamed ? accountOf(renamed) : undefined)
    case 'delete_user':
      return directory(xml, 'person', person(), 'removed')
    case 'create_party':
    case 'update_party':
      return directory(xml, 'department', [required(xml, 'Id')], 'changed')
    case 'delete_party':
      return directory(xml, 'department', [required(xml, 'Id')], 'removed')
    case 'update_tag':
      // The app's range may be given by tags.
      return directory(xml, 'scope', [], 'changed')
    default:
      return ignored(`change_contact ${kind}`)
  }
}

function directory(
  xml: XmlNode,
  about: DirectoryEvent['about'],
  externalIds: string[],
  change: DirectoryEvent['change'],
  renamedTo?: string,
): AppCallback {
  return {
    type: 'event',
    event: {
      type: 'directory',
      platform: 'wecom',
      eventId: eventIdOf(xml),
      at: timeOf(xml),
      sender: member(textOf(xml, 'FromUserName') || 'sys'),
      about,
      externalIds,
      change,
      ...(renamedTo ? { renamedTo } : {}),
    },
  }
}

const customerChanges: Record<string, 'added' | 'edited' | 'removed'> = {
  add_external_contact: 'added',
  add_half_external_contact: 'added',
  edit_external_contact: 'edited',
  del_external_contact: 'removed',
  del_follow_user: 'removed',
}

function decodeCustomer(xml: XmlNode): AppCallback {
  const kind = textOf(xml, 'ChangeType')
  const change = Object.hasOwn(customerChanges, kind) ? customerChanges[kind] : undefined
  if (!change) return ignored(`change_external_contact ${kind}`)
  const source = textOf(xml, 'State').slice(0, 128)
  return {
    type: 'event',
    event: {
      type: 'customer',
      platform: 'wecom',
      eventId: eventIdOf(xml),
      at: timeOf(xml),
      sender: { externalId: required(xml, 'ExternalUserID'), internal: false },
      change,
      colleagueExternalId: accountOf(required(xml, 'UserID')),
      ...(source ? { source } : {}),
    },
  }
}

const member = (userId: string) => ({ externalId: accountOf(userId), internal: true })

function required(xml: XmlNode, name: string): string {
  const text = textOf(xml, name)
  if (!text || text.length > 2048 || (name.endsWith('ID') && text.length > 128))
    throw new WireError('malformed')
  return text
}

function timeOf(xml: XmlNode): string {
  const seconds = Number(required(xml, 'CreateTime'))
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 8_000_000_000) throw new WireError('malformed')
  return new Date(seconds * 1000).toISOString()
}

/** Fields that tell two events of one sender in one second apart; the documented pair alone would take them for one. */
const telling = [
  'Event',
  'ChangeType',
  'TaskId',
  'EventKey',
  'UserID',
  'ExternalUserID',
  'Id',
  'TagId',
  'ChatId',
]

const eventIdOf = (xml: XmlNode): string =>
  idOf(
    `evt:${textOf(xml, 'FromUserName')}:${textOf(xml, 'CreateTime')}:${telling.map((name) => textOf(xml, name)).join('|')}`,
  )

/** Event ids have at most 128 characters; a longer one stands as its digest. */
export const idOf = (text: string): string =>
  text.length <= 120 ? text : `sha:${createHash('sha256').update(text).digest('base64url')}`
