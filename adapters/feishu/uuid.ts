import { createHash } from 'node:crypto'

/** A key by which the platform knows a repeated call: it takes at most 50 characters. */
export const uuidOf = (key: string): string =>
  key.length <= 50 ? key : createHash('sha256').update(key).digest('hex').slice(0, 50)
