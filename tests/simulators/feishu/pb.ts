/** The frames of the long connection once more, written apart from the adapter's so that they cannot err together. */
export interface SimFrame {
  seqId: number
  logId: number
  service: number
  method: number
  headers: [string, string][]
  payload: Buffer
}

export function writeFrame({ seqId, logId, service, method, headers, payload }: SimFrame): Buffer {
  const out: number[] = []
  const number = (field: number, value: number) => out.push(field * 8, ...varint(value))
  const data = (into: number[], field: number, value: Buffer) =>
    into.push(field * 8 + 2, ...varint(value.length), ...value)
  number(1, seqId)
  number(2, logId)
  number(3, service)
  number(4, method)
  for (const [key, value] of headers) {
    const header: number[] = []
    data(header, 1, Buffer.from(key))
    data(header, 2, Buffer.from(value))
    data(out, 5, Buffer.from(header))
  }
  if (payload.length) data(out, 8, payload)
  return Buffer.from(out)
}

export function readFrame(bytes: Buffer): SimFrame {
  const frame: SimFrame = { seqId: 0, logId: 0, service: 0, method: 0, headers: [], payload: Buffer.alloc(0) }
  walk(bytes, (field, value) => {
    if (field === 1) frame.seqId = Number(value)
    if (field === 2) frame.logId = Number(value)
    if (field === 3) frame.service = Number(value)
    if (field === 4) frame.method = Number(value)
    if (field === 5) frame.headers.push(readHeader(value as Buffer))
    if (field === 8) frame.payload = value as Buffer
  })
  return frame
}

export const headerOf = (frame: SimFrame, name: string): string =>
  frame.headers.find(([key]) => key === name)?.[1] ?? ''

function readHeader(bytes: Buffer): [string, string] {
  const pair: [string, string] = ['', '']
  walk(bytes, (field, value) => {
    if (field === 1 || field === 2) pair[field - 1] = (value as Buffer).toString('utf8')
  })
  return pair
}

function walk(bytes: Buffer, take: (field: number, value: number | Buffer) => void): void {
  let at = 0
  const next = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('the frame ends too soon')
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = next()
    if (tag % 8 === 0) take(tag >> 3, next())
    else if (tag % 8 === 2) {
      const length = next()
      take(tag >> 3, bytes.subarray(at, at + length))
      at += length
    } else throw new Error(`wire type ${tag % 8} is not used here`)
  }
}

function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128)
  return [...out, rest]
}
