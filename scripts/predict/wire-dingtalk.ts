import { decodeRobotMessage } from '../../adapters/dingtalk/decode.js'
import { callbackKeys, openSealed } from '../../adapters/dingtalk/envelope.js'
import { immediateAck, readFrame, takenAck } from '../../adapters/dingtalk/frame.js'
import { field, readObject, textOf } from '../../adapters/dingtalk/json.js'
import { robotSign } from '../../adapters/dingtalk/signatures.js'
import { WireError } from '../../adapters/shared/wire-error.js'
import type { Item } from './item.js'

/** DingTalk's wire: each operation is one function of the adapter. */
export function predictDingtalkWire(item: Item): object {
  try {
    return { output: answer(String(item['op']), item['input']) }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return {
      output: { ok: false, error: error.code, reason: error.code === 'receiver' ? 'ownerkey' : error.code },
    }
  }
}

function answer(op: string, input: unknown): object {
  switch (op) {
    case 'dingtalk.callback': {
      const query = field(input, 'query')
      const plaintext = openSealed(
        callbackKeys({ token: textOf(input, 'token'), aesKey: textOf(input, 'aesKey') }),
        {
          signature: textOf(query, 'signature'),
          timestamp: textOf(query, 'timestamp'),
          nonce: textOf(query, 'nonce'),
        },
        textOf(field(input, 'body'), 'encrypt'),
        [textOf(input, 'ownerKey')],
      )
      return { ok: true, plaintext }
    }
    case 'dingtalk.robot_sign':
      return { sign: robotSign(textOf(input, 'timestamp'), textOf(input, 'secret')) }
    case 'dingtalk.frame': {
      const frame = readFrame(textOf(input, 'text'))
      const { type, topic, messageId, data } = frame
      const ack = immediateAck(frame) ?? (topic === 'disconnect' ? null : takenAck(frame))
      return {
        frame: { type, topic, ...(messageId ? { messageId } : {}), data },
        ack: ack && { ...ack, data: readObject(ack.data) },
      }
    }
    case 'dingtalk.bot_message':
      return decodeRobotMessage(readObject(textOf(input, 'data')))
    default:
      throw new TypeError(`no operation "${op}"`)
  }
}
