import { decodeAesKey, decryptMessage, encryptMessage, signParts } from '../../adapters/shared/sealing.js'
import { WireError } from '../../adapters/shared/wire-error.js'
import { envelopeKeys, openEcho, openMessage } from '../../adapters/wecom/envelope.js'
import { parseXml, type XmlNode } from '../../adapters/wecom/xml.js'
import type { Item } from './item.js'

type Input = Record<string, string> & { query?: Record<string, string> }

/** WeCom's callbacks: each operation is one function of the adapter. */
export function predictWecomWire(item: Item): object {
  const op = Object.hasOwn(operations, String(item['op'])) ? operations[String(item['op'])] : undefined
  if (!op) throw new TypeError(`no operation "${String(item['op'])}"`)
  try {
    return { output: op(item['input'] as Input) }
  } catch (err) {
    if (!(err instanceof WireError)) throw err
    return { output: { ok: false, reason: reasons[err.code] ?? err.code } }
  }
}

const reasons: Record<string, string> = { receiver: 'receiveid', cipher: 'decrypt' }

const operations: Record<string, (input: Input) => object> = {
  'wecom.verify_url': (input) => ({ ok: true, plaintext: openEcho(keysOf(input), queryOf(input)) }),
  'wecom.receive': (input) => {
    const plaintext = openMessage(keysOf(input), queryOf(input), input['body'] ?? '')
    return { ok: true, plaintext, message: plain(parseXml(plaintext)) }
  },
  'wecom.encrypt': ({ token = '', encodingAESKey = '', receiveId = '', ...input }) => {
    const key = decodeAesKey(encodingAESKey)
    const encrypt = encryptMessage(
      key,
      input['plaintext'] ?? '',
      receiveId,
      Buffer.from(input['random16'] ?? ''),
    )
    return {
      encrypt,
      msg_signature: signParts(token, input['timestamp'] ?? '', input['nonce'] ?? '', encrypt),
    }
  },
  'wecom.decrypt': ({ encodingAESKey = '', receiveId = '', encrypt = '' }) => ({
    ok: true,
    plaintext: decryptMessage(decodeAesKey(encodingAESKey), encrypt, [receiveId]),
  }),
  'wecom.parse_xml': ({ xml = '' }) => plain(parseXml(xml)),
}

const keysOf = ({ token = '', encodingAESKey = '', receiveId = '' }: Input) =>
  envelopeKeys({ token, aesKey: encodingAESKey, receiver: receiveId })

const queryOf = ({ query = {} }: Input): URLSearchParams => new URLSearchParams(query)

/** The first element of each name, as a plain object. */
function plain(node: XmlNode): Record<string, unknown> {
  return Object.fromEntries(
    [...node.children].flatMap(([name, [first]]) =>
      first ? [[name, first.children.size > 0 ? plain(first) : first.text]] : [],
    ),
  )
}
