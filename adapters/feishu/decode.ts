import type { InboundEvent, InboundSender, TapEvent } from '../../core/ports/inbound.js'
import { WireError } from '../shared/wire-error.js'
import { readButton } from './button-value.js'
import { readCardAction } from './card-action.js'
import { objectField, textField, listField, field, isObject, type Json } from './json.js'
import { accountOf, readMessage } from './message.js'

/** What the decoder has to know of the installation. */
export interface Receiver {
  appId: string
  /** Null: the tenant of the event itself; the app is one of a single company. */
  tenantKey: string | null
  botOpenId: string | null
  now: Date
}

/** What an event is to us. Reads name messages; the channel knows which of them are cards of ours. */
export type Decoded =
  | { kind: 'events'; events: InboundEvent[] }
  | { kind: 'tap'; event: TapEvent; messageId: string }
  | { kind: 'read'; eventId: string; at: string; reader: InboundSender; messageIds: string[] }
  | { kind: 'ignored'; eventType: string }

const platform = 'feishu'

/**
 * Reads a version 2 event. Pure.
 *
 * @param body - the decrypted JSON.
 * @throws WireError `schema`, `receiver` (another app), `tenant` (another company), `message`, `action`, `button`.
 */
export function decodeEvent(body: Json, receiver: Receiver): Decoded {
  const header = objectField(body, 'header')
  const eventType = textField(header, 'event_type')
  const eventId = textField(header, 'event_id')
  if (!eventType || !eventId || eventId.length > 100) throw new WireError('schema')
  if (textField(header, 'app_id') !== receiver.appId) throw new WireError('receiver')
  const tenant = textField(header, 'tenant_key')
  if (receiver.tenantKey !== null && tenant !== receiver.tenantKey) throw new WireError('tenant')
  const read = Object.hasOwn(readers, eventType) ? readers[eventType] : undefined
  const event = field(body, 'event')
  if (!read || !isObject(event)) return { kind: 'ignored', eventType: eventType.slice(0, 100) }
  const at = instant(textField(header, 'create_time'), receiver.now)
  return read(event, { ...receiver, tenant, eventId, at, appId: receiver.appId })
}

/** Reads the body of a `card` frame of the long connection: a tap without an envelope, as older tenants send it. */
export function decodeCardFrame(body: Json, receiver: Receiver): Decoded {
  if (isObject(field(body, 'header'))) return decodeEvent(body, receiver)
  const tenant = receiver.tenantKey ?? textField(body, 'tenant_key')
  const eventId = `card:${textField(body, 'open_message_id')}:${textField(body, 'token')}`.slice(0, 128)
  return readTap(body, { ...receiver, tenant, eventId, at: receiver.now.toISOString() })
}

interface Context extends Receiver {
  /** The company that the event was sent to. */
  tenant: string
  eventId: string
  at: string
}

type Reader = (event: Json, context: Context) => Decoded

const readers: Readonly<Record<string, Reader>> = {
  'im.message.receive_v1': readMessageEvent,
  'im.message.message_read_v1': readReadEvent,
  'card.action.trigger': readTap,
  'im.chat.access_event.bot_p2p_chat_entered_v1': readEntered,
  'application.bot.menu_v6': readMenu,
  'contact.user.created_v3': person('changed'),
  'contact.user.updated_v3': person('changed'),
  'contact.user.deleted_v3': person('removed'),
  'contact.department.created_v3': department('changed'),
  'contact.department.updated_v3': department('changed'),
  'contact.department.deleted_v3': department('removed'),
  'contact.scope.updated_v3': (_event, context) => directory('scope', [], 'changed', context),
}

function readMessageEvent(event: Json, context: Context): Decoded {
  const message = readMessage(event, context.botOpenId)
  // Our own words and those of other bots are nobody's inquiry, and answering them would go round in circles.
  if (message.senderType !== 'user') return { kind: 'ignored', eventType: 'im.message.receive_v1:bot' }
  const isDirect = message.chatType === 'p2p'
  return events({
    type: 'message',
    platform,
    // The platform says: by message, not by event. The same message may come as two events.
    eventId: message.messageId.slice(0, 128),
    at: instant(message.createTime, context.now),
    sender: sender(message.senderId, message.senderTenant, context, isDirect),
    chat: { id: message.chatId.slice(0, 128), type: isDirect ? 'direct' : 'group' },
    messageId: message.messageId,
    text: message.text,
    toBot: isDirect || message.mentionsBot,
  })
}

