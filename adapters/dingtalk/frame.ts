import { WireError } from '../shared/wire-error.js'
import { field, isObject, readObject, textOf, type Fields } from './json.js'

/** What the server pushes over the stream. */
export interface Frame {
  type: 'SYSTEM' | 'EVENT' | 'CALLBACK'
  topic: string
  /** Empty in `disconnect`, which wants no answer. */
  messageId: string
  headers: Fields
  /** The inner JSON; null when it is none, which is answered with an error and the same message id. */
  data: Fields | null
  /** The inner text as it came. */
  text: string
}

export interface Ack {
  code: 200 | 404 | 500
  headers: { messageId: string; contentType: 'application/json' }
  message: string
  data: string
}

const types = ['SYSTEM', 'EVENT', 'CALLBACK'] as const

/**
 * Reads one text frame of the stream.
 *
 * @throws WireError `json`, `frame`
 * @see https://open-dingtalk.github.io/developerpedia/docs/learn/stream/protocol
 */
export function readFrame(text: string): Frame {
  const frame = readObject(text)
  // One published sample writes `header`.
  const headers = field(frame, 'headers') ?? field(frame, 'header')
  const type = types.find((known) => known === field(frame, 'type'))
  if (!type || !isObject(headers)) throw new WireError('frame')
  const topic = textOf(headers, 'topic')
  const messageId = textOf(headers, 'messageId')
  if (!topic || (!messageId && topic !== 'disconnect')) throw new WireError('frame')
  const inner = field(frame, 'data')
  const data = isObject(inner) ? inner : typeof inner === 'string' ? tryObject(inner) : null
  return { type, topic, messageId, headers, data, text: typeof inner === 'string' ? inner : '' }
}

/** The answer to a frame. */
export function ackOf(frame: Frame, code: Ack['code'], data: object): Ack {
  return {
    code,
    headers: { messageId: frame.messageId, contentType: 'application/json' },
    message: code === 200 ? 'OK' : code === 404 ? 'unknown topic' : 'error',
    data: JSON.stringify(data),
  }
}

/** The answer that needs no work: to system frames and to frames whose inside cannot be read; else null. */
export function immediateAck(frame: Frame): Ack | null {
  if (frame.type === 'SYSTEM') return frame.topic === 'ping' ? ackOf(frame, 200, frame.data ?? {}) : null
  return frame.data ? null : ackOf(frame, 500, {})
}

/** The answer after the frame was taken. */
export function takenAck(frame: Frame): Ack {
  return ackOf(frame, 200, frame.type === 'EVENT' ? { status: 'SUCCESS', message: 'ok' } : { response: null })
}

function tryObject(text: string): Fields | null {
  try {
    return readObject(text)
  } catch {
    return null
  }
}
