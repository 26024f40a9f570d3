import { WireError } from '../shared/wire-error.js'

/** The platform joins what belongs together within this time. */
const lifeMs = 10_000
const mostParts = 100
const mostBytes = 4 * 1024 * 1024
/** Messages that are being put together at once; beyond it the oldest is given up and will be sent again. */
const mostOpen = 50

/** Puts the parts of a long payload together, in whatever order they come. */
export function createFragments(now: () => number) {
  const open = new Map<string, { parts: Map<number, Uint8Array>; bytes: number; since: number }>()

  function forgetOld(): void {
    for (const [id, { since }] of open) if (since + lifeMs < now() || open.size > mostOpen) open.delete(id)
  }

  /**
   * @param headers - of the frame: `message_id`, `sum` parts, this one's number `seq` from 0.
   * @returns the whole payload; null while parts are missing. @throws WireError `fragment`
   */
  return function join(headers: Readonly<Record<string, string>>, part: Uint8Array): Uint8Array | null {
    const sum = Number(headers['sum'] ?? '1')
    const seq = Number(headers['seq'] ?? '0')
    if (!(sum > 1)) return part
    const id = headers['message_id'] ?? ''
    if (!id || !Number.isInteger(sum) || !Number.isInteger(seq) || sum > mostParts || seq < 0 || seq >= sum)
      throw new WireError('fragment')
    forgetOld()
    const message = open.get(id) ?? { parts: new Map<number, Uint8Array>(), bytes: 0, since: now() }
    if (!message.parts.has(seq)) message.bytes += part.length
    if (message.bytes > mostBytes) {
      open.delete(id)
      throw new WireError('fragment')
    }
    open.set(id, message)
    message.parts.set(seq, Uint8Array.from(part))
    if (message.parts.size < sum) return null
    open.delete(id)
    return Buffer.concat(
      Array.from({ length: sum }, (_, index) => message.parts.get(index) ?? Buffer.alloc(0)),
    )
  }
}
