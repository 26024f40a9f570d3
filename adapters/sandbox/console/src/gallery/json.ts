/** What the platforms' JSON holds, read without trust. */
export type Json = Record<string, unknown>
export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
export const records = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : [])
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''
export const parsed = (value: string | undefined): unknown => JSON.parse(value || '[]')
