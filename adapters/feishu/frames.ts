import { WireError } from '../shared/wire-error.js'

/**
 * A frame of the long connection, a protobuf2 message: 1 SeqID, 2 LogID, 3 service, 4 method, 5 headers {1 key,
 * 2 value}, 6 payload encoding, 7 payload type, 8 payload, 9 LogIDNew. Read and written by hand: it is one message of
 * nine fields, and the official client does not let its socket be drained before it closes.
 *
 * @see https://github.com/larksuite/node-sdk (ws-client/proto-buf/pbbp2.proto)
 */
export interface Frame {
  seqId: bigint
  logId: bigint
  service: number
  /** 0: control (ping, pong); 1: data. */
  method: number
  headers: Readonly<Record<string, string>>
  payloadEncoding?: string
  payloadType?: string
  payload: Uint8Array
  logIdNew?: string
}

const mostHeaders = 100
const varint = 0
const fixed64 = 1
const bytes = 2
const fixed32 = 5

/** @throws WireError `frame` for anything that is no whole frame. */
export function decodeFrame(data: Uint8Array): Frame {
  const frame = { seqId: 0n, logId: 0n, service: 0, method: -1 }
  const headers: [string, string][] = []
  const texts: { payloadEncoding?: string; payloadType?: string; logIdNew?: string } = {}
  let payload: Uint8Array = new Uint8Array()
  for (const { number, value } of fieldsOf(data)) {
    if (typeof value === 'bigint') {
      if (number === 1) frame.seqId = value
      else if (number === 2) frame.logId = value
      else if (number === 3) frame.service = Number(BigInt.asIntN(32, value))
      else if (number === 4) frame.method = Number(BigInt.asIntN(32, value))
    } else if (number === 5) {
      if (headers.length >= mostHeaders) throw new WireError('frame')
      headers.push(headerOf(value))
    } else if (number === 6) texts.payloadEncoding = textOf(value)
    else if (number === 7) texts.payloadType = textOf(value)
    else if (number === 8) payload = value
    else if (number === 9) texts.logIdNew = textOf(value)
  }
  if (frame.method < 0) throw new WireError('frame')
  return { ...frame, ...texts, headers: Object.fromEntries(headers), payload }
}

export function encodeFrame(frame: Frame): Buffer {
  const headers = Object.entries(frame.headers).map(([key, value]) =>
    bytesField(5, Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, Buffer.from(value))])),
  )
  return Buffer.concat([
    varintField(1, frame.seqId),
    varintField(2, frame.logId),
    varintField(3, BigInt(frame.service)),
    varintField(4, BigInt(frame.method)),
    ...headers,
    ...(frame.payloadEncoding === undefined ? [] : [bytesField(6, Buffer.from(frame.payloadEncoding))]),
    ...(frame.payloadType === undefined ? [] : [bytesField(7, Buffer.from(frame.payloadType))]),
    ...(frame.payload.length === 0 ? [] : [bytesField(8, frame.payload)]),
    ...(frame.logIdNew === undefined ? [] : [bytesField(9, Buffer.from(frame.logIdNew))]),
  ])
}

function headerOf(data: Uint8Array): [string, string] {
  let key = ''
  let text = ''
  for (const { number, value } of fieldsOf(data)) {
    if (typeof value === 'bigint') continue
    if (number === 1) key = textOf(value)
    else if (number === 2) text = textOf(value)
  }
  return [key, text]
}

/** The fields of a message in their order; those that nobody knows are passed over as protobuf asks. */
function* fieldsOf(data: Uint8Array): Generator<{ number: number; value: bigint | Uint8Array }> {
  let at = 0
  const readVarint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data[at++]
      if (byte === undefined) throw new WireError('frame')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new WireError('frame')
  }
  const take = (length: number): Uint8Array => {
    if (length > data.length - at) throw new WireError('frame')
    at += length
    return data.subarray(at - length, at)
  }
  while (at < data.length) {
    const tag = readVarint()
    const number = Number(tag >> 3n)
    const kind = Number(tag & 7n)
    if (kind === varint) yield { number, value: readVarint() }
    else if (kind === bytes) {
      const length = readVarint()
      yield { number, value: take(length > 0x7fffffffn ? Number.MAX_SAFE_INTEGER : Number(length)) }
    } else if (kind === fixed64) take(8)
    else if (kind === fixed32) take(4)
    else throw new WireError('frame')
  }
}

const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)

function writeVarint(value: bigint): Buffer {
  const out: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Buffer.from([...out, Number(rest)])
}

const varintField = (number: number, value: bigint): Buffer =>
  Buffer.concat([writeVarint(BigInt(number << 3)), writeVarint(value)])

const bytesField = (number: number, data: Uint8Array): Buffer =>
  Buffer.concat([writeVarint(BigInt((number << 3) | bytes)), writeVarint(BigInt(data.length)), data])
