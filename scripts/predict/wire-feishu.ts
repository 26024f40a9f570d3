import { readCardAction } from '../../adapters/feishu/card-action.js'
import { decrypt, decryptionKey, signatureOf } from '../../adapters/feishu/crypto.js'
import { isObject, objectField, parseObject, textField } from '../../adapters/feishu/json.js'
import { readMessage } from '../../adapters/feishu/message.js'
import { challengeOf, openBody } from '../../adapters/feishu/webhook-body.js'
import { WireError } from '../../adapters/shared/wire-error.js'
import type { Item } from './item.js'

/** Answers one Feishu case by the product's own decoders. */
export function predictFeishuWire(item: Item): { output: object } {
  try {
    return { output: answer(textField(item, 'op'), item['input']) }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { output: { ok: false, reason: error.code } }
  }
}

function answer(op: string, input: unknown): object {
  const text = (name: string): string => textField(input, name)
  switch (op) {
    case 'feishu.decrypt':
      return { ok: true, plaintext: decrypt(decryptionKey(text('encryptKey')), text('encrypt')) }
    case 'feishu.challenge': {
      const raw = JSON.stringify(objectField(input, 'body'))
      const key = text('encryptKey') ? decryptionKey(text('encryptKey')) : null
      const response = challengeOf(openBody(raw, key))
      return response ? { response } : { ok: false }
    }
    case 'feishu.signature':
      return {
        signature: signatureOf({
          timestamp: text('timestamp'),
          nonce: text('nonce'),
          encryptKey: text('encryptKey'),
          rawBody: Buffer.from(text('rawBody')),
        }),
      }
    case 'feishu.parse_event': {
      const body = bodyOf(input)
      const header = objectField(body, 'header')
      const message = readMessage(objectField(body, 'event'), null)
      return {
        ...message,
        eventId: textField(header, 'event_id'),
        eventType: textField(header, 'event_type'),
        createTime: Number(message.createTime),
      }
    }
    case 'feishu.parse_card_action':
      return readCardAction(isObject(input) ? input['event'] : undefined)
    default:
      throw new TypeError(`no such case: ${op}`)
  }
}

function bodyOf(input: unknown) {
  const raw = textField(input, 'body')
  return raw ? parseObject(raw) : objectField(input, 'body')
}
