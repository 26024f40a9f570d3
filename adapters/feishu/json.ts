import { WireError } from '../shared/wire-error.js'

/** An object as it came off the wire: nothing about its fields is known. */
export type Json = Readonly<Record<string, unknown>>

/** @throws WireError `json` when it is no JSON object. */
export function parseObject(text: string): Json {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new WireError('json', cause)
  }
  if (!isObject(value)) throw new WireError('json')
  return value
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field of its own: never one that an object inherits, such as `constructor`. */
export const field = (from: unknown, name: string): unknown =>
  isObject(from) && Object.hasOwn(from, name) ? from[name] : undefined

/** A field that is an object; an empty one where it is not there or something else. */
export function objectField(from: unknown, name: string): Json {
  const value = field(from, name)
  return isObject(value) ? value : {}
}

/** A field that is a text; '' where it is not there or something else. Numbers count: the platform mixes both. */
export function textField(from: unknown, name: string): string {
  const value = field(from, name)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A field that is a list; empty where it is not. */
export function listField(from: unknown, name: string): unknown[] {
  const value = field(from, name)
  return Array.isArray(value) ? value : []
}
