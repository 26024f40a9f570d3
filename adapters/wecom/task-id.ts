import { createHash } from 'node:crypto'

/**
 * Task ids of cards: letters, digits, `_-@`, at most 128 bytes, unique per app for ever. Ours is the delivery's
 * reference and a mark of the try's key, so a tap tells the delivery and a repeated send is refused as a duplicate
 * (42014) instead of being shown twice.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90236
 */
export function taskIdOf(ref: string, idempotencyKey: string): string {
  const mark = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 12)
  const name = /^[0-9A-Za-z_-]{1,90}$/.test(ref) ? ref : `@${Buffer.from(ref).toString('base64url')}`
  const taskId = `${name}@${mark}`
  if (taskId.length > mostBytes) throw new RangeError('a reference that makes no task id')
  return taskId
}

const mostBytes = 128

/** @returns the reference in a task id; null when it is none of ours. */
export function refOf(taskId: string): string | null {
  const match = /^(@?)([0-9A-Za-z_-]+)@[0-9a-f]{12}$/.exec(taskId)
  if (!match?.[2]) return null
  return match[1] ? Buffer.from(match[2], 'base64url').toString() : match[2]
}