function readReadEvent(event: Json, context: Context): Decoded {
  const reader = objectField(event, 'reader')
  const account = accountOf(objectField(reader, 'reader_id'))
  if (!account) throw new WireError('message')
  const messageIds = listField(event, 'message_id_list').filter((id) => typeof id === 'string')
  return {
    kind: 'read',
    eventId: context.eventId,
    at: instant(textField(reader, 'read_time'), context.now),
    reader: sender(account, textField(reader, 'tenant_key'), context, true),
    messageIds: messageIds.filter((id) => id.length <= 128).slice(0, 200),
  }
}

function readTap(event: Json, context: Context): Decoded {
  const action = readCardAction(event)
  const tapped = readButton(action.value, action.formValue)
  return {
    kind: 'tap',
    messageId: action.messageId,
    event: {
      type: 'tap',
      platform,
      eventId: context.eventId,
      at: context.at,
      sender: sender(action.operatorId, action.operatorTenant, context, true),
      chat: { id: action.chatId.slice(0, 128), type: tapped.isGroup ? 'group' : 'direct' },
      cardRef: tapped.cardRef,
      ...(action.messageId ? { messageId: action.messageId.slice(0, 128) } : {}),
      actionId: tapped.actionId,
      values: tapped.values,
      confirmed: true,
    },
  }
}

function readEntered(event: Json, context: Context): Decoded {
  const account = accountOf(objectField(event, 'operator_id'))
  if (!account) throw new WireError('message')
  return events({
    type: 'entered',
    platform,
    eventId: context.eventId,
    at: context.at,
    sender: sender(account, '', context, true),
    chat: { id: textField(event, 'chat_id').slice(0, 128), type: 'direct' },
  })
}

/** An entry of the bot's menu says the word that the admin gave it: 今日待办 as if the person had written it. */
function readMenu(event: Json, context: Context): Decoded {
  const account = accountOf(objectField(objectField(event, 'operator'), 'operator_id'))
  const text = textField(event, 'event_key').slice(0, 200)
  if (!account || !text) throw new WireError('message')
  return events({
    type: 'message',
    platform,
    eventId: context.eventId,
    at: context.at,
    sender: sender(account, '', context, true),
    // The event names no chat; the person's own id is an address as good.
    chat: { id: account, type: 'direct' },
    messageId: context.eventId,
    text,
    toBot: true,
  })
}

function person(change: 'changed' | 'removed'): Reader {
  return (event, context) => directory('person', [accountOf(objectField(event, 'object'))], change, context)
}

function department(change: 'changed' | 'removed'): Reader {
  return (event, context) =>
    directory('department', [textField(objectField(event, 'object'), 'open_department_id')], change, context)
}

function directory(
  about: 'person' | 'department' | 'scope',
  ids: string[],
  change: 'changed' | 'removed',
  context: Context,
): Decoded {
  return events({
    type: 'directory',
    platform,
    eventId: context.eventId,
    at: context.at,
    // Nobody is named who did it.
    sender: { externalId: context.appId, internal: true },
    about,
    externalIds: ids.filter((id) => id && id.length <= 128),
    change,
  })
}

const events = (...list: InboundEvent[]): Decoded => ({ kind: 'events', events: list })

/**
 * @param whenUnsaid - whether somebody without a tenant is a colleague. In a group a lost customer weighs more than a
 *   colleague's line that is looked at; a bot's direct chat is open to the company alone.
 */
function sender(account: string, tenant: string, context: Context, whenUnsaid: boolean): InboundSender {
  const own = context.tenant
  return {
    externalId: account.slice(0, 128),
    internal: tenant === '' || own === '' ? whenUnsaid : tenant === own,
  }
}

/** The platform writes seconds, milliseconds and, for card callbacks, microseconds; the length tells. */
function instant(text: string, now: Date): string {
  if (!/^\d{10,16}$/.test(text)) return now.toISOString()
  const ms = text.length <= 11 ? Number(text) * 1000 : text.length <= 14 ? Number(text) : Number(text) / 1000
  return new Date(ms).toISOString()
}
