import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decrypt, decryptionKey } from '../../../adapters/feishu/crypto.js'
import { decodeCardFrame, decodeEvent } from '../../../adapters/feishu/decode.js'
import { decodeFrame } from '../../../adapters/feishu/frames.js'
import { parseObject } from '../../../adapters/feishu/json.js'
import { openBody } from '../../../adapters/feishu/webhook-body.js'
import { WireError } from '../../../adapters/shared/wire-error.js'
import { writeFrame } from '../../simulators/feishu/pb.js'
import { header, receiver, said } from './samples.js'

describe('anything at all', () => {
  const runs = Number(process.env['FUZZ_RUNS'] ?? 3000)
  const onlyWireErrors = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
    }
  }
  const types = [
    'im.message.receive_v1',
    'im.message.message_read_v1',
    'card.action.trigger',
    'application.bot.menu_v6',
    'contact.user.updated_v3',
    'contact.department.deleted_v3',
    'im.chat.access_event.bot_p2p_chat_entered_v1',
  ]

  it('makes the decoders throw nothing but their typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (bytes, text) => {
        onlyWireErrors(() => decodeFrame(bytes))
        onlyWireErrors(() => decrypt(decryptionKey('k'), Buffer.from(bytes).toString('base64')))
        onlyWireErrors(() => openBody(text, decryptionKey('k')))
        onlyWireErrors(() => openBody(text, null))
      }),
      { numRuns: runs },
    )
  })

  it('is read as an event without harm, whatever its fields are', () => {
    const names = fc.constantFrom(
      'message',
      'sender',
      'sender_id',
      'open_id',
      'content',
      'mentions',
      'operator',
      'operator_id',
      'action',
      'value',
      'form_value',
      'object',
      'message_id',
      'chat_id',
      'reader',
      'reader_id',
      'message_id_list',
      'event_key',
      'create_time',
      '__proto__',
      'constructor',
      'r',
      'a',
      'i',
      'key',
      'tag',
    )
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.boolean(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.dictionary(names, tree, { maxKeys: 6 }), (type, event) => {
        const body = parseObject(JSON.stringify({ header: header(type), event }))
        onlyWireErrors(() => decodeEvent(body, receiver))
        onlyWireErrors(() => decodeCardFrame(parseObject(JSON.stringify(event)), receiver))
        expect(({} as Record<string, unknown>)['r']).toBeUndefined()
      }),
      { numRuns: runs },
    )
  })

  it('changed by a byte is still read or refused', () => {
    const good = Buffer.from(
      JSON.stringify(said({ mentions: [{ key: '@_user_1', id: { open_id: 'ou_bot' }, name: 'x' }] })),
    )
    const frame = writeFrame({
      seqId: 1,
      logId: 1,
      service: 1,
      method: 1,
      headers: [['type', 'event']],
      payload: good,
    })
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const mutated = Buffer.from(frame)
        mutated[at % mutated.length] = byte
        onlyWireErrors(() => {
          const { payload } = decodeFrame(mutated)
          decodeEvent(parseObject(Buffer.from(payload).toString('utf8')), receiver)
        })
      }),
      { numRuns: runs },
    )
  })
})
