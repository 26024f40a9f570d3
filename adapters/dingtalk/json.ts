import { WireError } from '../shared/wire-error.js'

export type Fields = Record<string, unknown>

/** Reads one JSON object. @throws WireError `json` */
export function readObject(text: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new WireError('json')
  }
  if (!isObject(value)) throw new WireError('json')
  return value
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own field: what a prototype answers is nobody's word. */
export function field(from: unknown, name: string): unknown {
  return isObject(from) && Object.hasOwn(from, name) ? from[name] : undefined
}

/** A text; numbers count as their digits, since the platform quotes ids and numbers as it likes. */
export function textOf(from: unknown, name: string): string {
  const value = field(from, name)
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : ''
}

/** A truth value that may come as `"true"`. */
export function truthOf(from: unknown, name: string): boolean {
  const value = field(from, name)
  return value === true || value === 'true' || value === 1 || value === '1'
}

/** A list of ids as texts; a single id counts as a list of one. */
export function listOf(from: unknown, name: string): string[] {
  const value = field(from, name)
  const values = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  return values.flatMap((item: unknown) =>
    typeof item === 'string' && item !== '' ? [item] : typeof item === 'number' ? [String(item)] : [],
  )
}

/** Objects of a list; anything else in it is left out. */
export function objectsOf(from: unknown, name: string): Fields[] {
  const value = field(from, name)
  return Array.isArray(value) ? value.filter(isObject) : []
}
