import { WireError } from '../shared/wire-error.js'
import { field, isObject, objectField, textField, type Json } from './json.js'
import { accountOf } from './message.js'

/** A tap as its callback tells it. */
export interface CardAction {
  messageId: string
  chatId: string
  operatorOpenId: string
  /** open_id where it is told, else user_id, else union_id. */
  operatorId: string
  operatorTenant: string
  tag: string
  /** What the button was given; an object for buttons of ours. */
  value: unknown
  /** Values of a form by the names of its elements. */
  formValue: Json
}

/**
 * Reads `event` of card.action.trigger, and the flat body that older clients send in its place; where both tell the
 * message, `context` wins.
 *
 * @throws WireError `action` when nobody tapped anything.
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-callback-communication
 */
export function readCardAction(event: unknown): CardAction {
  const action = field(event, 'action')
  const operator = isObject(field(event, 'operator')) ? objectField(event, 'operator') : event
  const operatorId = accountOf(operator)
  if (!isObject(action) || !operatorId) throw new WireError('action')
  const context = objectField(event, 'context')
  return {
    messageId: textField(context, 'open_message_id') || textField(event, 'open_message_id'),
    chatId: textField(context, 'open_chat_id') || textField(event, 'open_chat_id'),
    operatorOpenId: textField(operator, 'open_id'),
    operatorId,
    operatorTenant: textField(operator, 'tenant_key'),
    tag: textField(action, 'tag'),
    value: unpacked(field(action, 'value')),
    formValue: objectField(action, 'form_value'),
  }
}

/** Buttons of version 1 cards may carry a text; ours is an object, sometimes told as its JSON. */
function unpacked(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
