/** Numbers that are the same for the same seed (mulberry32). */
export function createChance(seed: number) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, bytes: (length: number) => Uint8Array.from({ length }, () => below(256)) }
}

export type Chance = ReturnType<typeof createChance>

/** What breaks readers of XML, JSON, frames and names. */
const spices = [
  ...['__proto__', 'constructor', 'toString', '<!DOCTYPE x [<!ENTITY a "b">]>', '&a;', '<![CDATA[', ']]>'],
  ...['\u0000', '\ud800', '😀', '"', '\\', '{', '}', '[', ']', ',', ':', 'null', 'true', '1e999', '-1'],
  ...['99999999999999999999', '</xml>', '<Event>', '=', '&', '%', '\r\n', '"\n"', '2026-13-45', ''],
].map((text) => Buffer.from(text))

const mostBytes = 4_096

/** A valid sample with one to four places changed, or, now and then, no sample at all. */
export function mutate(chance: Chance, sample: Uint8Array): Buffer {
  if (chance.below(20) === 0) return Buffer.from(chance.bytes(chance.below(400)))
  let bytes: Buffer<ArrayBuffer> = Buffer.from(sample)
  for (let changes = 1 + chance.below(4); changes > 0; changes -= 1) bytes = change(chance, bytes)
  return bytes.subarray(0, mostBytes)
}

function change(chance: Chance, bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const at = chance.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + chance.below(24))
  const put = (middle: Uint8Array, from = at, to = end) =>
    Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)])
  switch (chance.below(6)) {
    case 0:
      return put(chance.bytes(1), at, Math.min(bytes.length, at + 1))
    case 1:
      return put(Buffer.alloc(0))
    case 2:
      return put(spices[chance.below(spices.length)] ?? Buffer.alloc(0))
    case 3:
      // A piece comes twice.
      return put(bytes.subarray(at, end), end, end)
    case 4:
      return bytes.subarray(0, at)
    default:
      return put(chance.bytes(chance.below(12)), at, at)
  }
}
