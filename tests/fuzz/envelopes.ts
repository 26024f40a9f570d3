import { createFragments } from '../../adapters/feishu/fragments.js'
import { decodeFrame } from '../../adapters/feishu/frames.js'
import { signParts } from '../../adapters/shared/sealing.js'
import { envelopeKeys, openMessage, sealAnswer } from '../../adapters/wecom/envelope.js'
import { parseXml, textOf } from '../../adapters/wecom/xml.js'
import { stopwatch } from '../../core/ports/clock.js'
import { writeFrame } from '../simulators/feishu/pb.js'
import type { Target } from './targets.js'

const keys = envelopeKeys({
  ...{ token: 'tok', receiver: 'ww1' },
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
})
const sealed = sealAnswer(keys, '<xml><Content>帮助</Content></xml>', new Date('2026-03-18T02:00:00Z'), 'n1')
/** One for all inputs, as a connection has it: what it keeps must stay bounded. */
const join = createFragments(stopwatch)
const part = (seq: string, sum: string) =>
  writeFrame({
    ...{ seqId: 1, logId: 2, service: 3, method: 1 },
    headers: [
      ['type', 'event'],
      ['message_id', 'm'],
      ['sum', sum],
      ['seq', seq],
    ],
    payload: Buffer.alloc(64, 'x'),
  })

/** What comes in several parts, or wrapped and signed. */
export const envelopes: readonly Target[] = [
  {
    name: 'feishu fragments',
    samples: [part('0', '2'), part('1', '2'), part('99', '100')],
    read(bytes) {
      const { headers, payload } = decodeFrame(bytes)
      return join(headers, payload)
    },
  },
  {
    name: 'wecom envelope',
    samples: [Buffer.from(sealed)],
    // Signed anew: what was changed has to come as far as the cipher.
    read(bytes) {
      const body = bytes.toString('utf8')
      const stamp = { timestamp: '1700000000', nonce: 'n1' }
      const signature = signParts(keys.token, stamp.timestamp, stamp.nonce, textOf(parseXml(body), 'Encrypt'))
      return openMessage(keys, new URLSearchParams({ ...stamp, msg_signature: signature }), body)
    },
  },
]
